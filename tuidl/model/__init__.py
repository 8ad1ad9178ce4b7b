"""A program bound to a backend, with its parameters."""
