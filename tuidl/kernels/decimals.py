"""Plain decimal numbers in bytes as float64, correctly rounded: the part of ``scanning.py`` that
knows numbers. Eight digits are read at a time (Lemire, "Quickly parsing eight digits", 2018). One
operation makes the number where both factors are exact (Clinger, PLDI 1990), else 128 bits of a
power of five do (Lemire, "Number parsing at a gigabyte per second", 2021).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from tuidl.kernels.jit import intrinsic_for, rounded_function

LEAST_POWER, MOST_POWER = -300, 288
"""Of ten, in numbers that are made here; what is beyond is left to others."""
TENS = np.array([float(f"1e{power}") for power in range(23)])
MOST_DIGITS = 19
"""As many fit into 64 bits."""
WORD = 8

_PLUS, _MINUS, _POINT, _ZERO, _LARGE_E, _SMALL_E = b"+-.0Ee"
_LEAST = LEAST_POWER
_WHOLE_TENS = np.array([10**power for power in range(20)], np.uint64)
_U0, _U1, _U3, _U8, _U9, _U10, _U16, _U32, _U52, _U63 = map(
    np.uint64, (0, 1, 3, 8, 9, 10, 16, 32, 52, 63)
)
_LOW = np.uint64(0xFFFFFFFF)
_EXACT = np.uint64(1 << 53)
_HIDDEN = np.uint64(1 << 52)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_SIGN = np.uint64(1 << 63)
_CHECKED = np.uint64(0x1FF)
_ZEROS = np.uint64(0x3030303030303030)
_ABOVE_NINE = np.uint64(0x7676767676767676)
_HIGH = np.uint64(0x8080808080808080)
_PAIRS = np.uint64(0x000000FF000000FF)
_FIRST, _SECOND = np.uint64(0x000F424000000064), np.uint64(0x0000271000000001)


def word_at(text, place):
    """The eight bytes from ``place`` on as uint64, the first in the lowest byte."""
    return np.frombuffer(text[place : place + WORD].tobytes(), "<u8")[0]


@intrinsic_for(word_at)
def _word_at(typing_context, text, place):
    def codegen(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]])
        return builder.load(builder.bitcast(pointer, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(text, types.int64), codegen


def bytes_before(marks):
    """How many bytes of the uint64 lie below the lowest one that is not 0: 8 for 0."""
    marks = int(marks)
    return ((marks & -marks).bit_length() - 1) // 8 if marks else WORD


@intrinsic_for(bytes_before)
def _bytes_before(typing_context, marks):
    def codegen(context, builder, signature, arguments):
        zeros = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))
        return builder.lshr(zeros, ir.Constant(ir.IntType(64), 3))

    return types.int64(types.uint64), codegen


def powers_of_five() -> np.ndarray[Any, np.dtype[np.uint64]]:
    """(powers, 2) uint64: the 128 leading bits of 5**power, the upper half first; those of
    negative powers rounded up, as Lemire's proof has it."""
    found = []
    for power in range(LEAST_POWER, MOST_POWER + 1):
        if power >= 0:
            bits = 5**power
            bits = bits << 128 >> bits.bit_length()
        else:
            five = 5**-power
            room = five.bit_length() * (1 if power >= -27 else 2) + (127 if power >= -27 else 128)
            bits = (1 << room) // five + 1
            bits >>= max(bits.bit_length() - 128, 0)
        found.append((bits >> 64, bits & 0xFFFFFFFFFFFFFFFF))
    return np.array(found, np.uint64)


@rounded_function
def _times(a, b):
    """Upper and lower half of a product of two words."""
    low_a, high_a, low_b, high_b = a & _LOW, a >> _U32, b & _LOW, b >> _U32
    low = low_a * low_b
    one, other = high_a * low_b, low_a * high_b
    middle = (low >> _U32) + (one & _LOW) + (other & _LOW)
    upper = high_a * high_b + (one >> _U32) + (other >> _U32) + (middle >> _U32)
    return upper, a * b


@rounded_function
def _bits_of(whole, power, fives):
    """The float64 next to whole * 10**power as bits, all ones where that is for others to say.

    ``whole``: not 0.
    """
    zeros = 0
    while (whole << np.uint64(zeros)) & _SIGN == _U0:
        zeros += 1
    whole = whole << np.uint64(zeros)
    upper, lower = _times(whole, fives[power - _LEAST, 0])
    if upper & _CHECKED == _CHECKED:
        more, _ = _times(whole, fives[power - _LEAST, 1])
        lower = lower + more
        if lower < more:
            upper = upper + _U1
        if lower == _ALL:
            return _ALL
    top = upper >> _U63
    mantissa = upper >> (top + _U9)
    exponent = ((152170 + 65536) * power >> 16) + 1024 + 63 - zeros - (1 - np.int64(top))
    if exponent <= 1 or exponent >= 2046:
        return _ALL
    is_half = lower <= _U1 and power >= -4 and power <= 23 and mantissa & _U3 == _U1
    if is_half and mantissa << (top + _U9) == upper:
        mantissa = mantissa & ~_U1
    mantissa = (mantissa + (mantissa & _U1)) >> _U1
    if mantissa >= _EXACT:
        mantissa, exponent = _HIDDEN, exponent + 1
    return (mantissa & ~_HIDDEN) | (np.uint64(exponent) << _U52)


@rounded_function
def _digits(text, at, end, whole):
    """``whole`` with the digits behind it that begin ``at``, and where they end."""
    while at + WORD <= len(text):
        word = word_at(text, at) ^ _ZEROS
        count = bytes_before(((word + _ABOVE_NINE) | word) & _HIGH)
        if count == 0:
            return whole, at
        word = word << np.uint64(8 * (WORD - count))
        word = word * _U10 + (word >> _U8)
        word = ((word & _PAIRS) * _FIRST + ((word >> _U16) & _PAIRS) * _SECOND) >> _U32
        whole = whole * _WHOLE_TENS[count] + word
        at += count
        if count < WORD:
            return whole, at
    while at < end and text[at] >= _ZERO and text[at] < _ZERO + 10:
        whole = whole * _U10 + np.uint64(text[at] - _ZERO)
        at += 1
    return whole, at


@rounded_function
def _exponent(text, at, end):
    """The power of ten that is said ``at`` an e, and where it ends; -1 where none is said."""
    if at >= end or (text[at] != _SMALL_E and text[at] != _LARGE_E):
        return 0, at
    at += 1
    is_small = at < end and text[at] == _MINUS
    if at < end and (text[at] == _MINUS or text[at] == _PLUS):
        at += 1
    power, stop = _digits(text, at, end, _U0)
    if stop == at or stop - at > 4:
        return 0, -1
    return (-np.int64(power) if is_small else np.int64(power)), stop


@rounded_function
def write_number(text, at, end, tens, fives, numbers, bits, place):
    """Write the plain number that starts ``at`` to ``numbers[place]``; returns where it ends, -1
    where there is none, or one that can not be made here.

    ``tens``, ``fives``: ``TENS``, ``powers_of_five()``. ``bits``: the memory of ``numbers`` as
    uint64.
    """
    negative = text[at] == _MINUS
    if negative or text[at] == _PLUS:
        at += 1
    whole, stop = _digits(text, at, end, _U0)
    digits, power = stop - at, 0
    if digits > 1 and text[at] == _ZERO:
        return -1
    if stop < end and text[stop] == _POINT:
        at = stop + 1
        whole, stop = _digits(text, at, end, whole)
        power = at - stop
        digits -= power
    if stop > end or digits == 0 or digits > MOST_DIGITS:
        return -1
    more, stop = _exponent(text, stop, end)
    if stop < 0:
        return -1
    power += more
    if whole <= _EXACT and power >= -22 and power <= 22:
        value = np.float64(np.int64(whole))
        numbers[place] = value / tens[-power] if power < 0 else value * tens[power]
    elif whole == _U0:
        numbers[place] = 0.0
    else:
        found = _ALL
        if power >= _LEAST and power < _LEAST + len(fives):
            found = _bits_of(whole, power, fives)
        if found == _ALL:
            return -1
        bits[place] = found
    if negative:
        bits[place] |= _SIGN
    return stop
