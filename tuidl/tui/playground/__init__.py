"""The two-dimensional playground: its settings, what is shown of it, in pure functions."""
