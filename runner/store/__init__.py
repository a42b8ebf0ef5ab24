"""The store: a database that can be rebuilt from the ledger at any time.

It is SQLite's, in the data directory, or one on a PostgreSQL server that several machines share.
"""

from runner.store.ledger_writes import Transaction
from runner.store.opening import open_store
from runner.store.transactions import Store

__all__ = ["Store", "Transaction", "open_store"]
