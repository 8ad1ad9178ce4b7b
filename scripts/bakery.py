"""Writes presets/bakery.csv: two years of a bakery's daily sales, made by a rule.

    python scripts/bakery.py

Loaves rise by the week and the season; warm days sell fewer; the rest is noise from a fixed seed.
"""

import datetime as dt
from pathlib import Path

import numpy as np

DAYS = 730
WEEK = (-35, -20, -12, -5, 22, 60, -10)
"""More or fewer loaves, Monday first."""


def main() -> None:
    random = np.random.Generator(np.random.Philox(key=16))
    day = np.arange(DAYS)
    first = dt.date(2024, 1, 1)
    turn = 2 * np.pi * (day - 15) / 365.25
    degrees = 11 - 9 * np.cos(turn) + 3 * random.standard_normal(DAYS)
    loaves = 240 + 0.06 * day + np.take(WEEK, day % 7) - 2.0 * (degrees - 11)
    loaves = np.rint(loaves + 8 * random.standard_normal(DAYS)).astype(int)
    rows = [
        f"{first + dt.timedelta(days=int(i))},{degrees[i]:.1f},{loaves[i]}" for i in range(DAYS)
    ]
    target = Path(__file__).parents[1] / "presets" / "bakery.csv"
    target.write_text("\n".join(["day,degrees,loaves", *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
