"""tuidl's recurrent layers said in PyTorch; runs in the worker."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch_layers import Call, Options, Parameters

ORDERS = {"simple_rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}
"""Which of tuidl's gates each of PyTorch's is: GRU r z n there, z r h here."""
MODULES = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def _rows(columns: Tensor, order: list[int]) -> Tensor:
    """(..., gates * units) with gates in another order, as rows: (gates * units, ...)."""
    gates = columns.chunk(len(order), -1)
    joined = torch.cat([gates[gate] for gate in order], -1)
    return joined.T if joined.ndim == 2 else joined


def _module_states(options: Options, weights: Parameters, x: Tensor) -> Tensor:
    """By PyTorch's own module, on tuidl's weights."""
    kind = options["type"]
    order, kernel, bias = ORDERS[kind], weights["kernel"], weights["bias"]
    both = bias if bias.ndim == 2 else torch.stack([bias, torch.zeros_like(bias)])
    module = MODULES[kind](len(kernel), options["units"], batch_first=True, dtype=kernel.dtype)
    turned = {
        "weight_ih_l0": _rows(kernel, order),
        "weight_hh_l0": _rows(weights["recurrent_kernel"], order),
        "bias_ih_l0": _rows(both[0], order),
        "bias_hh_l0": _rows(both[1], order),
    }
    return torch.func.functional_call(module, turned, (x,))[0]


def _reset_before_states(options: Options, weights: Parameters, x: Tensor) -> Tensor:
    """The GRU as first published, which PyTorch does not have: the reset before the product."""
    units = options["units"]
    inputs = (x @ weights["kernel"] + weights["bias"]).unbind(1)
    gate_weights, candidate_weights = weights["recurrent_kernel"].split([2 * units, units], -1)
    state = x.new_zeros(len(x), units)
    states = []
    for given in inputs:
        given_gates, given_candidate = given.split([2 * units, units], -1)
        update, reset = torch.sigmoid(given_gates + state @ gate_weights).chunk(2, -1)
        candidate = torch.tanh(given_candidate + (reset * state) @ candidate_weights)
        state = update * state + (1 - update) * candidate
        states.append(state)
    return torch.stack(states, 1)


def states_of(options: Options, weights: Parameters, x: Tensor) -> Tensor:
    """The states after each step (batch, time, units)."""
    if options["type"] == "gru" and not options["reset_after"]:
        return _reset_before_states(options, weights, x)
    return _module_states(options, weights, x)


def one_way(call: Call) -> Tensor:
    states = states_of(call.options, call.parameters, call.x)
    return states if call.options["return_sequences"] else states[:, -1]


def bidirectional(call: Call) -> Tensor:
    options = call.options["layer"]
    answers = []
    for direction, turn in (("forward", lambda x: x), ("backward", lambda x: x.flip(1))):
        start = f"{direction}_"
        own = {k.removeprefix(start): v for k, v in call.parameters.items() if k.startswith(start)}
        states = states_of(options, own, turn(call.x))
        answers.append(turn(states) if options["return_sequences"] else states[:, -1])
    return sum(answers) if call.options["merge"] == "sum" else torch.cat(answers, -1)


LAYERS: dict[str, Callable[[Call], Tensor]] = {
    **dict.fromkeys(MODULES, one_way),
    "bidirectional": bidirectional,
}
