"""Training: the trainer, and checks of what it computes."""
