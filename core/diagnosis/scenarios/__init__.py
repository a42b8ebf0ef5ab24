"""The scenarios, one file each, named by its id."""
