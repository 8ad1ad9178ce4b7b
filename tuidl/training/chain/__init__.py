"""The chain rule in numbers: from the loss of a step back to one weight."""
