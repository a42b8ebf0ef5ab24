"""The only owner of processes, and of the store.

Everybody else comes in through :mod:`runner.client`, which never loads torch.
"""
