"""How Python calls compiled functions of arrays: by C functions of their addresses and lengths."""

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import ref

from numba import types
from numba.np.numpy_support import as_dtype

from tuidl.kernels import native
from tuidl.kernels.simd.intrinsics import array_at

MOST_KNOWN = 32
"""Arrays that are known of each place: objectives that take turns have tables of their own."""
_C_TYPES = {types.int64: ctypes.c_int64, types.float64: ctypes.c_double}


def make(name: str, function: Any, signature: Any) -> None:
    """Compile what ``Entry`` of the same arguments calls, without loading it."""
    native.make(name, _wrapper(function, signature.args), _c_signature(signature.args))


def place_of(kinds: Any, argument: int) -> int:
    """Where in what is passed an argument stands; after the last one: how much that is."""
    return sum(1 + kind.ndim if isinstance(kind, types.Array) else 1 for kind in kinds[:argument])


class Entry:
    """``function`` (compiled code may call it), callable with arrays and numbers.

    Parameters
    ----------
    name : under which its machine code is kept
    signature : of Numba, of contiguous arrays, int64 and float64; it returns int64
    """

    def __init__(self, name: str, function: Callable[..., int], signature: Any) -> None:
        self._kinds = signature.args
        code = native.native(name, _wrapper(function, self._kinds), _c_signature(self._kinds))
        self.from_cache, self._code = code.from_cache, code
        self._dtypes = [
            as_dtype(k.dtype) if isinstance(k, types.Array) else None for k in self._kinds
        ]
        self._call = _callable(code, self._kinds)
        self._last: list[_Known | None] = [None] * len(self._kinds)
        """Of the call before: to search for each array takes as long as a small network's step."""
        self._known: list[dict[int, _Known]] = [{} for _ in self._kinds]

    def __call__(self, *arguments: Any) -> int:
        """Raises what ``passed`` raises."""
        return int(self._call(*self.passed(*arguments)))

    @property
    def address(self) -> int:
        """Of the machine code, which takes what ``passed`` returns."""
        return self._code.address

    def passed(self, *arguments: Any) -> list[Any]:
        """Numbers as they are, of arrays address and lengths; arrays are not kept alive.

        Raises TypeError where an array is of another kind: its memory would be misread; and
        ValueError where there are more or fewer arguments.
        """
        if len(arguments) != len(self._kinds):
            count = len(self._kinds)
            raise ValueError(
                f"{len(arguments)} arguments: shorter or longer than the {count} wanted"
            )
        passed: list[Any] = []
        for i, value in enumerate(arguments):
            if self._dtypes[i] is None:
                passed.append(value)
                continue
            known = self._last[i]
            if known is None or known.array() is not value:
                known = self._last[i] = self._found(i, value)
            passed += known.passed
        return passed

    def _found(self, place: int, value: Any) -> "_Known":
        """An array that is not the one of the last call."""
        known = self._known[place].get(id(value))
        return known if known and known.array() is value else self._described(place, value)

    def _described(self, place: int, value: Any) -> "_Known":
        """An array is looked at once: most come again with the next call, and asking NumPy for an
        address takes longer than many a step of training."""
        kind, dtype = self._kinds[place], self._dtypes[place]
        if value.dtype != dtype or value.ndim != kind.ndim or not value.flags.c_contiguous:
            raise TypeError(f"expected {kind}, got {value.dtype} of {value.ndim} dimensions")
        known = _Known(ref(value), (value.ctypes.data, *value.shape))
        if len(self._known[place]) >= MOST_KNOWN:
            self._known[place].clear()
        self._known[place][id(value)] = known
        return known


class _Known(NamedTuple):
    """An array that was passed in some place, not kept alive, and how it is passed."""

    array: Any
    passed: tuple[int, ...]


def _wrapper(function: Any, kinds: Any) -> Callable[..., int]:
    """A function of addresses and lengths that calls ``function`` with arrays."""
    parameters, arguments = [], []
    for i, kind in enumerate(kinds):
        parameters.append(f"p{i}")
        argument = f"p{i}"
        if isinstance(kind, types.Array):
            lengths = [f"n{i}_{axis}" for axis in range(kind.ndim)]
            parameters += lengths
            argument = f"array_at(p{i}, ({', '.join(lengths)},))"
        arguments.append(argument)
    name = function.py_func.__name__
    lines = f"def {name}({', '.join(parameters)}):\n    return function({', '.join(arguments)})"
    scope = {"__name__": function.py_func.__module__, "array_at": array_at, "function": function}
    exec(compile(lines, function.py_func.__code__.co_filename, "exec"), scope)
    made: Callable[..., int] = scope[name]
    return made


def _c_signature(kinds: Any) -> Any:
    parameters: list[Any] = []
    for kind in kinds:
        if isinstance(kind, types.Array):
            parameters += [types.CPointer(kind.dtype), *(types.int64,) * kind.ndim]
        else:
            parameters.append(kind)
    return types.int64(*parameters)


def _callable(code: native.Native, kinds: Any) -> Callable[..., int]:
    parameters: list[Any] = []
    for kind in kinds:
        if isinstance(kind, types.Array):
            parameters += [ctypes.c_void_p, *(ctypes.c_int64,) * kind.ndim]
        else:
            parameters.append(_C_TYPES[kind])
    return ctypes.CFUNCTYPE(ctypes.c_int64, *parameters)(code.address)
