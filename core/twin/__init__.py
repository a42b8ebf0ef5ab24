"""Twin runs: one checkpoint trained further with and without a change, and which arm is better."""
