"""Numbers in other clothes: 1:02:03 · 2h 5m · 12:30 PM · 2 1/2 · 23°14'39"S · 5'11"."""

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Literal

from tuidl.data.tables.spaces import LONGEST, SPACES

Style = Literal["", "duration", "minutes", "time", "fraction", "coordinate", "feet"]
"""``duration``: seconds, h:mm where there are two parts; ``minutes``: likewise, m:ss; ``time``:
hours since midnight; ``coordinate``: degrees, south and west negative; ``feet``: with inches."""

PARTS = 2520
"""Of 1: every vulgar fraction is a number of them."""
UNIT_OF = {"duration": "s", "minutes": "s", "time": "h", "coordinate": "°", "feet": "ft"}
NAME_OF = {
    "time": "time of day", "duration": "duration", "minutes": "duration",
    "fraction": "fraction", "coordinate": "coordinate", "feet": "length in feet",
}  # fmt: skip
"""What a value of each style is called."""

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
_WORD = r"(?:w(?:eeks?|ks?)?|d(?:ays?)?|h(?:(?:ou)?rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)"
_PART = re.compile(rf"([0-9]+(?:[.,][0-9]+)?)\s*({_WORD})\.?", re.ASCII | re.IGNORECASE)
_PARTS = re.compile(
    rf"(-)?\s*((?:[0-9]+(?:[.,][0-9]+)?\s*{_WORD}\.?\s*(?:,|and)?\s*)+)", re.ASCII | re.IGNORECASE
)
_COLONS = re.compile(
    r"(?P<minus>-)?(?:(?P<days>[0-9]+)\s*(?:d|days?),?\s+)?"
    r"(?P<first>[0-9]{1,5}):(?P<second>[0-5][0-9])(?::(?P<third>[0-5][0-9]))?(?P<part>[.,][0-9]{1,9})?",
    re.ASCII | re.IGNORECASE,
)
_ISO = re.compile(
    r"(?P<minus>-)?P(?=.)(?:(?P<w>[0-9]+)W)?(?:(?P<d>[0-9]+)D)?"
    r"(?:T(?=.)(?:(?P<h>[0-9]+)H)?(?:(?P<m>[0-9]+)M)?(?:(?P<s>[0-9]+(?:[.,][0-9]+)?)S)?)?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?P<part>[.,][0-9]{1,9})?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
_FRACTION = re.compile(
    r"(?P<minus>[-−])?\s*(?:(?P<whole>[0-9]+)(?:\s+|-))?(?P<over>[0-9]+)\s*[/⁄∕]\s*(?P<under>[0-9]+)",
    re.ASCII,
)
_VULGAR = re.compile(r"([-−])?\s*([0-9]+)?\s*([^\W\d_]|[¼-¾⅐-⅞↉])")
_DEGREES = re.compile(
    r"(?P<before>[NSEW])?\s*(?P<minus>[-−])?(?P<degrees>[0-9]{1,3}(?:[.,][0-9]+)?)\s*°?"
    r"(?:\s*(?P<minutes>[0-5]?[0-9](?:[.,][0-9]+)?)\s*['′’]"
    r"(?:\s*(?P<seconds>[0-5]?[0-9](?:[.,][0-9]+)?)\s*(?:\"|″|”|''))?)?\s*(?P<behind>[NSEW])?",
    re.ASCII | re.IGNORECASE,
)
_FEET = re.compile(
    r"(?P<feet>[0-9]{1,2})\s*(?:['′’]|ft\.?|feet)\s*"
    r"(?:(?P<inches>1[01](?:\.[0-9]+)?|[0-9](?:\.[0-9]+)?)\s*(?:\"|″|”|''|in\.?|inches)?)?",
    re.ASCII | re.IGNORECASE,
)


def duration_of(text: str, style: Style = "duration") -> float | None:
    """Seconds."""
    if found := _COLONS.fullmatch(text):
        first, second, third = (int(found[name] or 0) for name in ("first", "second", "third"))
        part = float((found["part"] or ".0").replace(",", "."))
        if found["days"] and first > 23:
            return None
        in_minutes = found["third"] is None and not found["days"]
        in_minutes = in_minutes and (style == "minutes" or found["part"] is not None)
        whole = 60 * first + second if in_minutes else 3600 * first + 60 * second + third
        size = whole + part + 86_400 * int(found["days"] or 0)
        return -size if found["minus"] else size
    if found := _ISO.fullmatch(text):
        size = sum(_decimal(found[name] or "0") * _SECONDS[name] for name in _SECONDS)
        return -size if found["minus"] else size
    return _worded(text)


def _worded(text: str) -> float | None:
    """Seconds of 2h 5m, each unit once, the largest first."""
    if found := _PARTS.fullmatch(text):
        parts = [(_decimal(n), word[0].lower()) for n, word in _PART.findall(found[2])]
        sizes = [_SECONDS[word] for _, word in parts]
        if sizes != sorted(set(sizes), reverse=True):
            return None
        total = sum(number * _SECONDS[word] for number, word in parts)
        return -total if found[1] else total
    return None


def time_of(text: str) -> float | None:
    """Hours since midnight."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if half := found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    if hour > 23:
        return None
    return hour + minute / 60 + (second + float((found["part"] or ".0").replace(",", "."))) / 3600


def fraction_of(text: str) -> float | None:
    """1/2, 2 1/2, ½ and 2½."""
    if found := _FRACTION.fullmatch(text):
        if not int(found["under"]) or len(text) > 40:
            return None
        size = int(found["whole"] or 0) + Fraction(int(found["over"]), int(found["under"]))
        return float(-size if found["minus"] else size)
    return None if text.isascii() else _vulgar(text)


def _vulgar(text: str) -> float | None:
    """½ and 2½."""
    found = _VULGAR.fullmatch(text)
    part = unicodedata.numeric(found[3], -1.0) if found else -1.0
    under = round(part * PARTS)
    if not found or not 0 <= part < 1 or abs(part - under / PARTS) > 1e-9:
        return None
    size = int(found[2] or 0) + Fraction(under, PARTS)
    return float(-size if found[1] else size)


def coordinate_of(text: str) -> float | None:
    """Degrees; a number without any sign of being one is none."""
    found = _DEGREES.fullmatch(text)
    if not found or (found["before"] and found["behind"]):
        return None
    side = (found["before"] or found["behind"] or "").upper()
    if not side and "°" not in text:
        return None
    if side and found["minus"]:
        return None
    degrees, minutes, seconds = (
        _decimal(found[name] or "0") for name in ("degrees", "minutes", "seconds")
    )
    size = degrees + minutes / 60 + seconds / 3600
    if size > (90 if side in ("N", "S") else 360):
        return None
    return -size if found["minus"] or side in ("S", "W") else size


def feet_of(text: str) -> float | None:
    """5'11" as feet."""
    found = _FEET.fullmatch(text)
    return float(found["feet"]) + float(found["inches"] or 0) / 12 if found else None


_OF: dict[str, Callable[[str], float | None]] = {
    "duration": duration_of,
    "minutes": lambda text: duration_of(text, "minutes"),
    "time": time_of,
    "fraction": fraction_of,
    "coordinate": coordinate_of,
    "feet": feet_of,
}


def styled(text: str, style: str) -> float | None:
    """The number that a text (stripped) is in a column of a style, None where it is none."""
    return _OF[style](text.translate(SPACES)) if len(text) <= LONGEST else None


def in_style(value: float, style: str) -> str:
    """A number as a column of a style has it, to the thousandth of a second or of an inch."""
    if style in ("duration", "minutes", "time"):
        thousandths = round(abs(value) * (3_600_000 if style == "time" else 1000))
        if style == "time":
            thousandths %= 86_400_000
        seconds, part = divmod(thousandths, 1000)
        text = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        text += f".{part:03d}" if part else ""
        return f"-{text}" if value < 0 else text
    if style == "coordinate":
        return f"{value:.12g}°"
    if style == "feet":
        return f"{int(value)}'{(value - int(value)) * 12:.4g}\""
    return f"{value:.12g}"


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))
