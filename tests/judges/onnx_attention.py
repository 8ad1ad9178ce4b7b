"""Attention nodes, on the kernel of attention: of these there is one for every number of heads."""

from collections.abc import Callable

import numpy as np

from bench.accuracy import run_kernel
from tests.judges.networks import Array
from tests.judges.onnx_node import Node, OutOfScope

PLAIN = {"masked": 0, "padding": 0.0, "rate": 0.0, "layer": 0, "first": 0}


def attention(node: Node) -> tuple[Array, ...]:
    """softmax(scale Q K') V: a scale of its own is put into Q."""
    _require_known(node)
    q, k, v = (_by_heads(node, number) for number in range(3))
    heads, kv_heads = q.shape[1], k.shape[1]
    if heads != kv_heads:
        raise OutOfScope("several heads of queries for one of keys")
    if q.shape[-1] != v.shape[-1]:
        raise OutOfScope("values of another width than keys")
    scale = node.get("scale", q.shape[-1] ** -0.5) * q.shape[-1] ** 0.5
    queries, keys, values = (_side_by_side(x) for x in (scale * q, k, v))
    operands = {
        "queries": queries,
        "keys": np.concatenate([keys, values], axis=-1),
        "mask": np.zeros(keys.shape[:2]),
        "y": np.zeros_like(queries),
        "log_sums": np.zeros((len(queries), heads * queries.shape[1])),
    }
    options = {"heads": heads, "key_start": 0, "causal": node.get("is_causal", 0), **PLAIN}
    y = run_kernel("attention", operands, **options)["y"]
    if node.inputs[0] is not None and node.inputs[0].ndim == 4:
        y = y.reshape(*y.shape[:2], heads, -1).swapaxes(1, 2)
    return (y,)


def _require_known(node: Node) -> None:
    """Raises OutOfScope for what tuidl's attention does not have."""
    if len(node.outputs) > 1:
        raise OutOfScope("keys, values or scores as further outputs")
    if node.input(3) is not None:
        raise OutOfScope("a mask for each pair of query and key")
    if any(node.input(number) is not None for number in range(4, len(node.inputs))):
        raise OutOfScope("keys and values of the past")
    node.refuse(softcap="scores with a cap")
    known = {"scale", "is_causal", "q_num_heads", "kv_num_heads", "softcap"}
    if set(node.attributes) - known:
        raise OutOfScope("windows of keys, and other attributes")
    if any(x is not None and x.dtype != np.float32 for x in node.inputs[:3]):
        raise OutOfScope("half precision")


def _by_heads(node: Node, number: int) -> Array:
    """(batch, heads, steps, numbers)."""
    x = node.inputs[number]
    assert x is not None
    if x.ndim == 4:
        return x
    heads = node.get("q_num_heads" if number == 0 else "kv_num_heads")
    return np.asarray(x.reshape(*x.shape[:2], heads, -1).swapaxes(1, 2))


def _side_by_side(x: Array) -> Array:
    """(batch, steps, all heads' numbers)."""
    moved = x.swapaxes(1, 2)
    return np.ascontiguousarray(moved.reshape(*moved.shape[:2], -1), np.float32)


OPERATORS: dict[str, Callable[[Node], tuple[Array, ...]]] = {"Attention": attention}
