"""The losses of the first steps in float32 beside those in float64: ours, and PyTorch's.

Both begin with the same weights and see the same batches. PyTorch must be in this environment.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from bench.cases import Case
from bench.measure import feed_of
from bench.steps import losses_of
from tuidl.backends.base import Array
from tuidl.model.model import Model
from tuidl.training.profiling import batch_of

STEPS = 20
RATE = 1e-3


def look(case: Case, work: dict[str, Any], steps: int = STEPS) -> dict[str, Any]:
    """Root mean square of the relative errors of the losses of ``steps`` steps."""
    ours = {kind: _ours(case, work, kind, steps) for kind in ("float32", "float64")}
    theirs = {kind: _theirs(case, work, kind, steps) for kind in ("float32", "float64")}
    apart = np.abs(ours["float64"] - theirs["float64"]) / np.abs(ours["float64"])
    return {
        "ours": _error(ours["float32"], ours["float64"]),
        "torch": _error(theirs["float32"], theirs["float64"]),
        "apart": float(apart.max()),
    }


def _error(losses: Array, exact: Array) -> float:
    return float(np.sqrt(np.mean(((losses - exact) / exact) ** 2)))


def _model(case: Case, dtype: str) -> Model:
    preset = case.load()
    return Model(preset, batch=batch_of(preset), dtype=dtype, threads=1)


def _ours(case: Case, work: dict[str, Any], dtype: str, steps: int) -> Array:
    model = _model(case, dtype)
    model.parameters.update(_start(case))
    model.require_prepared()
    return losses_of(model, feed_of(model, work), steps, RATE)


def _start(case: Case) -> dict[str, Array]:
    """First weights, as float32 holds them."""
    return {name: values.copy() for name, values in _model(case, "float32").parameters.items()}


def _theirs(case: Case, work: dict[str, Any], dtype: str, steps: int) -> Array:
    import torch

    from bench.peers import examples, torch_network

    kind = getattr(torch, dtype)
    network = torch_network.build(work)
    _load(network, _model(case, "float32"), _start(case))
    network = network.to(kind)
    x = torch.from_numpy(examples.inputs(work))
    x = x.movedim(-1, 1) if x.ndim == 4 else x
    x, y = x.long() if work["words"] else x.to(kind), torch.from_numpy(examples.targets(work))
    y = y.to(kind) if y.is_floating_point() else y
    order = torch.from_numpy(feed_of(_model(case, "float32"), work).order)
    loss = torch_network.loss_of(work)
    optimizer = torch_network.optimizer_of(work, list(network.parameters()), RATE, fused=False)
    losses, batch = [], work["batch"]
    for step in range(steps):
        first = step * batch % len(x)
        chosen = order[first : first + batch]
        optimizer.zero_grad()
        value = loss(network(x[chosen]), y[chosen])
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return np.array(losses)


def _load(network: Any, model: Model, start: dict[str, Array]) -> None:
    """Give PyTorch's modules our weights, layer by layer."""
    import torch

    import tuidl.export.layers
    from tuidl.export.registry import TORCH_WEIGHTS

    assert tuidl.export.layers  # its import fills the registry
    for number, node in enumerate(model.program.graph.nodes_for_loss):
        own = {p.name: start[f"{node.key}.{p.name}"] for p in node.parameters}
        if not own or node.owner:
            continue
        module, place = network.places[number]
        kind = node.layer.kind()
        named = {**TORCH_WEIGHTS, **OF_THE_BENCH}[kind](node.layer, own)
        state = {key.replace("_l0", f"_l{place}"): value for key, value in named.items()}
        known = (each.state_dict(keep_vars=True) for each in module.modules())
        leaf = next(each for each in known if state.keys() <= each.keys())
        with torch.no_grad():
            for key, value in state.items():
                leaf[key].copy_(torch.from_numpy(np.array(value)))


def _attention(layer: Any, own: dict[str, Array]) -> dict[str, Array]:
    found = {}
    for start, name in (("", "inputs"), ("output_", "output")):
        found[f"{name}.weight"] = own[f"{start}kernel"].T
        if layer.use_bias:
            found[f"{name}.bias"] = own[f"{start}bias"]
    return found


OF_THE_BENCH: dict[str, Callable[[Any, dict[str, Array]], dict[str, Array]]] = {
    "position_embedding": lambda layer, own: {"table": own["embeddings"]},
    "multi_head_attention": _attention,
}
"""Weights of modules that the bench has itself."""
