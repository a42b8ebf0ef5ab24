"""The store: a SQLite database that can be rebuilt from the ledger at any time."""

from runner.store.ledger_writes import Transaction
from runner.store.transactions import Store

__all__ = ["Store", "Transaction"]
