"""How Python calls compiled functions of arrays: by C functions of their addresses and lengths.

Those stand side by side in one block of whole numbers, whose address is all that is passed: to hand
over forty arguments one by one takes as long as a dozen steps of a tiny network.
"""

import ctypes
import operator
from array import array
from collections.abc import Callable
from itertools import compress
from typing import Any, NamedTuple
from weakref import ref

from numba import types
from numba.np.numpy_support import as_dtype

from tuidl.kernels import native
from tuidl.kernels.simd.intrinsics import array_at

MOST_KNOWN = 32
"""Arrays that are known of each place: objectives that take turns have tables of their own."""


def make(name: str, function: Any, signature: Any) -> None:
    """Compile what ``Entry`` of the same arguments calls, without loading it."""
    native.make(name, _wrapper(function, signature.args), _c_signature(signature.args))


def pointers_of(kinds: Any) -> int:
    """How many times the address of the block is passed: once for each type that is read of it."""
    return len(_pointees(kinds))


def place_of(kinds: Any, argument: int) -> int:
    """Where in what is passed an argument stands; after the last one: how much that is."""
    return sum(1 + kind.ndim if isinstance(kind, types.Array) else 1 for kind in kinds[:argument])


class Entry:
    """``function`` (compiled code may call it), callable with arrays and numbers.

    Parameters
    ----------
    name : under which its machine code is kept
    signature : of Numba, of contiguous arrays and int64; it returns int64
    """

    def __init__(self, name: str, function: Callable[..., int], signature: Any) -> None:
        self._kinds = signature.args
        code = native.native(name, _wrapper(function, self._kinds), _c_signature(self._kinds))
        self.from_cache, self._code = code.from_cache, code
        self._pointers = pointers_of(self._kinds)
        self._call = ctypes.CFUNCTYPE(ctypes.c_int64, *(ctypes.c_void_p,) * self._pointers)(
            code.address
        )
        self._is_array = [isinstance(kind, types.Array) for kind in self._kinds]
        self._arrays = [
            _Place(place_of(self._kinds, n), as_dtype(kind.dtype).str, kind)
            for n, kind in enumerate(self._kinds)
            if self._is_array[n]
        ]
        self._numbers = [
            (n, place_of(self._kinds, n))
            for n, is_array in enumerate(self._is_array)
            if not is_array
        ]
        nothing = [lambda: self] * len(self._arrays)  # no argument is this
        self._last = _Call(nothing, array("q", [0] * place_of(self._kinds, len(self._kinds))))
        """Of the call before, most arrays come again: to look at each takes as long as a small
        network's step."""
        self._known: list[dict[int, _Known]] = [{} for _ in self._arrays]

    def __call__(self, *arguments: Any) -> int:
        """Raises what ``passed`` raises."""
        block = self.passed(*arguments)
        address, _ = block.buffer_info()
        return int(self._call(*(address,) * self._pointers))

    def prepared(self, changing: int, *arguments: Any) -> Callable[[Any], int]:
        """A function of one array, the argument number ``changing``, that makes the call with all
        others as they are, which are kept alive: it takes a third of the time. One thread at a time
        may call it. The array is of the shape and kind of that among ``arguments``; anything else
        raises TypeError.

        Raises what ``passed`` raises.
        """
        block, like = self.passed(*arguments), arguments[changing]
        call, places = self._call, (block.buffer_info()[0],) * self._pointers
        place, dtype, shape = place_of(self._kinds, changing), like.dtype, like.shape

        def again(changed: Any, _alive: Any = arguments) -> int:
            if changed.dtype != dtype or changed.shape != shape or not changed.flags.c_contiguous:
                raise TypeError(
                    f"expected {dtype} of {shape}, got {changed.dtype} of {changed.shape}"
                )
            block[place] = changed.__array_interface__["data"][0]
            return call(*places)

        return again

    @property
    def address(self) -> int:
        """Of the machine code, which takes the address of what ``passed`` returns, as often as
        ``pointers_of`` says."""
        return self._code.address

    def passed(self, *arguments: Any) -> "array[int]":
        """Numbers as they are, of arrays address and lengths; arrays are not kept alive.

        Raises TypeError where an array is of another kind: its memory would be misread; and
        ValueError where there are more or fewer arguments.
        """
        if len(arguments) != len(self._kinds):
            count = len(self._kinds)
            raise ValueError(
                f"{len(arguments)} arguments: shorter or longer than the {count} wanted"
            )
        last, arrays = self._last, [*compress(arguments, self._is_array)]
        same = [*map(operator.is_, map(operator.call, last.arrays), arrays)]
        if not all(same):
            last = self._last = self._changed(last, arrays, same)
        block = last.block[:]  # of this call alone: another thread may call as well
        for number, place in self._numbers:
            block[place] = arguments[number]
        return block

    def _changed(self, last: "_Call", arrays: list[Any], same: list[bool]) -> "_Call":
        """The call ``last`` with those of ``arrays`` in it that are not the ``same``."""
        seen, block = last.arrays[:], last.block[:]
        for n in (n for n, is_same in enumerate(same) if not is_same):
            known, start = self._found(n, arrays[n]), self._arrays[n].start
            seen[n] = known.array
            block[start : start + len(known.passed)] = array("q", known.passed)
        return _Call(seen, block)

    def _found(self, n: int, value: Any) -> "_Known":
        """An array that is not the one of the last call."""
        known = self._known[n].get(id(value))
        return known if known and known.array() is value else self._described(n, value)

    def _described(self, n: int, value: Any) -> "_Known":
        """An array is looked at once: most come again with the next call, and asking NumPy for an
        address takes longer than many a step of training."""
        place, seen = self._arrays[n], value.__array_interface__
        is_scattered, shape = seen.get("strides") is not None, seen["shape"]
        if seen["typestr"] != place.dtype or len(shape) != place.kind.ndim or is_scattered:
            raise TypeError(f"expected {place.kind}, got {value.dtype} of {len(shape)} dimensions")
        known = _Known(ref(value), (seen["data"][0], *shape))
        if len(self._known[n]) >= MOST_KNOWN:
            self._known[n].clear()
        self._known[n][id(value)] = known
        return known


class _Place(NamedTuple):
    """An argument that is an array: where it begins in what is passed, and of what kind it is."""

    start: int
    dtype: str
    kind: Any


class _Call(NamedTuple):
    """A call: its arrays, not kept alive, and all that was passed."""

    arrays: list[Callable[[], Any]]
    block: "array[int]"


class _Known(NamedTuple):
    """An array that was passed in some place, not kept alive, and how it is passed."""

    array: Any
    passed: tuple[int, ...]


def _wrapper(function: Any, kinds: Any) -> Callable[..., int]:
    """A function of the block's address, as often as types are read of it, that calls ``function``
    with arrays and numbers."""
    pointees, arguments, place = _pointees(kinds), [], 0
    for kind in kinds:
        argument = f"p{pointees.index(_pointee(kind))}[{place}]"
        place += 1
        if isinstance(kind, types.Array):
            lengths = "".join(f"p0[{place + axis}], " for axis in range(kind.ndim))
            argument, place = f"array_at({argument}, ({lengths}))", place + kind.ndim
        arguments.append(argument)
    name = function.py_func.__name__
    parameters = ", ".join(f"p{n}" for n in range(len(pointees)))
    lines = f"def {name}({parameters}):\n    return function({', '.join(arguments)})"
    scope = {"__name__": function.py_func.__module__, "array_at": array_at, "function": function}
    exec(compile(lines, function.py_func.__code__.co_filename, "exec"), scope)
    made: Callable[..., int] = scope[name]
    return made


def _pointee(kind: Any) -> Any:
    """As what an argument's first number is read."""
    return types.CPointer(kind.dtype) if isinstance(kind, types.Array) else kind


def _pointees(kinds: Any) -> list[Any]:
    """The types that are read of the block: numbers and lengths, then addresses."""
    return list(dict.fromkeys([types.int64, *map(_pointee, kinds)]))


def _c_signature(kinds: Any) -> Any:
    return types.int64(*map(types.CPointer, _pointees(kinds)))
