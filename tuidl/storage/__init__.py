"""Files of trained networks: run folders, checkpoints, tensors."""
