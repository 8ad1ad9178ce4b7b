"""TensorBoard's event files: the scalars of each event, as records.

    Event         1 wall_time, 2 step, 5 summary
    Summary       1 value, repeated
    Value         1 tag, 2 simple_value, 8 tensor, 9 metadata {1 plugin {1 name, 2 content}}
    TensorProto   1 dtype, 2 shape {2 dim {1 size}}, 4 content, and values by type

A scalar is a ``simple_value`` (float32), or a tensor of one number that TensorBoard's plugin for
scalars shows. Hyper-parameters are those that its plugin for them keeps of a session. Pictures,
histograms, texts and graphs are passed over.
"""

import struct
from collections.abc import Iterator
from typing import Any

from tuidl.logs.framing import HEAD, Records
from tuidl.logs.hparams import PLUGIN as HPARAMS
from tuidl.logs.hparams import session_settings
from tuidl.logs.record import Record, Settings, Unusable, readable
from tuidl.logs.wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    Value,
    WireError,
    fields,
    floats,
    signed,
    varint,
)

PLUGIN = "scalars"
TYPES = {1: ("f", 5), 2: ("d", 6), 3: ("i", 7), 9: ("q", 10), 19: ("e", 0)}
"""Float, double, int32, int64, half -> struct's letter, and the field of such values."""
MOST_TAGS = 10_000
"""Tags of which it is remembered what shows them."""


class EventFile:
    """Reads one file as it grows: a ``Reader``."""

    refused = 0
    """Records that are too long are entries of their own."""

    def __init__(self, file: str) -> None:
        self._records = Records(file)
        self._plugins: dict[str, str] = {}
        self._settings: dict[str, Any] = {}
        """Of the event that is being read."""

    def feed(self, data: bytes) -> Iterator[Record | Settings | Unusable]:
        """A record an event, without values where the event has no scalars; before it the
        hyper-parameters that the event has. Raises RunError."""
        for at, event in self._records.feed(data):
            if event is None:
                yield Unusable.RECORD
                continue
            try:
                record = self._record(memoryview(event))
            except WireError as error:
                # Inside of parts of a message it is only known that it is within this record.
                raise self._records.damage(f"no event: {error.problem}", at + HEAD) from None
            if self._settings:
                yield Settings(self._settings)
                self._settings = {}
            yield record

    def whole_rest(self) -> list[Record]:
        """None: what has no end yet is no record."""
        return []

    take_rest = whole_rest

    def _record(self, event: memoryview) -> Record:
        step, time, values = 0, None, {}
        for number, kind, value in fields(event):
            if number == 2 and kind == VARINT:
                step = signed(_whole(value))
            elif number == 1 and kind == FIXED64:
                (time,) = struct.unpack("<d", _bytes(value))
            elif number == 5 and kind == BYTES:
                for inner, inner_kind, part in fields(_bytes(value)):
                    if inner == 1 and inner_kind == BYTES:
                        values.update(self._scalar(_bytes(part)))
        return Record("step", float(step), None, values, time)

    def _scalar(self, message: memoryview) -> dict[str, float | None]:
        """The tag and its number; nothing where the value is no scalar."""
        tag, simple, tensor, metadata = "", None, None, memoryview(b"")
        for number, kind, value in fields(message):
            if number == 1 and kind == BYTES:
                tag = bytes(_bytes(value)).decode(errors="replace")
            elif number == 2 and kind == FIXED32:
                (simple,) = struct.unpack("<f", _bytes(value))
            elif number == 8 and kind == BYTES:
                tensor = _bytes(value)
            elif number == 9 and kind == BYTES:
                metadata = _bytes(value)
        self._remember(tag, metadata)
        found = simple
        if tensor is not None and self._plugins.get(tag, PLUGIN) == PLUGIN:
            found = number_of(tensor)
        return {} if found is None or not tag else {readable(tag): found}

    def _remember(self, tag: str, metadata: memoryview) -> None:
        """Which plugin shows a tag; only its first value may say so. What the plugin for
        hyper-parameters says besides."""
        for number, kind, value in fields(metadata):
            if number != 1 or kind != BYTES:
                continue
            plugin = {inner: _bytes(part) for inner, inner_kind, part in fields(_bytes(value))
                      if inner_kind == BYTES}  # fmt: skip
            name = bytes(plugin.get(1, b"")).decode(errors="replace")
            if 1 in plugin and len(self._plugins) < MOST_TAGS:
                self._plugins.setdefault(tag, name)
            if name == HPARAMS and 2 in plugin:
                self._settings |= session_settings(plugin[2])


def number_of(tensor: memoryview) -> float | None:
    """The only number of a tensor; None where it has another count of them, or is of a type that
    scalars do not have. Raises WireError."""
    kind_of_number, size, content = 0, 1, memoryview(b"")
    packed: dict[int, list[tuple[int, Value]]] = {}
    for number, kind, value in fields(tensor):
        if number == 1 and kind == VARINT:
            kind_of_number = _whole(value)
        elif number == 2 and kind == BYTES:
            size = _size(_bytes(value))
        elif number == 4 and kind == BYTES:
            content = _bytes(value)
        else:
            packed.setdefault(number, []).append((kind, value))
    if kind_of_number not in TYPES or size != 1:
        return None
    letter, place = TYPES[kind_of_number]
    if content:
        found = floats(letter, content)
    else:
        found = [
            one for kind, value in packed.get(place, ()) for one in _values(letter, kind, value)
        ]
    if not found:  # zeros need not be written
        return 0.0
    return float(found[0]) if len(found) == 1 else None


def _values(letter: str, kind: int, value: Value) -> Iterator[float]:
    """Numbers in a field of their own type, packed or one by one."""
    if letter in "fd":
        yield from floats(letter, _bytes(value))
    elif kind == VARINT:
        yield signed(_whole(value))
    else:
        data, at = _bytes(value), 0
        while at < len(data):
            one, at = varint(data, at)
            yield signed(one)


def _size(shape: memoryview) -> int:
    """How many numbers a shape has."""
    size = 1
    for number, kind, dimension in fields(shape):
        if number == 2 and kind == BYTES:
            extents = [v for n, k, v in fields(_bytes(dimension)) if n == 1 and k == VARINT]
            size *= _whole(extents[-1]) if extents else 0
    return size


def _bytes(value: Value) -> memoryview:
    if isinstance(value, int):
        raise WireError("a whole number where bytes are expected", 0)
    return value


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise WireError("bytes where a whole number is expected", 0)
    return value
