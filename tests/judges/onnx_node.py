"""One ONNX node as the operators here see it."""

from dataclasses import dataclass
from typing import Any
from unittest import SkipTest

from tests.judges.networks import Array


class OutOfScope(SkipTest):
    """Says in a few words what of the node tuidl does not have."""


@dataclass(frozen=True)
class Node:
    """``inputs`` has None where an optional one is left out; ``outputs`` are names."""

    op: str
    opset: int
    attributes: dict[str, Any]
    inputs: tuple[Array | None, ...]
    outputs: tuple[str, ...]

    def get(self, name: str, default: Any = None) -> Any:
        """An attribute, or what ONNX takes where it is left out."""
        return self.attributes.get(name, default)

    def input(self, index: int) -> Array | None:
        """An input, or None where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def refuse(self, **reasons: str) -> None:
        """Out of scope where an attribute is there and not zero: attribute -> what is missing."""
        for name, reason in reasons.items():
            if self.get(name):
                raise OutOfScope(reason)
