"""What is shown of a preset, a run or a result before or after training."""
