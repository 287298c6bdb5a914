"""A session as it is handed in: what it began with, what was done, the numbers in the end, and the plots."""
