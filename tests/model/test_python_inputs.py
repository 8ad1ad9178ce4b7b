"""What comes in from Python, and what goes out: any layout of numbers, and clear refusals."""

import copy
import gc
import re
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tuidl
from tests import helpers
from tests.model.test_python_interface import NET
from tuidl.backends.cpu import CpuEngine
from tuidl.core.errors import BackendError, DataError, PresetError
from tuidl.model.model import Model
from tuidl.nn.layers.dense import Dense
from tuidl.nn.optimizers import Sgd
from tuidl.preset.training import EarlyStopping, Training


@pytest.fixture(params=["cpu", "numpy"])
def model(request: pytest.FixtureRequest) -> Model:
    return tuidl.build(helpers.preset(NET), request.param)


def test_no_examples_have_no_mean_but_an_empty_answer(model: Model) -> None:
    assert model.predict(np.zeros((0, 2))).shape == (0, 2)
    with pytest.raises(DataError, match="no examples: the mean loss of none"):
        model.loss_and_gradients(np.zeros((0, 2)), np.zeros((0, 1)))
    assert model.evaluate(model.feed(np.zeros((0, 2)), np.zeros((0, 1)))).tolist() == [0.0]


@pytest.mark.parametrize(
    ("x", "problem"),
    [
        ([], "x: expected shape (examples, 2), got (0,)"),
        ([1.0, 2.0], "x: expected shape (examples, 2), got (2,)"),
        (np.zeros((3, 4)), "x: expected shape (examples, 2), got (3, 4)"),
        (1.0, "x: expected shape (examples, 2), got ()"),
        ([["1", "2"]], "x: expected real numbers, got texts"),
        ([[b"1", b"2"]], "x: expected real numbers, got bytes"),
        ([[1.0, 2j]], "x: expected real numbers, got complex ones"),
        ([[1.0, None]], "x: expected real numbers, got objects"),
        (np.zeros((1, 2), "M8[s]"), "x: expected real numbers, got datetime64[s]"),
        ({"a": 1}, "x: expected real numbers, got objects"),
        ((i for i in range(2)), "x: expected real numbers, got objects"),
        ([[1, 2], [3]], "x: not an array of numbers"),
        (np.ma.masked_equal([[1.0, 2.0]], 2.0), "x: some values are masked"),
        ([[1.0, 1e39]], "x: 1e+39 is too large for float32"),
        ([[1, 2**70]], "x: expected real numbers, got objects"),
    ],
)
def test_inputs_that_are_none_are_refused(x: Any, problem: str) -> None:
    model = helpers.model(NET)
    with pytest.raises(DataError, match=re.escape(problem)):
        model.predict(x)


@pytest.mark.parametrize(
    ("y", "problem"),
    [
        (None, "y: the loss needs targets"),
        ([0], "y: expected shape (2, 1), got (1,)"),
        ([[0, 1], [1, 0]], "y: expected shape (2, 1), got (2, 2)"),
        ([0, 2], "y: expected classes from 0 to 1"),
        ([0, -1], "y: expected classes from 0 to 1"),
        ([0, 0.5], "y: expected classes from 0 to 1"),
        ([0, 1 - 1e-12], "y: expected classes from 0 to 1"),
        ([0, float("nan")], "y: expected classes from 0 to 1"),
        (["0", "1"], "y: expected real numbers, got texts"),
        (np.ma.masked_equal([0, 1], 1), "y: some values are masked"),
    ],
)
def test_targets_that_are_none_are_refused(y: Any, problem: str) -> None:
    model = helpers.model(NET)
    with pytest.raises(DataError, match=re.escape(problem)):
        model.loss_and_gradients(np.zeros((2, 2)), y)


def layouts(x: Any) -> Iterator[Any]:
    frozen = x.copy()
    frozen.flags.writeable = False
    wide = np.repeat(x, 2, axis=1)
    yield from (x, x.tolist(), frozen, np.asfortranarray(x), wide[:, ::2], x[::-1][::-1])
    yield from (x.astype(">f4"), x.astype(np.longdouble), np.ma.masked_array(x, False))
    yield memoryview(x)


def test_any_layout_of_the_same_numbers_has_the_same_answers(model: Model) -> None:
    x = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)
    y = np.arange(40) % 2
    known, loss = model.predict(x), model.loss_and_gradients(x, y)[0]
    for given in layouts(x):
        np.testing.assert_array_equal(model.predict(given), known)
        assert model.loss_and_gradients(given, y)[0] == loss
    for given in (y[:, None], y.astype(bool), y.astype(">f8"), y.tolist(), y.astype(np.uint64)):
        assert model.loss_and_gradients(x, given)[0] == loss


def test_an_input_that_is_not_finite_spoils_its_own_answer_only(model: Model) -> None:
    x = np.random.default_rng(0).standard_normal((200, 2))
    known = model.predict(x)
    x[7, 1], x[150, 0] = np.nan, np.inf
    answers = model.predict(x)
    others = [i for i in range(200) if i not in (7, 150)]
    np.testing.assert_array_equal(answers[others], known[others])
    assert np.isnan(answers[7]).all()


def test_answers_share_no_memory_with_the_model(model: Model) -> None:
    x, y = helpers.examples(model, 10)
    answers, (_, gradients) = model.predict(x), model.loss_and_gradients(x, y)
    kept = [answers.copy(), *(values.copy() for values in gradients.values())]
    answers_again, (_, gradients_again) = model.predict(x + 1), model.loss_and_gradients(x + 1, y)
    for one, other in zip(kept, [answers, *gradients.values()], strict=True):
        np.testing.assert_array_equal(one, other)
    assert (answers_again != answers).any()
    assert set(gradients_again) == set(model.parameters)


def test_a_dtype_is_named_in_any_way_or_refused() -> None:
    preset = helpers.preset(NET)
    assert tuidl.build(preset, dtype=np.dtype("float64")).engine.dtype == np.float64
    for wrong in ("float16", np.float32, None, "int32", object()):
        with pytest.raises(BackendError, match="no dtype"):
            tuidl.build(preset, dtype=wrong)
    for wrong in (None, 5, "gpu"):
        with pytest.raises(BackendError, match="no backend"):
            tuidl.build(preset, backend=wrong)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"training": Training(epochs=-1)}, "training.epochs: expected a whole number >= 1"),
        ({"training": Training(batch_size=0)}, "training.batch_size"),
        ({"training": Training(seed=2**40)}, "training.seed"),
        ({"training": Training(metrics=("mae",))}, "training.metrics[0]: 'mae' does not fit"),
        ({"training": Training(early_stopping=EarlyStopping(monitor="f1"))}, "'f1' is not among"),
        ({"optimizer": Sgd(learning_rate=float("nan"))}, "optimizer.learning_rate"),
        ({"layers": (Dense(units=-3),)}, "layers[0].units: expected a whole number >= 1"),
    ],
)
def test_a_preset_put_together_in_python_is_checked_too(changes: Any, problem: str) -> None:
    preset = helpers.changed(helpers.preset(NET), **changes)
    for use in (tuidl.build, tuidl.train):
        with pytest.raises(PresetError, match=re.escape(problem)):
            use(preset)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1", None, True])
def test_a_seed_is_one_that_a_preset_may_have(seed: Any, model: Model) -> None:
    before = model.weights_sha256
    with pytest.raises(DataError, match="seed: expected a whole number from 0"):
        model.initialize(seed)
    assert model.weights_sha256 == before


def test_the_memory_of_a_model_goes_with_it(model: Model) -> None:
    """At once, not when the garbage collector comes: it may be most of the machine's."""
    list(tuidl.train(model.preset, model))
    other = copy.copy(model)
    list(tuidl.train(other.preset, other))
    other.predict([[0.0, 0.0]])
    memory = weakref.ref(other.engine)
    gc.disable()
    try:
        del other
        assert memory() is None
    finally:
        gc.enable()


def test_a_waiting_call_is_not_kept_waiting_by_a_paused_training(model: Model) -> None:
    """Between two events, nothing holds the model: however long the next one takes to be asked."""
    told = tuidl.train(model.preset, model)
    next(told)
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(model.predict([[0.0, 0.0]])))
    thread.start()
    thread.join(300)
    assert len(answers) == 1
    assert isinstance(model.engine, CpuEngine) or model.backend == "numpy"
