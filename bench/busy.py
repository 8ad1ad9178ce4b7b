"""Keeps a core busy until the process is ended."""

while True:
    pass
