"""The shared store: on PostgreSQL, for a runner and pages that are on several machines."""
