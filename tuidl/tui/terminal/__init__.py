"""The way to the terminal: keyboard, plain text, notices."""
