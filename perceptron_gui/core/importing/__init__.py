"""Files that others made: tables of text, and tensors. Whatever stands in one, it is checked before it is believed."""
