"""The two-dimensional playground's state: a line of text, a preset."""
