"""The store: a SQLite database that can be rebuilt from the ledger at any time."""

from runner.store.transactions import Store, Transaction

__all__ = ["Store", "Transaction"]
