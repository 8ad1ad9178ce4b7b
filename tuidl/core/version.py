"""The version of tuidl."""

__version__ = "0.1.0"
