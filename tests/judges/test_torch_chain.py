"""Every factor and sum of the chain rule's view beside PyTorch's autograd, in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests import helpers
from tests.judges import torch_networks as nets
from tests.judges.packages import require
from tests.training.chain.replicas import model, replica_of
from tuidl.training.chain.shares import Use
from tuidl.training.chain.walk import Walk, walk_to_weight

require("torch")
import torch  # noqa: E402

EXAMPLES = 4
NEAR = {"rel": 1e-9, "abs": 1e-14}
MLP = """
name = "mlp"
data = {source = "moons", points = 40}
layers = [{type = "dense", units = 5, activation = "tanh"},
          {type = "dense", units = 4, activation = "relu"},
          {type = "dense", units = 1, activation = "sigmoid"}]
loss = {type = "binary_cross_entropy"}
optimizer = {type = "sgd"}
"""
LSTM = """
name = "lstm"
data = {source = "sine", points = 60, window = 6}
layers = [{type = "lstm", units = 4}, {type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "sgd"}
"""
WORDS = """
name = "words"
data = {source = "words"}
layers = [{type = "embedding", input_dim = 10, output_dim = 4}, {type = "global_average_pool1d"},
          {type = "dense"}]
loss = {type = "mse"}
optimizer = {type = "sgd"}
"""


def cross_entropy(logits: Any, y: Any) -> Any:
    return torch.nn.functional.cross_entropy(logits, y.reshape(-1).long())


def smoothed(logits: Any, y: Any) -> Any:
    labels = y.reshape(-1).long()
    return torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.1)


def mse(answers: Any, y: Any) -> Any:
    return ((answers - y.reshape(answers.shape)) ** 2).mean()


def binary(logits: Any, y: Any) -> Any:
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, y.reshape(logits.shape))


RESIDUAL = helpers.RESIDUAL.replace("rate = 0.2", "rate = 0")
NETWORKS: dict[str, tuple[str, tuple[nets.Step, ...], Callable[..., Any]]] = {
    "mlp": (MLP, (nets.dense("dense_1", "x", torch.tanh),
                  nets.dense("dense_2", "dense_1", torch.relu),
                  nets.dense("dense_3", "dense_2")), binary),
    "cnn": (helpers.CONV, (nets.conv("conv2d_1", "x", torch.relu),
                           nets.plain("max_pool2d_1", nets.pool, "conv2d_1"),
                           nets.dense("dense_1", "max_pool2d_1")), cross_entropy),
    "gru": (helpers.SEQUENCE, (nets.gru("gru_1", "x", whole=True),
                               nets.gru("gru_2", "gru_1", whole=False),
                               nets.dense("dense_1", "gru_2")), mse),
    "lstm": (LSTM, (nets.lstm("lstm_1", "x"), nets.dense("dense_1", "lstm_1")), mse),
    "embedding": (WORDS, (nets.embedding("embedding_1", "x"),
                          nets.plain("global_average_pool1d_1", lambda x: x.mean(1),
                                     "embedding_1"),
                          nets.dense("dense_1", "global_average_pool1d_1")), mse),
    "residual": (RESIDUAL, (
        nets.conv("conv2d_1", "x"), nets.batch_norm("batch_normalization_1", "conv2d_1"),
        nets.plain("short", torch.relu, "batch_normalization_1"),
        nets.conv("conv2d_2", "short"), nets.batch_norm("long", "conv2d_2"),
        nets.plain("add_1", torch.add, "short", "long"),
        nets.plain("relu_2", torch.relu, "add_1"),
        nets.plain("dropout_1", lambda x: x * 1.0, "relu_2"),
        nets.plain("global_average_pool2d_1", lambda x: x.mean((1, 2)), "dropout_1"),
        nets.layer_norm("layer_normalization_1", "global_average_pool2d_1"),
        nets.dense("dense_1", "layer_normalization_1")), smoothed),
}  # fmt: skip


@pytest.mark.usefixtures("test_sources")
@pytest.mark.parametrize("name", NETWORKS)
def test_each_factor_and_sum_is_that_of_autograd(name: str) -> None:
    text, steps, loss_of = NETWORKS[name]
    built = model(text, EXAMPLES)
    replica = replica_of(built, EXAMPLES)
    x, y = (torch.tensor(np.asarray(part, np.float64))
            for part in helpers.examples(built, EXAMPLES, seed=3))  # fmt: skip
    weights = {key: torch.tensor(value, requires_grad=True)
               for key, value in built.parameters.items()}  # fmt: skip
    x = x.reshape(EXAMPLES, *built.program.graph.spec.shape)
    values = {"x": x}
    for step in steps:
        values[step.name] = step.work(weights, *(values[source] for source in step.inputs))
        values[step.name].retain_grad()
    own = loss_of(values[steps[-1].name], y)
    total = own + sum(
        strength.l1 * weights[f"{node}.{key}"].abs().sum()
        + strength.l2 * (weights[f"{node}.{key}"] ** 2).sum()
        for node, key, strength in replica.graph.penalties(replica.objective)
    )
    total.backward()
    assert replica.loss == pytest.approx(total.item(), rel=1e-12)
    for key in replica.layout.gradients:
        expected = weights[key].grad.reshape(-1).numpy()
        entry = int(np.abs(expected).argmax())
        walk = walk_to_weight(replica, key, entry, 4)
        assert walk.whole
        assert walk.total == pytest.approx(expected[entry], **NEAR), key
        assert walk.analytic == pytest.approx(expected[entry], **NEAR), key
        assert walk.numeric.agrees or walk.numeric.is_kink
        _check_stops(walk, steps, values, weights)
        for use in walk.uses:
            _check_places(use, key, entry, weights, values, {step.name: step for step in steps})


def _check_stops(
    walk: Walk, steps: tuple[nets.Step, ...], values: dict[str, Any], weights: nets.Weights
) -> None:
    """The gradient of each number on the way, and each factor as that layer alone has it."""
    assert walk.stops
    known = {step.name: step for step in steps}
    for stop in walk.stops:
        value = values[stop.node.name]
        each = value[0].numel()
        first = 0 if walk.part.examples > 1 else walk.example * each
        found = value.grad.reshape(-1)[first + stop.at].item()
        assert stop.gradient == pytest.approx(found, **NEAR), stop.node.name
        assert stop.value == pytest.approx(value.reshape(-1)[first + stop.at].item(), **NEAR)
        for way in stop.ways.first:
            step = known[way.node]
            inputs = [values[source].detach().clone().requires_grad_() for source in step.inputs]
            mine = inputs[step.inputs.index(stop.node.name)]
            reader = step.work(weights, *inputs)
            start = 0 if walk.part.examples > 1 else walk.example * reader[0].numel()
            (slope,) = torch.autograd.grad(reader.reshape(-1)[start + way.at], mine)
            local = slope.reshape(-1)[first + stop.at].item()
            assert way.local == pytest.approx(local, **NEAR), way


def _check_places(
    use: Use, key: str, entry: int, weights: nets.Weights, values: dict[str, Any],
    known: dict[str, nets.Step],
) -> None:  # fmt: skip
    """What each example adds: the gradient of the layer's answers for it alone."""
    step = known[use.node.name]
    inputs = [values[source].detach() for source in step.inputs]
    if use.node.layer.kind() == "batch_normalization":
        return  # an example's answer depends on the others
    for example in range(EXAMPLES):
        mine = step.work(weights, *(value[example : example + 1] for value in inputs))
        back = values[step.name].grad[example : example + 1]
        (found,) = torch.autograd.grad((mine * back).sum(), weights[key])
        own = use.values[use.places[:, 0] == example].sum()
        assert own == pytest.approx(found.reshape(-1)[entry].item(), **NEAR), (key, example)
