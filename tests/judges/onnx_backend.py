"""tuidl as a backend of ONNX: one node is one tiny network, loss or optimizer."""

from typing import Any

import onnx
from onnx import ModelProto, numpy_helper
from onnx.backend.base import Backend, BackendRep
from onnx.backend.test import BackendTest
from onnx.backend.test.case.test_case import TestCase

from tests.judges import (
    onnx_attention,
    onnx_layers,
    onnx_losses,
    onnx_normalization,
    onnx_recurrent,
    onnx_resizing,
    onnx_structure,
    onnx_updates,
    onnx_windows,
)
from tests.judges.networks import Array
from tests.judges.onnx_node import Node

OPERATORS = {
    **onnx_windows.OPERATORS,
    **onnx_resizing.OPERATORS,
    **onnx_layers.OPERATORS,
    **onnx_structure.OPERATORS,
    **onnx_normalization.OPERATORS,
    **onnx_recurrent.OPERATORS,
    **onnx_losses.OPERATORS,
    **onnx_updates.OPERATORS,
    **onnx_attention.OPERATORS,
}
"""ONNX operator -> function from a Node to its outputs."""


class SingleNode(BackendRep):
    """A model of one node, ready to run."""

    def __init__(self, model: ModelProto) -> None:
        self.model = model

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Array, ...]:
        graph = self.model.graph
        known = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
        free = [value.name for value in graph.input if value.name not in known]
        known |= dict(zip(free, inputs, strict=True))
        (proto,) = graph.node
        node = Node(
            op=proto.op_type,
            opset=next(o.version for o in self.model.opset_import if o.domain == proto.domain),
            attributes={a.name: _value(a) for a in proto.attribute},
            inputs=tuple(known[name] if name else None for name in proto.input),
            outputs=tuple(name for name in proto.output if name),
        )
        return OPERATORS[node.op](node)


def _value(attribute: onnx.AttributeProto) -> Any:
    value = onnx.helper.get_attribute_value(attribute)
    return value.decode() if isinstance(value, bytes) else value


class TuidlBackend(Backend):
    """Runs single nodes on tuidl's compiled kernels."""

    @classmethod
    def prepare(cls, model: ModelProto, device: str = "CPU", **kwargs: Any) -> SingleNode:
        super().prepare(model, device, **kwargs)
        return SingleNode(model)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device == "CPU"


class SelectedTests(BackendTest):
    """ONNX's own test runner, kept to models of one node whose operator is known here.

    ``models``: the test's name -> its operator.
    """

    def __init__(self) -> None:
        self.models: dict[str, str] = {}
        super().__init__(TuidlBackend, __name__)

    def _add_model_test(self, model_test: TestCase, kind: str) -> None:
        if kind == "Real":
            return
        model = model_test.model or onnx.load(f"{model_test.model_dir}/model.onnx")
        operators = [node.op_type for node in model.graph.node]
        if len(operators) == 1 and operators[0] in OPERATORS:
            self.models[model_test.name] = operators[0]
            super()._add_model_test(model_test, kind)

    def _add_test(self, *args: Any, **kwargs: Any) -> None:
        super()._add_test(*args, **{**kwargs, "devices": ("CPU",)})
