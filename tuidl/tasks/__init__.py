"""What the outputs of a network mean: one file for each task, chosen in ``choice``."""
