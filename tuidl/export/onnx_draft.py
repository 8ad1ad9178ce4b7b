"""An ONNX graph in the making: nodes, constants, and which value lies how."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tuidl.core.lazy import Array
from tuidl.export.draft import channels_first, to_first, to_last
from tuidl.nn.layers.base import Shape


class OnnxDraft:
    """Writes the nodes of one layer after the other; values are known by their names.

    ``place``: the layer that is being written, whose name its values bear; ``key``: the one whose
    parameters it has.
    """

    def __init__(self, inputs: str, shape: Shape, parameters: Mapping[str, Array]) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}
        self.parameters = parameters
        self.place = self.key = ""
        self._shapes: dict[str, Shape] = {inputs: shape}
        self._first: set[str] = set()
        self._turned: dict[tuple[str, bool], str] = {}
        self._names: set[str] = set()

    def own(self, name: str) -> Array:
        """The layer's parameter of that name."""
        return self.parameters[f"{self.key}.{name}"]

    def has(self, name: str) -> bool:
        return f"{self.key}.{name}" in self.parameters

    def op(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> str:
        """A node; the name of its last output, those before are not asked for."""
        name = self._free(f"{self.place}.{kind}")
        names = [*[""] * (outputs - 1), name]
        self.nodes.append(helper.make_node(kind, inputs, names, name, **attributes))
        return name

    def split(self, value: str, count: int) -> list[str]:
        """Equal parts of the value along its last dimension."""
        names = [self._free(f"{self.place}.part") for _ in range(count)]
        self.nodes.append(helper.make_node("Split", [value], names, names[0], axis=-1))
        return names

    def up_to_length(self, values: Array | str, x: str, axis: int) -> str:
        """As much of the ``values``, made for the longest sequence, as ``x`` (n, steps, …) has
        steps."""
        if not isinstance(values, str):
            values = self.constant("values", values, bool if values.dtype == bool else np.float32)
        start, along = (self.constant("along", [n], np.int64) for n in (0, axis))
        return self.op("Slice", values, start, self.op("Shape", x, start=1, end=2), along)

    def constant(self, name: str, values: Any, dtype: Any = np.float32) -> str:
        """A constant of the layer."""
        full = self._free(f"{self.place}.{name}")
        self.constants[full] = numpy_helper.from_array(np.array(values, dtype, order="C"), full)
        return full

    def is_first(self, value: str) -> bool:
        """Whether channels come first in the value."""
        return value in self._first

    def note(self, value: str, shape: Shape, first: bool) -> None:
        """Remember the shape of one example, as in tuidl, and how the value lies."""
        self._shapes[value] = shape
        if first:
            self._first.add(value)

    def turned(self, value: str, first: bool) -> str:
        """The value with its channels first, or last."""
        shape = self._shapes[value]
        if len(shape) < 2 or self.is_first(value) == first:
            return value
        if (value, first) not in self._turned:
            order = (to_first if first else to_last)(len(shape))
            name = self.op("Transpose", value, perm=order)
            self.note(name, shape, first)
            self._turned[value, first] = name
        return self._turned[value, first]

    def seen(self, value: str) -> Shape:
        """The shape of one example as it lies."""
        shape = self._shapes[value]
        return channels_first(shape) if self.is_first(value) else shape

    def rename(self, old: str, new: str) -> None:
        """Another name for a value, wherever it is written or read."""
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [new if name == old else name for name in names]

    def _free(self, name: str) -> str:
        number, free = 1, name
        while free in self._names:
            number += 1
            free = f"{name}_{number}"
        self._names.add(free)
        return free
