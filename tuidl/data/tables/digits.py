"""Fields of bytes that are plain numbers, many at a time: eight digits in each word of 64 bits.

The digits of a word are added up in three multiplications (Lemire, "Quickly parsing eight digits",
2018). Up to 19 digits are a whole number m below 2**64; the field is m * 10**k. Where m < 2**53 and
|k| <= 22 both are exact in float64, so that one operation rounds correctly (Clinger, PLDI 1990).
Else it is done with 64 bits of mantissa, and where rounding that once more could go wrong, or there
is no such type, the field is left to Python.
"""

import numpy as np

from tuidl.core.lazy import Array

PADDING = 32
"""Bytes before the first field: words are read from the end of a field backwards."""

MOST_DIGITS = 19
WORD = 8
_ZERO = ord("0")
_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_POINTS = np.uint64(0x2E2E2E2E2E2E2E2E)
_ZEROS = np.uint64(0x3030303030303030)
_POINTS_LESS_ZEROS = _POINTS ^ _ZEROS
_ALL = 0xFFFFFFFFFFFFFFFF
_KEPT = np.array([(_ALL << 8 * (8 - n)) & _ALL for n in range(9)], np.uint64)
"""By the length of a field: the bytes of a word that ends where the field ends."""
_TENS = np.array([10**d for d in range(23)], np.float64)
_TENS_AT = np.array([10**d for d in (7, 6, 5, 4, 3, 2, 1, 0, 0)], np.float64)
"""By the place of the point in a word, 8 where there is none."""
_WHOLE_TENS = np.array([10**d for d in range(20)], np.uint64)
_EXACT = np.uint64(1 << 53)
_IS_WIDE = np.finfo(np.longdouble).nmant == 63
_WIDE_TENS = np.cumprod(np.array([1] + [10] * 27, np.longdouble))
_U = [np.uint64(n) for n in range(256)]


class Words:
    """A block of bytes, to be read eight at a time from any place."""

    def __init__(self, padded: Array) -> None:
        """``padded``: uint8, PADDING bytes before what is read, its length a multiple of 8."""
        self._words = padded.view("<u8")

    def before(self, ends: Array) -> Array:
        """(n,) uint64: the eight bytes before each place, the first in the lowest byte."""
        place = (ends - WORD).view(np.uint64)
        shift = place & _U[7]
        shift <<= _U[3]
        at = (place >> _U[3]).view(np.int64)
        low: Array = self._words[at]
        low >>= shift
        at += 1
        high = self._words[at]
        high <<= np.subtract(_U[64], shift, out=shift)
        low |= high
        return low

    def fields(self, ends: Array, lengths: Array) -> Array:
        """As ``before``, of fields that are at most 8 long: zero bytes before their start."""
        word = self.before(ends)
        word &= _KEPT[lengths]
        return word

    def digits(self, ends: Array, lengths: Array) -> Array:
        """As ``fields``, each byte less "0"."""
        word = self.before(ends)
        word ^= _ZEROS
        word &= _KEPT[lengths]
        return word


def numbers_of(words: Words, starts: Array, ends: Array, likely: Array) -> tuple[Array, Array]:
    """Numbers (n,) of fields without signs, and which are not known to be one.

    ``likely``: which fields begin as numbers do. Leading zeros are not looked at.
    """
    lengths = ends - starts
    numbers, unknown = _short(words, ends, lengths)
    if int(lengths.max(initial=0)) <= WORD:
        return numbers, unknown
    is_long = lengths > WORD
    unknown |= is_long
    some = np.flatnonzero(is_long & likely)
    start, end = starts[some], ends[some]
    if int((end - start).max(initial=0)) <= 2 * WORD:
        numbers[some], unknown[some] = _medium(words, end, end - start)
    else:
        numbers[some], unknown[some] = _long(words, start, end)
    strange = some[unknown[some]]
    if len(strange):
        power, length = _exponents(words, starts[strange], ends[strange])
        strange, power, length = (part[length > 0] for part in (strange, power, length))
        start, end = starts[strange], ends[strange] - length
        numbers[strange], unknown[strange] = _long(words, start, end, power)
    return numbers, unknown


def _short(words: Words, ends: Array, lengths: Array) -> tuple[Array, Array]:
    """Fields of one word; longer ones are none."""
    word, place = _without_point(words.digits(ends, np.minimum(lengths, WORD)))
    value, strange = _eight(word)
    strange |= lengths <= (place < WORD)
    numbers = value.view(np.int64).astype(np.float64)
    numbers /= _TENS_AT[place]
    return numbers, strange


def _medium(words: Words, ends: Array, lengths: Array) -> tuple[Array, Array]:
    """Fields of two words."""
    low = words.digits(ends - WORD, lengths - WORD)
    high, place = _without_point(words.digits(ends, np.full(len(ends), WORD)))
    is_high = place < WORD
    other, low_place = _without_point(low.copy())
    high |= np.where(is_high, low >> _U[56], _U[0])
    low = np.where(is_high, low << _U[8], other)
    (first, strange), (last, more) = _eight(low), _eight(high)
    whole = first * _WHOLE_TENS[WORD] + last
    numbers = whole.view(np.int64).astype(np.float64)
    decimals = np.where(is_high, 7 - place.astype(np.int8), 15 - low_place.astype(np.int8))
    decimals[~is_high & (low_place == WORD)] = 0
    numbers /= _TENS[decimals]
    strange |= more
    hard = (whole > _EXACT) & ~strange
    if hard.any():
        numbers[hard], strange[hard] = _wide(whole[hard], -decimals[hard].astype(np.int64))
    return numbers, strange


def _without_point(word: Array) -> tuple[Array, Array]:
    """Digits, of which those before the first point are moved up into its place; and that place,
    8 where there is none. The word is written over."""
    points = word ^ _POINTS_LESS_ZEROS
    below = np.invert(points)
    points -= _ONES
    points &= below
    points &= _HIGH
    np.negative(points, out=below)
    points &= below  # the first one
    has_point = points != 0
    points >>= _U[7]
    np.subtract(points, _U[1], out=below)  # all bits where there is none
    place = np.bitwise_count(below)
    place >>= 3
    np.left_shift(below, _U[8], out=points)
    points |= _U[255]
    np.invert(points, out=points)
    points &= word
    word &= below
    np.left_shift(word, np.left_shift(has_point, 3, dtype=np.uint64), out=word)
    word |= points
    return word, place


def _long(
    words: Words, starts: Array, ends: Array, exponents: Array | int = 0
) -> tuple[Array, Array]:
    """Fields of up to 19 digits; ``exponents``: of ten, to multiply with."""
    points = _points(words, starts, ends)
    whole, unknown = _digits(words, points, points - starts)
    decimals = np.maximum(ends - points - 1, 0)
    digits = (points - starts) + decimals
    unknown |= (digits == 0) | (digits > MOST_DIGITS)
    if int(decimals.max(initial=0)):
        fraction, strange = _digits(words, ends, decimals)
        unknown |= strange
        whole = whole * _WHOLE_TENS[np.minimum(decimals, MOST_DIGITS)] + fraction
    power = exponents - decimals
    numbers = whole.astype(np.float64)
    if int(power.min(initial=0)) < 0:
        numbers /= _TENS[np.clip(-power, 0, 22)]
    if int(power.max(initial=0)) > 0:
        numbers *= _TENS[np.clip(power, 0, 22)]
    hard = ((whole > _EXACT) | (np.abs(power) > 22)) & ~unknown
    if hard.any():
        numbers[hard], unknown[hard] = _wide(whole[hard], power[hard])
    return numbers, unknown


def _points(words: Words, starts: Array, ends: Array) -> Array:
    """Where each field has its first point, as far as the last words tell; its end without one."""
    found, lengths = ends.copy(), ends - starts
    for back in range(0, min(int(lengths.max(initial=0)), 3 * WORD), WORD):
        left = np.minimum(np.maximum(lengths - back, 0), WORD)
        end = np.where(left > 0, ends - back, ends)
        other = words.fields(end, left) ^ _POINTS
        points = (other - _ONES) & ~other & _HIGH
        points &= np.negative(points)
        place = np.bitwise_count((points >> _U[7]) - _U[1]).astype(np.int64) >> 3
        found = np.where(points != 0, end - WORD + place, found)
    return found


def _digits(words: Words, ends: Array, lengths: Array) -> tuple[Array, Array]:
    """The value of up to 19 digits before each end, and which are not digits alone."""
    value, unknown = _eight(words.digits(ends, np.minimum(np.maximum(lengths, 0), WORD)))
    most = int(lengths.max(initial=0))
    for before in range(WORD, min(most, 3 * WORD), WORD):
        some = np.flatnonzero(lengths > before)
        count = np.minimum(lengths[some] - before, WORD)
        more, strange = _eight(words.digits(ends[some] - before, count))
        value[some] += more * _WHOLE_TENS[before]
        unknown[some] |= strange
    return value, unknown | (lengths > MOST_DIGITS)


def _eight(word: Array) -> tuple[Array, Array]:
    """The value of up to eight digits, and which are none. ``word``: their distances from "0",
    zeros before them. It is written over."""
    above = word + np.uint64(0x7676767676767676)
    above |= word
    above &= _HIGH
    strange = above != 0
    np.right_shift(word, _U[8], out=above)
    word *= _U[10]
    word += above
    mask = np.uint64(0x000000FF000000FF)
    np.bitwise_and(word, mask, out=above)
    above *= np.uint64(0x000F424000000064)
    word >>= _U[16]
    word &= mask
    word *= np.uint64(0x0000271000000001)
    word += above
    word >>= _U[32]
    return word, strange


def _exponents(words: Words, starts: Array, ends: Array) -> tuple[Array, Array]:
    """The power of ten, and the length of what says it ("e-05"), 0 where nothing does."""
    word = words.before(ends)
    mark, sign, tens, ones = ((word >> _U[shift]) & np.uint64(255) for shift in (32, 40, 48, 56))
    ten, one = (part.astype(np.int64) - _ZERO for part in (tens, ones))
    is_one = (ends - starts > 4) & ((mark | np.uint64(32)) == ord("e"))
    is_one &= (sign == ord("+")) | (sign == ord("-"))
    is_one &= (ten >= 0) & (ten <= 9) & (one >= 0) & (one <= 9)
    power = 10 * ten + one
    return np.where(sign == ord("-"), -power, power), np.where(is_one, 4, 0)


def _wide(whole: Array, power: Array) -> tuple[Array, Array]:
    """whole * 10**power, and where the second rounding may be wrong."""
    if not _IS_WIDE:
        return whole.astype(np.float64), np.ones(len(whole), bool)
    exact = whole.astype(np.longdouble)
    exact /= _WIDE_TENS[np.clip(-power, 0, 27)]
    exact *= _WIDE_TENS[np.clip(power, 0, 27)]
    numbers = exact.astype(np.float64)
    beyond = np.abs(np.abs(exact - numbers) * 2 / np.spacing(numbers) - 1)
    return numbers, (beyond < 1 / 256).astype(bool) | (np.abs(power) > 27)
