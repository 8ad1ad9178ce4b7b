"""Arrays that live on both sides: on the GPU, and on the host as a copy for reading and writing."""

import weakref
from typing import Any

import numpy as np
from numba import cuda

from tuidl.backends.base import ArrayDataset
from tuidl.core.errors import BackendError
from tuidl.core.lazy import Array


class Mirror:
    """An array on the GPU and its copy on the host; each is copied to the other only when it is
    read and the other one may have changed."""

    def __init__(self, values: Array) -> None:
        self._host, self._device = values, cuda.to_device(values)
        self._host_is_newer = False
        self._device_is_newer = False

    @property
    def host(self) -> Array:
        """To read and write, until the GPU works again: take it anew after that."""
        if self._device_is_newer:
            self._device.copy_to_host(self._host)
            self._device_is_newer = False
        self._host_is_newer = True
        return self._host

    @property
    def device_array(self) -> Any:
        """For work that may change it."""
        if self._host_is_newer:
            self._device.copy_to_device(self._host)
            self._host_is_newer = False
        self._device_is_newer = True
        return self._device


class Copies(dict[int, Any]):
    """Arrays on the GPU by the identity of those here; unlike a dict, it takes weak references."""


def _forget(copies: "weakref.ref[Copies]", key: int) -> None:
    """An array on the host is gone: drop its copy, if there still are copies."""
    if (known := copies()) is not None:
        known.pop(key, None)


class Examples:
    """Inputs, targets and orders on the GPU: each is copied once, and lives as long as here."""

    def __init__(self) -> None:
        self._copies = Copies()
        self._orders: dict[int, tuple[Any, Array]] = {}

    def of(self, dataset: ArrayDataset) -> tuple[Any, Any, Any]:
        """``x``, ``y`` and ``order`` of a dataset."""
        return self._copy(dataset.x), self._copy(dataset.y), self._order(dataset.order)

    def _copy(self, values: Array) -> Any:
        key = id(values)
        if key not in self._copies:
            self._copies[key] = cuda.to_device(values)
            weakref.finalize(values, _forget, weakref.ref(self._copies), key)
        return self._copies[key]

    def _order(self, order: Array) -> Any:
        """Orders of one length share a place: what was recorded with one holds for the next."""
        place, known = self._orders.get(len(order), (None, None))
        if place is None:
            place = cuda.to_device(order)
        elif known is not order:
            place.copy_to_device(np.ascontiguousarray(order))
        self._orders[len(order)] = place, order
        return place


def check_gpu_memory(needed: int) -> None:
    """Raises BackendError where the GPU has less than ``needed`` bytes free."""
    free, total = cuda.current_context().get_memory_info()
    if needed > free:
        raise BackendError(
            f"the program needs {needed / 2**30:.2f} GiB of the GPU's memory, "
            f"{free / 2**30:.2f} of {total / 2**30:.2f} are free: "
            "use smaller layers or training.batch_size"
        )
