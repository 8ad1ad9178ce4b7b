"""Characters of numbers that look alike."""

_DIGITS = (0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10)
"""The zeros of Arabic, Persian, Devanagari, Bengali, Thai and wide digits."""
SPACES = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "’": "'"}
    | {"\u066b": ".", "\u066c": ",", "\uff0e": ".", "\uff0c": ",", "\u066a": "%", "\uff05": "%"}
    | {chr(zero + digit): str(digit) for zero in _DIGITS for digit in range(10)}
)
"""Spaces that do not break, thin ones, and ones as wide as a digit; digits of other scripts, with
their decimal points, separators of thousands and percent signs."""
LONGEST = 100
"""Characters of a number with its unit."""
