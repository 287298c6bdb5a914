"""Importing files: what a person chooses of a table, and of a file of tensors."""
