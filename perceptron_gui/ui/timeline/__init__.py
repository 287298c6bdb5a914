"""Every press and edit, one row each."""
