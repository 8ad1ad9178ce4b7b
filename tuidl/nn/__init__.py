"""What a network is made of and learns by: layers, losses, metrics, optimizers, schedules."""
