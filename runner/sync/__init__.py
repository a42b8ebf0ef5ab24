"""Files of a data directory in an object store, for machines that share no folder."""
