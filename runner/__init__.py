"""The only owner of processes and of the store.

Other packages use :mod:`runner.client`, which never imports torch.
"""
