"""In which order the dates of a column are written, decided by all of its texts."""

import re
from dataclasses import dataclass

import numpy as np

from tuidl.core.errors import PresetError, guess
from tuidl.data.tables.date_text import ORDERS, PERIODS, all_days, days_of

GUESSED = ("ymd", "dmy", "mdy", "ym", "my", "named", *PERIODS)
FEWEST_VERSIONS = 5
"""Different texts such as 3.2.11, not one of whose days is past the twelfth, that are no dates."""
SAMPLED = 500
"""Texts that are looked at to find the orders in question."""
_LOOKS = re.compile(
    r"(?=.*\d)(?=.*(?:\d[-/. ]+\d|\d\s*[-/., ]?\s*[^\W\d_]|[^\W\d_]\.?[-/., ]*\d)).*"
)
_VERSION = re.compile(r"(\d\d?)\.(\d\d?)\.(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Found:
    """``order``: of most texts, "" where no order fits any. ``rows``: with a date in this order.
    ``guess``: what decided where it might be otherwise; ``problem``: why nothing did."""

    order: str
    rows: int = 0
    guess: str = ""
    problem: str = ""


def order_of(texts: dict[str, int]) -> Found:
    """``texts``: the column's texts that are no gaps, with their numbers of rows.

    1/2/2019 is read as most of the column must be; where both readings fit all of it and differ,
    points speak for day, month, year, and nothing else decides.
    """
    orders = _candidates(list(texts))
    if not orders:
        return Found("")
    rows = {order: _rows_with(texts, order) for order in orders}
    best = max(orders, key=rows.__getitem__)
    if best in PERIODS:
        return Found(best, rows[best], guess=_first_day(texts, best))
    if _are_versions(list(texts), best):
        return Found("")
    if best in ("dmy", "mdy") and rows.get("dmy") == rows.get("mdy"):
        return _ambiguous(texts, rows[best])
    return Found(best, rows[best])


def _first_day(texts: dict[str, int], order: str) -> str:
    example = next(text for text in texts if days_of(text, order) is not None)
    day = np.datetime64(int(days_of(example, order) or 0), "D")
    return f'{example!r} is read as {day}; else kind = "category"'


def _are_versions(texts: list[str], order: str) -> bool:
    """Whether texts such as 3.2.11 count versions: not one has zeros in front or a day past the
    twelfth: that would be month, day and year, which are not written with points."""
    parts = [found.groups() for text in texts if (found := _VERSION.fullmatch(text))]
    if order not in ("dmy", "mdy") or len(parts) < max(FEWEST_VERSIONS, 0.9 * len(texts)):
        return False
    if any(part.startswith("0") for one in parts for part in one[:2]):
        return False
    if any(int(second) > 12 for _, second, _ in parts):
        return order == "mdy"
    firsts = {int(first) for first, _, _ in parts}
    return len(firsts) > 1 and max(firsts) <= 12


def mixed_orders(texts: dict[str, int]) -> tuple[str, ...]:
    """The orders that dates of several are written in, the commonest first, of which each is
    needed."""
    left, found = dict(texts), list[str]()
    while left and (order := order_of(left).order) and order not in found:
        found.append(order)
        fits = ~np.isnan(all_days(tuple(left), order))
        left = {
            text: count
            for (text, count), is_date in zip(left.items(), fits, strict=True)
            if not is_date or (order == "mdy" and "." in text)
        }
    return tuple(found)


def _candidates(texts: list[str]) -> list[str]:
    """The orders that some of the texts are written in, few of them looked at; none where most of
    those are no dates."""
    some = texts[:: 1 + len(texts) // SAMPLED]
    fitting = [_fitting(text) for text in some]
    if 2 * sum(map(bool, fitting)) < len(some):
        return []
    return [order for order in GUESSED if any(order in orders for orders in fitting)]


def _rows_with(texts: dict[str, int], order: str) -> int:
    """Rows that have a date in this order."""
    are_dates = ~np.isnan(all_days(tuple(texts), order))
    return int(np.array(list(texts.values()))[are_dates].sum())


def _fitting(text: str) -> tuple[str, ...]:
    """The orders in which the text is a date."""
    if not _LOOKS.fullmatch(text):
        return ()
    return tuple(order for order in GUESSED if days_of(text, order) is not None)


def _ambiguous(texts: dict[str, int], rows: int) -> Found:
    different = [t for t in texts if days_of(t, "dmy") != days_of(t, "mdy")]
    if not different:
        return Found("dmy", rows)
    example = min(different)
    if all("." in text for text in different):
        why = f"{example!r} is read as day, month, year, for its points; else say format = 'mdy'"
        return Found("dmy", rows, guess=why)
    return Found(
        "dmy", rows,
        problem=f"{example!r} may be day, month, year or month, day, year, and no value of the "
        "column tells which",
    )  # fmt: skip


def checked_order(order: str, key: str) -> str:
    """``order`` as said by the preset. Raises PresetError where there is no such order."""
    if "%" in order or (order.split() and all(one in ORDERS for one in order.split())):
        return order
    raise PresetError(
        key, f"no {order!r}{guess(order, ORDERS)} (valid: {', '.join(ORDERS)}, several "
        "of them with spaces between, or a pattern such as '%d.%m.%Y')"
    )  # fmt: skip
