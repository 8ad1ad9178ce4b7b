"""Numbers with something around them that is no part of them: 12* · <0.1 · 3.1±0.8 · 10-20."""

import re
from collections.abc import Iterable
from typing import Literal

from tuidl.data.tables.spaces import LONGEST, SPACES

Dress = Literal["", "marks", "of", "range"]
"""``marks``: footnotes, bounds and deviations are left out; ``of``: so is the same largest number
behind all, as of 8/10; ``range``: the middle counts, and an open end is the end that is there."""
DRESSES: tuple[Dress, ...] = ("marks", "of", "range")

_BODY = r"[0-9](?:[0-9.,'_ ]*[0-9])?|[.,][0-9]+"
_BOUND = re.compile(
    r"(?:[<>≤≥~≈]=?|(?:ca|circa|approx|about|around|over|under|up to|at least|at most|etwa|rund)"
    r"\b\.?)\s*(?=[-+−$€£]?\s*[0-9.,])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:#|№|(?:no|nr)\.)\s*(?=[0-9])", re.IGNORECASE)
_DEVIATION = re.compile(rf"\s*(?:±|\+\s?/\s?[-−]|\+[-−])\s*(?:{_BODY})", re.ASCII)
_BRACKETS = r"\s*\[[^\[\]]{1,40}\]|\s*\((?:[^\W\d_]|±?\s*[0-9]+(?:[.,][0-9]+)?)\)"
_RAISED = r"(?<=[0-9])(?<!10)[⁰¹²³⁴-⁹ᵃᵇᶜᵈᵉ]+"
_TAIL = re.compile(rf"(?<=[^\s(])(?:\s*[*†‡§¶#?+]+|{_BRACKETS}|{_RAISED})$")
_ORDINAL = re.compile(r"(?<=1)st$|(?<=2)nd$|(?<=3)rd$|(?<=[0-9])th$", re.IGNORECASE)
_OF = re.compile(rf"(?P<number>{_BODY})\s*(?:/|(?:out\s+)?of\s|von\s|sur\s)\s*(?P<all>[0-9]+)")
_RANGE = re.compile(
    rf"(?P<sign>[$€£])?\s*(?P<low>{_BODY})\s*(?P<unit>[^\W\d_]+|%)?"
    rf"\s*(?:[-–—−~]|\.\.\.?|…|\s(?:to|bis)\s)\s*[$€£]?\s*(?P<high>{_BODY})\s*(?P<behind>[^\d]*)"
)
MOST_CODES = 3
"""Digits of what stands before four digits in phone numbers, as 555-1234."""


def bare(text: str, dress: str) -> tuple[str, ...]:
    """The number in a text (stripped), or the two of a range; the text itself where it has nothing
    around it, or is none."""
    if len(text) > LONGEST:
        return (text,)
    plain = text.translate(SPACES)
    if dress == "of" and (found := _OF.fullmatch(plain)):
        return (found["number"],)
    if dress == "range" and (found := _RANGE.fullmatch(plain)):
        unit = f" {found['behind'] or found['unit'] or ''}".rstrip()
        sign = found["sign"] or ""
        return f"{sign}{found['low']}{unit}", f"{sign}{found['high']}{unit}"
    return (_without_marks(plain),)


def _without_marks(text: str) -> str:
    text = _NUMBERED.sub("", _BOUND.sub("", text, count=1), count=1)
    text = _DEVIATION.sub("", text, count=1)
    while (found := _TAIL.search(text)) is not None:
        text = text[: found.start()]
    return _ORDINAL.sub("", text)


def is_dressed(text: str, dress: str) -> bool:
    return bare(text, dress) != (text.translate(SPACES),)


def fits(texts: Iterable[str], dress: Dress) -> bool:
    """Whether what stands around the texts of a column may be left out: one largest number for
    all, no phone numbers taken as ranges."""
    dressed = [text for text in texts if is_dressed(text, dress)]
    if dress == "of":
        found = [of["all"] for text in dressed if (of := _OF.fullmatch(text.translate(SPACES)))]
        return len(found) > 1 and len(set(found)) == 1
    if dress == "range":
        ends = [bare(text, dress) for text in dressed]
        both = [pair for pair in ends if len(pair) > 1]
        return bool(both) and not all(_is_phone(*pair) for pair in both)
    return bool(dressed)


def _is_phone(low: str, high: str) -> bool:
    return low.isdecimal() and high.isdecimal() and len(low) == MOST_CODES and len(high) == 4


def is_group(text: str, dress: str) -> bool:
    """Whether a text is a range or a bound: few of those are categories, as age groups are."""
    plain = text.translate(SPACES)
    return bool(len(bare(text, dress)) > 1 or _BOUND.match(plain) or plain.endswith("+"))
