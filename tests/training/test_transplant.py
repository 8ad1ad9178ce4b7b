"""Networks that grow and shrink: what they answer is what they answered, where that can be."""

import itertools

import numpy as np
import pytest

from tuidl.training.transplant import Dense, moved_moments, transplanted

ACTIVATIONS = {
    "linear": lambda z: z,
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
}
X = np.random.default_rng(3).normal(size=(50, 2))


def network(sizes: list[int], activation: str = "tanh", seed: int = 0) -> list[Dense]:
    """Hidden layers of these sizes behind two inputs, and an output of one unit."""
    random, widths = np.random.default_rng(seed), [2, *sizes, 1]
    chain = []
    for number, (inputs, units) in enumerate(itertools.pairwise(widths), 1):
        is_last = number == len(widths) - 1
        name, curve = ("output", "linear") if is_last else (f"hidden_{number}", activation)
        kernel, bias = random.normal(size=(inputs, units)), random.normal(size=units)
        chain.append(Dense(name, curve, kernel, 0.3 * bias))
    return chain


def answers(chain: list[Dense], x: np.ndarray = X) -> np.ndarray:
    for layer in chain:
        x = ACTIVATIONS[layer.activation](x @ layer.kernel + layer.bias)
    return x


def moved(old: list[Dense], new: list[Dense], x: np.ndarray = X) -> float:
    """How far answers are from those before, as a share of their spread."""
    before = answers(old)
    return float(np.abs(answers(new, x) - before).max() / max(before.std(), 1e-3))


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
@pytest.mark.parametrize(("sizes", "more"), [([3, 2], [5, 2]), ([3, 2], [4, 6]), ([1], [8])])
def test_new_units_change_no_answer_and_can_learn(
    activation: str, sizes: list[int], more: list[int]
) -> None:
    old, fresh = network(sizes, activation), network(more, activation, seed=9)
    new, notes = transplanted(old, fresh, [0, 1])
    assert moved(old, new) < 1e-12
    assert any("new, not read yet" in note for note in notes)
    first = new[0].kernel[:, sizes[0] :]
    assert first.size == 0 or np.abs(first).min() > 0  # drawn, so that their gradients differ


def test_inputs_come_and_go_by_their_numbers() -> None:
    old = network([3])
    wide, _ = transplanted(old, [*_with_inputs(4, 3), network([3])[1]], [0, None, 1, None])
    x = np.column_stack([X[:, 0], X[:, 0] ** 2, X[:, 1], X[:, 1] ** 2])
    assert moved(old, wide, x) < 1e-12
    back, notes = transplanted(wide, network([3], seed=5), [0, 2])
    assert moved(old, back) < 1e-12
    assert notes == ["2 inputs gone"]


def _with_inputs(inputs: int, units: int) -> list[Dense]:
    random = np.random.default_rng(1)
    return [Dense("hidden_1", "tanh", random.normal(size=(inputs, units)), np.zeros(units))]


@pytest.mark.parametrize(
    ("activation", "most"), [("relu", 1e-12), ("linear", 1e-12), ("tanh", 0.15), ("sigmoid", 0.15)]
)
def test_a_new_layer_passes_its_input_on(activation: str, most: float) -> None:
    old = network([4, 3], activation)
    new, notes = transplanted(old, network([4, 3, 3], activation, seed=9), [0, 1])
    assert moved(old, new) < most
    said = "hidden_3 is new and passes" if most < 1e-9 else "hidden_3 is new and nearly passes"
    assert notes[0].startswith(said)


def test_a_layer_that_is_taken_out_leaves_its_linear_part() -> None:
    old = network([4, 3], "linear")
    new, notes = transplanted(old, network([4], "linear", seed=9), [0, 1])
    assert moved(old, new) < 1e-12
    assert notes == ["hidden_2 is gone, its linear part stays"]
    none, _ = transplanted(old, network([], seed=9), [0, 1])
    assert moved(old, none) < 1e-12


def test_what_stays_of_a_network_that_shrinks_is_what_it_was() -> None:
    old = network([4, 3])
    new, notes = transplanted(old, network([2, 3], seed=9), [0, 1])
    assert np.array_equal(new[0].kernel, old[0].kernel[:, :2])
    assert np.array_equal(new[1].kernel, old[1].kernel[:2])
    assert notes == ["hidden_1: 2 units gone with what was learned there"]


def test_an_optimizers_memory_goes_with_its_weights() -> None:
    old = network([3, 2])
    zeros = [
        Dense(one.name, one.activation, 0 * one.kernel, 0 * one.bias) for one in network([4, 2, 2])
    ]
    new = moved_moments(old, zeros, [0, 1])
    assert np.array_equal(new[0].kernel[:, :3], old[0].kernel)
    assert not new[0].kernel[:, 3:].any()
    assert np.array_equal(new[1].kernel[:3], old[1].kernel)
    assert not new[1].kernel[3:].any()
    assert not new[2].kernel.any()
    assert not new[3].kernel.any()  # it reads another layer now


def test_nothing_changes_where_nothing_does() -> None:
    old = network([3, 2])
    new, notes = transplanted(old, network([3, 2], seed=9), [0, 1])
    assert moved(old, new) == 0
    assert notes == []
