"""Recurrent layers in NumPy and PyTorch."""

from typing import Any

import numpy as np

from tuidl.core.lazy import Array
from tuidl.export.code import NumpyCode
from tuidl.export.draft import Code, Draft
from tuidl.export.numpy_calls import weights
from tuidl.export.registry import numpy_layer, torch_layer, torch_weights
from tuidl.export.steps import Step
from tuidl.export.torch_text import nn, torch

Arrays = dict[str, Array]


@numpy_layer("simple_rnn", "lstm", "gru")
def _numpy_recurrent(step: Step) -> NumpyCode:
    layer: Any = step.layer
    states = f"{_cell(layer)}({step.x}, **{weights(step)})"
    if layer.return_sequences:
        return NumpyCode(states)
    return NumpyCode(f"{states}[:, -1]", remark="the last state")


@numpy_layer("bidirectional")
def _numpy_bidirectional(step: Step) -> NumpyCode:
    layer: Any = step.layer
    both = f"ahead, back = both_ways({_cell(layer.layer)}, {step.x}, {weights(step)})"
    parts, remark = ["ahead", "back"], ""
    if not layer.layer.return_sequences:
        parts, remark = ["ahead[:, -1]", "back[:, 0]"], "the last state of either way"
    if layer.merge == "sum":
        return NumpyCode(" + ".join(parts), (both,), remark)
    return NumpyCode(f"np.concatenate([{', '.join(parts)}], axis=-1)", (both,), remark)


def _cell(layer: Any) -> str:
    is_first_gru = layer.kind() == "gru" and not layer.reset_after
    return "gru_reset_before" if is_first_gru else str(layer.kind())


class ResetBeforeGRU(nn.Module):
    """The GRU as first published, which PyTorch does not have: its reset gate acts on the state,
    before the product. Weights have the gates side by side: z, r, h."""

    def __init__(self, features, units):
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(features, 3 * units))
        self.recurrent_kernel = nn.Parameter(torch.zeros(units, 3 * units))
        self.bias = nn.Parameter(torch.zeros(3 * units))

    def forward(self, x):
        """(n, time, features) -> the states after each step (n, time, units)."""
        u_z, u_r, u_h = self.recurrent_kernel.chunk(3, dim=-1)
        h, states = x.new_zeros(len(x), len(u_h)), []
        for x_t in (x @ self.kernel + self.bias).unbind(1):
            x_z, x_r, x_h = x_t.chunk(3, dim=-1)
            update, reset = torch.sigmoid(x_z + h @ u_z), torch.sigmoid(x_r + h @ u_r)
            h = update * h + (1 - update) * torch.tanh(x_h + (reset * h) @ u_h)
            states.append(h)
        return torch.stack(states, 1)


class BothWays(nn.Module):
    """One layer that reads forward and one that reads backward; their states side by side."""

    def __init__(self, ahead, back):
        super().__init__()
        self.ahead, self.back = ahead, back

    def forward(self, x):
        """(n, time, features) -> the states of both (n, time, 2 * units), in order of time."""
        return torch.cat([self.ahead(x), self.back(x.flip(1)).flip(1)], dim=-1)


MODULES = {"simple_rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}


ORDERS = {"simple_rnn": (0,), "lstm": (0, 1, 2, 3), "gru": (1, 0, 2)}
"""Which of tuidl's gates each of PyTorch's is: r z n there is z r h here."""


@torch_layer("simple_rnn", "lstm", "gru")
def _torch_recurrent(draft: Draft, step: Step) -> Code:
    """A layer that reads a sequence from its start to its end."""
    layer: Any = step.layer
    x, states = draft.turned(step.x, first=False), step.writes
    call = draft.module(step, _module(layer, step))
    before = (_states(layer, states, f"{call}({x})"),)
    if layer.return_sequences:
        return Code(states, before=before)
    return Code(f"{states}[:, -1]", before=before, remark="the last state")


@torch_layer("bidirectional")
def _torch_bidirectional(draft: Draft, step: Step) -> Code:
    """Two layers on one sequence; ``states`` has the forward one's in front."""
    layer: Any = step.layer
    inner, units = layer.layer, layer.layer.units
    x, states = draft.turned(step.x, first=False), step.writes
    if _is_own(inner):
        one = _module(inner, step)
        call = draft.module(step, f"BothWays({one}, {one})")
    else:
        call = draft.module(step, _module(inner, step, ", bidirectional=True"))
    before = (_states(inner, states, f"{call}({x})"),)
    ahead, back = f"{states}[..., :{units}]", f"{states}[..., {units}:]"
    remark = ""
    if not inner.return_sequences:
        ahead, back = f"{states}[:, -1, :{units}]", f"{states}[:, 0, {units}:]"
        remark = "the last state of either way"
    if layer.merge == "sum":
        return Code(f"{ahead} + {back}", before=before, remark=remark)
    if inner.return_sequences:
        return Code(states, before=before)
    return Code(f"torch.cat([{ahead}, {back}], dim=-1)", before=before, remark=remark)


def _is_own(layer: Any) -> bool:
    """Whether the layer is one that PyTorch does not have."""
    return bool(layer.kind() == "gru" and not layer.reset_after)


def _module(layer: Any, step: Step, options: str = "") -> str:
    sizes = f"{step.node.input_shape[-1]}, {layer.units}"
    if _is_own(layer):
        return f"ResetBeforeGRU({sizes})"
    return f"{MODULES[layer.kind()]}({sizes}, batch_first=True{options})"


def _states(layer: Any, states: str, call: str) -> str:
    """PyTorch's modules answer with their last state as well."""
    return f"{states} = {call}" if _is_own(layer) else f"{states}, _ = {call}"


@torch_weights("simple_rnn", "lstm", "gru")
def _torch_gates(layer: Any, own: Arrays, end: str = "") -> Arrays:
    if layer.kind() == "gru" and not layer.reset_after:
        return own
    order, bias = ORDERS[layer.kind()], own["bias"]
    both = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    return {
        f"weight_ih_l0{end}": _gates(own["kernel"], order).T,
        f"weight_hh_l0{end}": _gates(own["recurrent_kernel"], order).T,
        f"bias_ih_l0{end}": _gates(both[0], order),
        f"bias_hh_l0{end}": _gates(both[1], order),
    }


def _gates(columns: Array, order: tuple[int, ...]) -> Array:
    """(..., gates * units) with the gates in another order."""
    gates = np.split(columns, len(order), axis=-1)
    return np.concatenate([gates[gate] for gate in order], axis=-1)


@torch_weights("bidirectional")
def _torch_both(layer: Any, own: Arrays) -> Arrays:
    arrays: Arrays = {}
    for direction, end, place in (("forward_", "", "ahead"), ("backward_", "_reverse", "back")):
        part = {n.removeprefix(direction): v for n, v in own.items() if n.startswith(direction)}
        named = _torch_gates(layer.layer, part, end)
        is_own = "kernel" in named
        arrays |= {f"{place}.{n}": v for n, v in named.items()} if is_own else named
    return arrays
