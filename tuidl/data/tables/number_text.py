"""Numbers as people write them: 1.234,5 · (1,234) · 12 % · € 3.50 · 5-."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from tuidl.core.lazy import Array
from tuidl.data.table_layout import NumberFormat
from tuidl.data.tables.dressed import bare
from tuidl.data.tables.spaces import LONGEST, SPACES
from tuidl.data.tables.styles import styled
from tuidl.data.tables.units import converted

SIGNS = "$€£¥₹₽₩₺₪฿₫₴₦¢"
CODES = (
    "USD EUR GBP CHF JPY CNY INR CAD AUD NZD SEK NOK DKK PLN CZK HUF RUB BRL MXN ZAR KRW TRY "
    "US$ A$ C$ R$ HK$ NZ$ S$ Rs Rs. kr kr. zł Kč"
)
CURRENCIES = frozenset([*SIGNS, *CODES.split()])

_UNITS = (
    "% ‰ bp bps ° °C °F ℃ ℉ C F K kg g mg µg t lb lbs oz km m cm mm µm nm mi ft in yd s sec "
    "ms min h hr hrs d W kW MW kWh V A Hz kHz MHz GHz B kB KB MB GB TB k M G T l L ml mL cl dl gal "
    "km/h m/s mph kph mpg hp bhp cc Nm bar Pa hPa kPa psi px pt x m² m2 km² ha m³ m3 "
    "ppm ppb cal kcal kJ J N y yr yrs 万 萬 만 亿 億 억"
)
UNITS = frozenset(_UNITS.split())
"""Those that may stand right behind a number; any word may with a space between."""

_PREFIXES = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<outer>{_PREFIXES})?\s*(?P<open>\()?\s*(?P<sign>[-+−–])?\s*(?P<prefix>{_PREFIXES})?"
    r"\s*(?P<inner>[-+−–])?\s*"
    r"(?P<body>[0-9](?:[0-9.,'_ ]*[0-9])?[.,]?|[.,][0-9]+)(?P<exponent>[eE][-+]?[0-9]{1,3})?"
    r"(?P<space>\s*)(?P<suffix>[^\s\d().,;:/+\-−–'](?:[^\s\d();:,]|[23](?!\d)){0,15})?"
    r"\s*(?P<behind>[-−])?\s*(?P<close>\))?",
    re.ASCII,
)
_POWERS = {
    "thousand tsd. tsd": 1e3, "lakh lakhs lac": 1e5, "crore crores": 1e7,
    "million millions mio. mio mln mn millionen millón millones": 1e6,
    "billion billions mrd. mrd milliarden milliard bn bln": 1e9, "trillion trillions tn": 1e12,
    "万 萬 만": 1e4, "亿 億 억": 1e8,
}  # fmt: skip
WORDS = {
    word: size
    for words, size in _POWERS.items()
    for low in words.split()
    for word in (low, low.capitalize(), low.upper())
}
"""What multiplies a number and means nothing else."""
MAGNITUDES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12} | WORDS
"""What multiplies a number right behind it, where a column has several of them."""
_OF_MONEY = MAGNITUDES | {"m": 1e6, "mm": 1e6, "b": 1e9, "t": 1e12}
_TEN_TO = re.compile(
    r"(?<=[0-9])\s*[×x*·⋅]\s*10(?:(?:\^|\*\*)\s*\(?([-+−]?[0-9]{1,3})\)?|([⁺⁻]?[⁰¹²³⁴-⁹]{1,3}))"
)
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "+-0123456789-")
_FORTRAN = re.compile(r"(?<=[0-9.])[dD](?=[-+][0-9]{2,3}$)")
INFINITE = re.compile(r"[-+−]?(?:inf|infinity|∞)", re.IGNORECASE)


class Written(NamedTuple):
    """A number's parts. ``is_code``: zeros in front, as 007 has. ``magnitude``: k, M or the like
    behind money, as $3M has."""

    sign: float
    body: str
    exponent: str
    unit: str
    is_code: bool
    magnitude: str = ""


def written(text: str) -> Written | None:
    """The parts of a number, None where the text (stripped) is none."""
    found = _NUMBER.fullmatch(_one_way(text.translate(SPACES))) if len(text) <= LONGEST else None
    if not found or (found["outer"] and found["prefix"]):
        return None
    sign, inner, behind, suffix = found.group("sign", "inner", "behind", "suffix")
    prefix = found["prefix"] or found["outer"]
    is_open, is_closed = found["open"] is not None, found["close"] is not None
    signs = [mark for mark in (sign, inner, behind) if mark]
    is_money = prefix is not None and suffix is not None
    is_large = is_money and (suffix in WORDS or (suffix in _OF_MONEY and not found["space"]))
    magnitude = suffix if is_large else ""
    suffix = None if magnitude else suffix
    if is_open != is_closed or len(signs) + is_open > 1 or (prefix and suffix):
        return None
    unit = prefix or suffix or ""
    if suffix and not found["space"] and suffix not in UNITS and suffix not in CURRENCIES:
        return None
    body = found["body"]
    is_code = len(body) > 1 and body[0] == "0" and body[1].isdigit()
    negative = is_open or (bool(signs) and signs[0] != "+")
    sign_of = -1.0 if negative else 1.0
    return Written(sign_of, body, found["exponent"] or "", unit, is_code, magnitude)


def _one_way(text: str) -> str:
    """Powers of ten as e3: of 3×10^3, 3·10³ and 3D+03."""
    if "10" in text:
        text = _TEN_TO.sub(lambda of: f"e{(of[1] or of[2]).translate(_RAISED)}", text)
    return _FORTRAN.sub("e", text)


@lru_cache(maxsize=64)
def _body(decimal: str, groups: str) -> re.Pattern[str]:
    """What a number without sign and unit may be: groups of three digits, or of two before the
    last three as in India."""
    ways = [r"[0-9]+"]
    for mark in groups:
        ways.append(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+")
        if mark == ",":
            ways.append(r"[1-9][0-9]?(?:,[0-9]{2})*,[0-9]{3}")
    point = re.escape(decimal)
    return re.compile(rf"(?:(?:{'|'.join(ways)})(?:{point}[0-9]*)?|{point}[0-9]+)", re.ASCII)


def value_of(number: Written, decimal: str, groups: str) -> float | None:
    """The number, read with this decimal mark; None where it is not written so, or infinite."""
    if not _body(decimal, groups).fullmatch(number.body):
        return None
    body = number.body
    for mark in groups:
        body = body.replace(mark, "")
    value = number.sign * float(body.replace(decimal, ".") + number.exponent)
    value = _multiplied(value, number.magnitude) if number.magnitude else value
    return value if abs(value) != float("inf") else None


def number_of(text: str, form: NumberFormat) -> float | None:
    """The number that a text (stripped) is in a column that is written so; else None."""
    if form.style:
        return styled(text, form.style)
    if form.dress:
        return _dressed(text, form)
    number = written(text)
    if number is None or (number.is_code and not form.padded):
        return None
    if form.magnitudes and number.unit in MAGNITUDES:
        value = value_of(number, form.decimal, form.groups)
        return None if value is None else _multiplied(value, number.unit)
    value = value_of(number, form.decimal, form.groups)
    if value is not None and number.unit and number.unit != form.unit and form.converts:
        return converted(value, number.unit, form.unit)
    if number.unit != form.unit and (number.unit or not form.bare):
        return None
    return value


def _dressed(text: str, form: NumberFormat) -> float | None:
    """The number in what stands around it, the middle of a range whose ends rise."""
    plain = replace(form, dress="")
    ends = [number_of(part, plain) for part in bare(text, form.dress)]
    known = [end for end in ends if end is not None]
    if len(known) < len(ends) or sorted(known) != known:
        return None
    return sum(known) / len(known)


def _multiplied(value: float, magnitude: str) -> float:
    """Exactly where the digits allow: 1.2M is 1200000."""
    return float(Decimal(repr(value)) * Decimal(_OF_MONEY[magnitude]))


_SHAPE = str.maketrans("123456789", "9" * 9)
_SIMPLE = re.compile(r"[-+]?[0-9.,'_][0-9.,'_ ]*", re.ASCII)
BETWEEN = "\x1f"
"""A character that no number has."""


def shapes_of(texts: Sequence[str]) -> list[str]:
    """The texts with a 9 for every digit but 0: those of one shape are all numbers, or none is."""
    if not texts:
        return []
    return BETWEEN.join(texts).translate(SPACES).translate(_SHAPE).split(BETWEEN)


def numbers_of(texts: Sequence[str], form: NumberFormat) -> Array:
    """``number_of`` of each text (texts,), NaN where it is no number."""
    if form.style or not texts or any(BETWEEN in text for text in texts):
        return np.array([_or_nan(number_of(text, form)) for text in texts], np.float64)
    shapes = shapes_of(texts)
    examples = dict(zip(shapes, texts, strict=True))
    simple = {
        shape
        for shape, text in examples.items()
        if _SIMPLE.fullmatch(shape) and number_of(text, form) is not None
    }
    marks = str.maketrans({**dict.fromkeys(form.groups), form.decimal: "."})
    plain = BETWEEN.join(texts).translate(SPACES).translate(marks).split(BETWEEN)
    return np.array(
        [
            float(text) if shape in simple else _or_nan(number_of(original, form))
            for text, shape, original in zip(plain, shapes, texts, strict=True)
        ],
        np.float64,
    )


def _or_nan(number: float | None) -> float:
    return np.nan if number is None else number
