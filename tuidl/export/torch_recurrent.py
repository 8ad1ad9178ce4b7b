"""How recurrent layers are said in PyTorch."""

from typing import Any

from tuidl.export.draft import Code, Draft
from tuidl.export.steps import Step

MODULES = {"simple_rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}


def recurrent(draft: Draft, step: Step) -> Code:
    """A layer that reads a sequence from its start to its end."""
    layer: Any = step.layer
    x, states = draft.turned(step.x, first=False), step.writes
    call = draft.module(step, _module(layer, step))
    before = (_states(layer, states, f"{call}({x})"),)
    if layer.return_sequences:
        return Code(states, before=before)
    return Code(f"{states}[:, -1]", before=before, remark="the last state")


def bidirectional(draft: Draft, step: Step) -> Code:
    """Two layers on one sequence; ``states`` has the forward one's in front."""
    layer: Any = step.layer
    inner, units = layer.layer, layer.layer.units
    x, states = draft.turned(step.x, first=False), step.writes
    if is_own(inner):
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


def is_own(layer: Any) -> bool:
    """Whether the layer is one that PyTorch does not have."""
    return bool(layer.kind() == "gru" and not layer.reset_after)


def _module(layer: Any, step: Step, options: str = "") -> str:
    sizes = f"{step.node.input_shape[-1]}, {layer.units}"
    if is_own(layer):
        return f"ResetBeforeGRU({sizes})"
    return f"{MODULES[layer.kind()]}({sizes}, batch_first=True{options})"


def _states(layer: Any, states: str, call: str) -> str:
    """PyTorch's modules answer with their last state as well."""
    return f"{states} = {call}" if is_own(layer) else f"{states}, _ = {call}"
