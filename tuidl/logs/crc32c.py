"""CRC-32C (Castagnoli), by which TensorBoard's files check their records.

Python has none. Short texts, as scalars are, go byte by byte through a table; long ones are cut
into lanes of one length, which NumPy takes through the table side by side.
"""

from typing import Any

POLYNOMIAL = 0x82F63B78
"""Reflected."""
LANES = 512
LONG = 8 * LANES
"""Bytes from which lanes pay."""
ALL_ONES = 0xFFFFFFFF
MASK_DELTA = 0xA282EAD8


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (POLYNOMIAL if byte & 1 else 0)
    return byte


TABLE = tuple(_entry(byte) for byte in range(256))


def crc32c(data: bytes | memoryview) -> int:
    """The checksum of ``data``, from 0 to 2**32 - 1."""
    if len(data) < LONG:
        return _through(data, ALL_ONES) ^ ALL_ONES
    length = len(data) // LANES
    crc = ALL_ONES
    move = _zeros(length)
    for lane in _lanes(data[: length * LANES], length):
        crc = _times(move, crc) ^ lane
    return _through(data[length * LANES :], crc) ^ ALL_ONES


def masked(data: bytes | memoryview) -> int:
    """The checksum as TFRecord stores it, so that checksums of checksums do not go wrong."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + MASK_DELTA) & ALL_ONES


def _through(data: bytes | memoryview, crc: int) -> int:
    table = TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc


def _lanes(data: bytes | memoryview, length: int) -> list[int]:
    """What each lane of ``length`` bytes alone does to a register of zeros."""
    import numpy as np

    table: Any = np.array(TABLE, np.uint32)
    columns = np.frombuffer(data, np.uint8).reshape(LANES, length).T.astype(np.uint32)
    crc: Any = np.zeros(LANES, np.uint32)
    for column in columns:
        crc = table[(crc ^ column) & 255] ^ (crc >> 8)
    return [int(one) for one in crc]


def _zeros(count: int) -> list[int]:
    """What ``count`` bytes of zero do to each bit of the register: a matrix of bits by columns,
    found by squaring that of one bit."""
    step = [POLYNOMIAL, *(1 << bit for bit in range(31))]
    found = [1 << bit for bit in range(32)]
    bits = 8 * count
    while bits:
        if bits & 1:
            found = [_times(step, column) for column in found]
        step = [_times(step, column) for column in step]
        bits >>= 1
    return found


def _times(matrix: list[int], vector: int) -> int:
    product, column = 0, 0
    while vector:
        if vector & 1:
            product ^= matrix[column]
        vector >>= 1
        column += 1
    return product
