"""The parameters of a model, as a mapping from names to arrays."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from math import prod
from typing import Any, NoReturn

import numpy as np

from tuidl.backends.base import Engine
from tuidl.core.arrays import real_array
from tuidl.core.errors import DataError, guess
from tuidl.core.fair_lock import FairLock
from tuidl.core.lazy import Array


class Parameters(MutableMapping[str, Array]):
    """Names like ``conv2d_1.kernel``, in program order, to views of the program's memory.

    ``parameters[name]`` is a writable view: what is written to it counts, and it stays valid for
    the life of the model (on a GPU: until it works again). ``parameters[name] = values`` copies
    values of exactly that shape, and ``update`` does so for several names or, where one of them is
    refused, for none. Names can be neither added nor removed.
    """

    def __init__(self, engine: Engine, lock: FairLock) -> None:
        self._engine, self._lock = engine, lock
        self._slots = {slot.name: slot for slot in engine.program.parameters}

    def __getitem__(self, name: str) -> Array:
        """The view. Raises KeyError, which names the nearest, for a name that is none."""
        if name not in self._slots:
            raise KeyError(self._unknown(name))
        slot = self._slots[name]
        with self._lock.hold():
            memory = self._engine.arena[slot.offset : slot.offset + prod(slot.shape)]
        return memory.reshape(slot.shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._slots)

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, name: object) -> bool:
        return name in self._slots

    def __setitem__(self, name: str, values: Any) -> None:
        """Copy the values. Raises DataError where they do not fit."""
        self.update({name: values})

    def __delitem__(self, name: str) -> NoReturn:
        raise DataError(f"parameters: {name!r} cannot be removed: the network needs it")

    def clear(self) -> NoReturn:
        raise DataError("parameters: they cannot be removed: the network needs them")

    def popitem(self) -> NoReturn:
        self.clear()

    def setdefault(self, name: str, default: Any = None) -> Array:
        """The view: a parameter always has a value."""
        return self[self._known(name)]

    def update(self, *others: Any, **values: Any) -> None:
        """Copy the values of several parameters, between two steps of a training.

        Raises DataError where a name or an array does not fit; then nothing has changed.
        """
        new = {self._known(n): self._fitting(n, v) for n, v in dict(*others, **values).items()}
        with self._lock.exclusive():
            new = {name: self._apart(array) for name, array in new.items()}
            for name, array in new.items():
                self[name][...] = array

    def _apart(self, array: Array) -> Array:
        """The array, copied where it is a view of the program's memory: two may be exchanged."""
        return array.copy() if np.may_share_memory(array, self._engine.arena) else array

    def copy(self) -> dict[str, Array]:
        """The arrays as they are now, between two steps; they share no memory with the model."""
        with self._lock.hold():
            return {name: values.copy() for name, values in self.items()}

    __copy__ = copy

    def __deepcopy__(self, memo: Any) -> dict[str, Array]:
        return self.copy()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return dict, (self.copy(),)

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**self, **other}

    def __ror__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**other, **self}

    def __ior__(self, other: Any) -> "Parameters":  # type: ignore[misc]  # takes what update takes
        self.update(other)
        return self

    def __eq__(self, other: object) -> bool:
        """Whether names, shapes and all values are equal."""
        if not isinstance(other, Mapping):
            return NotImplemented
        same = self.keys() == other.keys()
        return same and all(np.array_equal(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]  # equal by content

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}: {slot.shape}" for name, slot in self._slots.items())
        return f"Parameters({shapes})"

    def _known(self, name: str) -> str:
        if name not in self._slots:
            raise DataError(self._unknown(name))
        return name

    def _unknown(self, name: Any) -> str:
        hint = guess(name, self._slots) if isinstance(name, str) else ""
        return f"parameters: {name!r} is none of this network's{hint}"

    def _fitting(self, name: str, values: Any) -> Array:
        array = real_array(values, self._engine.dtype, f"parameters[{name!r}]")
        shape = self._slots[name].shape
        if array.shape != shape:
            raise DataError(f"parameters[{name!r}]: expected shape {shape}, got {array.shape}")
        return array
