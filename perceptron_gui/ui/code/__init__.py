"""What PyTorch did, as a notebook."""
