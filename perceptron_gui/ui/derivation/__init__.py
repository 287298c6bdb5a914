"""One number by hand."""
