"""Lines that a rule makes: a prompt, and the only right answer to it."""

from collections.abc import Iterator

import numpy as np

from tuidl.core.errors import PresetError

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST, DAYS = np.datetime64("1950-01-01"), 36_525
"""The first day of 1950, and days of a hundred years."""
WAYS = 8
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
SEPARATOR = " = "


def dated_lines(count: int, seed: int) -> Iterator[str]:
    """Different pairs of a day and a way to write it. Raises PresetError where there are not so
    many."""
    if count > DAYS * WAYS:
        raise PresetError("data.lines", f"there are {DAYS * WAYS:,} different ones")
    random = np.random.Generator(np.random.Philox(key=seed))
    for number in random.permutation(DAYS * WAYS)[:count].tolist():
        day, way = divmod(number, WAYS)
        date = FIRST + np.timedelta64(day, "D")
        yield f"{_written(date, way)}{SEPARATOR}{date}"


def _written(date: np.datetime64, way: int) -> str:
    year, month, day = (int(part) for part in str(date).split("-"))
    name = MONTHS[month - 1]
    weekday = WEEKDAYS[(int((date - np.datetime64("1970-01-01")).astype(int)) + 3) % 7]
    return (
        f"{name} {day}, {year}",
        f"{day} {name} {year}",
        f"{day} {name[:3]} {year}",
        f"{name[:3]} {day}, {year}",
        f"{weekday}, {day} {name} {year}",
        f"{weekday[:3]}, {name[:3]} {day} {year}",
        f"{day}.{month}.{year}",
        f"{month}/{day}/{year}",
    )[way]


def reversed_lines(count: int, seed: int) -> Iterator[str]:
    """Different words of two to four syllables, each with itself backwards."""
    random = np.random.Generator(np.random.Philox(key=seed))
    known: set[str] = set()
    while len(known) < count:
        syllables = int(random.integers(2, 5))
        word = "".join(
            CONSONANTS[random.integers(len(CONSONANTS))] + VOWELS[random.integers(len(VOWELS))]
            for _ in range(syllables)
        )
        if word not in known:
            known.add(word)
            yield f"{word}{SEPARATOR}{word[::-1]}"
