"""How fast tuidl trains: ``python -m bench``."""
