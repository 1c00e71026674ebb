"""Fuzzing: damaged files against everything that reads files of strangers. Mirrors nothing in the tree."""
