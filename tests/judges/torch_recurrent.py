"""tuidl's recurrent layers said in PyTorch; runs in the worker."""

import torch
from torch import Tensor, nn
from torch_layers import Call

ORDERS = {"simple_rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}
"""Which of tuidl's gates each of PyTorch's is: GRU r z n there, z r h here."""
MODULES = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def _rows(columns: Tensor, order: list[int]) -> Tensor:
    """(..., gates * units) with gates in another order, as rows: (gates * units, ...)."""
    gates = columns.chunk(len(order), -1)
    return torch.cat([gates[gate] for gate in order], -1).T


def recurrent(kind: str, call: Call) -> Tensor:
    """All states (batch, time, units), by PyTorch's own module on tuidl's weights."""
    order, kernel = ORDERS[kind], call.parameters["kernel"]
    bias = call.parameters["bias"]
    both = bias if bias.ndim == 2 else torch.stack([bias, torch.zeros_like(bias)])
    module = MODULES[kind](len(kernel), call.options["units"], batch_first=True, dtype=kernel.dtype)
    weights = {
        "weight_ih_l0": _rows(kernel, order),
        "weight_hh_l0": _rows(call.parameters["recurrent_kernel"], order),
        "bias_ih_l0": _rows(both[0], order),
        "bias_hh_l0": _rows(both[1], order),
    }
    states, _ = torch.func.functional_call(module, weights, (call.x,))
    return states


def layer(kind: str, call: Call) -> Tensor:
    states = recurrent(kind, call)
    return states if call.options["return_sequences"] else states[:, -1]


LAYERS = {kind: lambda call, kind=kind: layer(kind, call) for kind in MODULES}
