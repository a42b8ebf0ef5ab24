"""A sweep: the same recipe with many seeds on several folds, and what its tries say together."""
