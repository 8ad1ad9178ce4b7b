"""Characters of numbers that look alike."""

SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'"})
"""Spaces that do not break, thin ones, and ones as wide as a digit."""
LONGEST = 100
"""Characters of a number with its unit."""
