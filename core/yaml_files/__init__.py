"""Validated YAML files of a data directory: plain data with lines, and each problem with its remedy."""

from core.yaml_files.problems import FileProblem, FileProblems, model_of, text_of
from core.yaml_files.tree import Tree, TreeError, read_tree

__all__ = ["FileProblem", "FileProblems", "Tree", "TreeError", "model_of", "read_tree", "text_of"]
