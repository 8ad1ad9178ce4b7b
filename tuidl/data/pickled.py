"""A closed reader of CIFAR-10's Python files, which are pickles.

Unpickling runs what a file says to run. Here nothing is run: the opcodes are walked, names and
calls are written down and never looked up, and from what comes out only a list of labels and one
array of bytes are taken. Whatever else a file asks for is refused.
"""

import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuidl.core.errors import DataError
from tuidl.core.lazy import Array

PIXELS = 3072
LONGEST_KEY = 100
ARRAY_MAKERS = {"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"}
BUFFER_MAKERS = {"numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer"}
ENCODERS = {"_codecs encode"}
KNOWN = ARRAY_MAKERS | BUFFER_MAKERS | ENCODERS | {"numpy ndarray", "numpy dtype"}


class _RefusedError(Exception):
    """The file asks for what no CIFAR-10 file asks for."""


@dataclass(frozen=True)
class _Name:
    """A global that the file names; it is never looked up."""

    text: str


@dataclass
class _Call:
    """A call that the file asks for; it is never made. ``state`` is what BUILD would set."""

    name: _Name
    arguments: tuple[Any, ...]
    state: Any = None


_MARK = object()


class _Walker:
    """A stack and a memo, as unpickling has them, for opcodes that only hold data."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def walk(self, data: bytes) -> Any:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name == "STOP":
                return self.stack.pop()
            try:
                handle = _HANDLERS[opcode.name]
            except KeyError:
                raise _RefusedError(f"the opcode {opcode.name}") from None
            handle(self, argument)
        raise _RefusedError("no end")

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def since_mark(self) -> list[Any]:
        items: list[Any] = []
        while (item := self.stack.pop()) is not _MARK:
            items.append(item)
        return items[::-1]

    def name(self, text: Any) -> None:
        if text not in KNOWN:
            raise _RefusedError(f"the name {str(text)[:60]!r}")
        self.push(_Name(text))

    def stack_name(self, _: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.name(f"{module} {name}" if isinstance(name, str) else name)

    def tuple_of(self, count: int) -> None:
        items = [self.stack.pop() for _ in range(count)]
        self.push(tuple(items[::-1]))

    def reduce(self, _: Any) -> None:
        arguments, name = self.stack.pop(), self.stack.pop()
        if not isinstance(name, _Name) or not isinstance(arguments, tuple):
            raise _RefusedError("a call of something that is no known name")
        self.push(_Call(name, arguments))

    def build(self, _: Any) -> None:
        state = self.stack.pop()
        if not isinstance(self.stack[-1], _Call):
            raise _RefusedError("a state for something that has none")
        self.stack[-1].state = state

    def append(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise _RefusedError("an item for something that is no list")
        self.stack[-1].extend(items)

    def set_items(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], dict):
            raise _RefusedError("an entry for something that is no table")
        keys = [_raw(key, LONGEST_KEY) for key in items[::2]]
        self.stack[-1].update(zip(keys, items[1::2], strict=True))

    def last_two(self) -> list[Any]:
        value, key = self.stack.pop(), self.stack.pop()
        return [key, value]


def _value(make: Callable[[], Any]) -> Callable[[_Walker, Any], None]:
    return lambda walker, _: walker.push(make())


def _literal(walker: _Walker, argument: Any) -> None:
    walker.push(argument)


def _put(walker: _Walker, place: Any) -> None:
    walker.memo[place] = walker.stack[-1]


def _get(walker: _Walker, place: Any) -> None:
    walker.push(walker.memo[place])


def _nothing(walker: _Walker, argument: Any) -> None:
    pass


_HANDLERS: dict[str, Callable[[_Walker, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), _nothing),
    **dict.fromkeys(
        ("SHORT_BINSTRING", "BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
         "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BININT", "BININT1", "BININT2", "LONG1"),
        _literal,
    ),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _get),
    "MEMOIZE": lambda walker, _: _put(walker, len(walker.memo)),
    "NONE": _value(lambda: None),
    "NEWTRUE": _value(lambda: True),
    "NEWFALSE": _value(lambda: False),
    "EMPTY_LIST": _value(list),
    "EMPTY_DICT": _value(dict),
    "EMPTY_TUPLE": _value(tuple),
    "MARK": _value(lambda: _MARK),
    "TUPLE": lambda walker, _: walker.push(tuple(walker.since_mark())),
    "TUPLE1": lambda walker, _: walker.tuple_of(1),
    "TUPLE2": lambda walker, _: walker.tuple_of(2),
    "TUPLE3": lambda walker, _: walker.tuple_of(3),
    "APPEND": lambda walker, _: walker.append([walker.stack.pop()]),
    "APPENDS": lambda walker, _: walker.append(walker.since_mark()),
    "SETITEM": lambda walker, _: walker.set_items(walker.last_two()),
    "SETITEMS": lambda walker, _: walker.set_items(walker.since_mark()),
    "GLOBAL": lambda walker, text: walker.name(text),
    "STACK_GLOBAL": _Walker.stack_name,
    "REDUCE": _Walker.reduce,
    "BUILD": _Walker.build,
}  # fmt: skip


def read_batch(content: bytes, path: Path) -> tuple[Array, Array]:
    """Images (n, 3072) and labels (n,), bytes. Raises DataError for any other file."""
    import numpy as np

    try:
        with warnings.catch_warnings():  # of texts that are escaped wrongly
            warnings.simplefilter("ignore")
            table = _Walker().walk(content)
        if not isinstance(table, dict):
            raise _RefusedError("no table of labels and data")
        images, labels = _bytes_of(table.get(b"data")), table.get(b"labels")
        if not isinstance(labels, list) or not all(type(label) is int for label in labels):
            raise _RefusedError("no list of whole numbers under 'labels'")
        if not all(0 <= label <= 255 for label in labels):
            raise _RefusedError("a label below 0 or above 255")
        if len(images) != PIXELS * len(labels):
            raise _RefusedError(f"{len(images)} pixels for {len(labels)} labels")
    except _RefusedError as error:
        raise DataError(f"{path}: not a CIFAR-10 batch, and not run: {error}") from None
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        raise DataError(f"{path}: damaged or cut off, no whole pickle ({error})") from None
    return np.frombuffer(images, np.uint8).reshape(-1, PIXELS), np.array(labels, np.uint8)


def _bytes_of(value: Any) -> bytes:
    """The bytes of an array of rows of 3,072 unsigned bytes."""
    if not isinstance(value, _Call):
        raise _RefusedError("no array under 'data'")
    if value.name.text in ARRAY_MAKERS:
        state = value.state
        if not isinstance(state, tuple) or len(state) != 5:
            raise _RefusedError("an array of an unknown kind")
        _, shape, kind, in_columns, data = state
    elif value.name.text in BUFFER_MAKERS and len(value.arguments) == 4:
        data, kind, shape, order = value.arguments
        in_columns = order != "C"
    else:
        raise _RefusedError("no array under 'data'")
    is_bytes = isinstance(kind, _Call) and kind.name.text == "numpy dtype"
    if not is_bytes or kind.arguments[:1] not in (("u1",), ("|u1",)) or in_columns:
        raise _RefusedError("an array of something else than rows of bytes")
    data = _raw(data)
    if not isinstance(shape, tuple) or shape != (len(data) // PIXELS, PIXELS):
        raise _RefusedError(f"an array that is not {PIXELS} pixels wide")
    return data


def _raw(data: Any, most: int | None = None) -> bytes:
    """Bytes as different versions of Python write them: as such, as text, as text to encode."""
    if isinstance(data, _Call) and data.name.text in ENCODERS:
        data = data.arguments[0] if data.arguments[1:] == ("latin1",) else None
    if most is not None and isinstance(data, str | bytes | bytearray) and len(data) > most:
        raise _RefusedError("a name of an entry that is too long")
    if isinstance(data, str):
        return data.encode("latin-1")
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    raise _RefusedError("something else where bytes belong")
