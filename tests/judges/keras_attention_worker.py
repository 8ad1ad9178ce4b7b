"""Runs in a process of its own: Keras's MultiHeadAttention, on PyTorch, reads tokens in float64.

Weights are given, loss and gradients are written: ``... CASES.json ARRAYS.npz OUT``.
"""

import json
import os
import sys
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch

OUTPUT = ("a.output_kernel", "a.output_bias")


def layer_of(case: dict[str, Any], given: dict[str, Any], x: Any, seen: Any) -> Any:
    """Keras's layer with our weights."""
    heads, width = case["num_heads"], case["key_dim"]
    options = {"use_bias": case["use_bias"], "dtype": "float64"}
    layer = keras.layers.MultiHeadAttention(heads, width, **options)
    layer.build(tuple(x.shape), tuple(seen.shape))
    arrays = []
    for (kernel, bias), side in zip(parts(case, given), sides(layer), strict=True):
        found = (kernel,) if bias is None else (kernel, bias)
        pairs = zip(found, variables(side), strict=True)
        arrays += [np.reshape(values, tuple(variable.shape)) for values, variable in pairs]
    layer.set_weights(arrays)
    return layer


def sides(layer: Any) -> tuple[Any, ...]:
    return layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense


def variables(side: Any) -> list[Any]:
    return [side.kernel, side.bias] if side.bias is not None else [side.kernel]


def parts(case: dict[str, Any], given: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Our kernels and biases of queries, keys, values and output."""
    of_queries = [(given["a.query_kernel"], given.get("a.query_bias"))] if case["is_cross"] else []
    count, bias = 3 - len(of_queries), given.get("a.bias")
    kernels = np.split(given["a.kernel"], count, axis=1)
    biases = [None] * count if bias is None else np.split(bias, count)
    rest = zip(kernels, biases, strict=True)
    return [*of_queries, *rest, (given[OUTPUT[0]], given.get(OUTPUT[1]))]


def gradients_of(case: dict[str, Any], layer: Any) -> dict[str, Any]:
    """By the names of our parameters."""
    inner = case["num_heads"] * case["key_dim"]
    grads = [[v.value.grad.numpy() for v in variables(side)] for side in sides(layer)]
    kernels = [each[0].reshape(-1, inner) for each in grads[:3]]
    found = {OUTPUT[0]: grads[3][0].reshape(inner, -1)}
    first = 1 if case["is_cross"] else 0
    found["a.kernel"] = np.concatenate(kernels[first:], axis=1)
    if case["is_cross"]:
        found["a.query_kernel"] = kernels[0]
    if case["use_bias"]:
        biases = [each[1].reshape(-1) for each in grads[:3]]
        found |= {OUTPUT[1]: grads[3][1], "a.bias": np.concatenate(biases[first:])}
        if case["is_cross"]:
            found["a.query_bias"] = biases[0]
    return found


def answers_of(case: dict[str, Any], given: dict[str, Any], x: Any, y: Any) -> dict[str, Any]:
    """Loss and gradients."""
    leaves = {
        name: torch.tensor(values, requires_grad=True)
        for name, values in given.items()
        if not name.startswith("a.")
    }
    tokens = torch.tensor(x)
    words = leaves["words.embeddings"][tokens]
    seen = words
    if case["is_cross"]:
        seen = words @ leaves["memory.kernel"] + leaves["memory.bias"]
    layer = layer_of(case, given, words, seen)
    mask = tokens != case["padding"] if case["is_masked"] else None
    how = {"use_causal_mask": case["causal"], "return_attention_scores": True}
    said, _ = layer(words, seen, value_mask=mask, **how)  # the other way is float32 alone
    loss = ((said - torch.tensor(y)) ** 2).mean()
    loss.backward()
    own = {name: values.grad.numpy() for name, values in leaves.items()}
    return {"loss": loss.detach().numpy(), **own, **gradients_of(case, layer)}


def main(cases: str, arrays: str, out: str) -> None:
    torch.set_num_threads(1)
    found = {}
    with np.load(arrays) as known, open(cases) as told:
        for name, case in json.load(told).items():
            start = f"{name}/"
            given = {k.removeprefix(start): known[k] for k in known.files if k.startswith(start)}
            said = answers_of(case, given, known["x"], known["y"])
            found |= {f"{start}{key}": value for key, value in said.items()}
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
