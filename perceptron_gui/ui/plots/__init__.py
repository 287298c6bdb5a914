"""The live plots: each is a projection of the history, and its items are updated, never made anew."""
