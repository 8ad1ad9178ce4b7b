"""Modal screens that ask one question and end with the answer."""
