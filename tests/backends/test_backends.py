"""The CPU backend and the NumPy oracle train alike; threads change nothing at all."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests import helpers
from tests.conftest import MOST_THREADS
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.core.errors import BackendError, DataError
from tuidl.ir.buffers import Region

PRESETS = {
    "conv": helpers.CONV,
    "line": helpers.LINE,
    "sequence": helpers.SEQUENCE,
    "residual": helpers.RESIDUAL,
}
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
STEPS = 20


@pytest.mark.sample(2)
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", PRESETS)
def test_cpu_and_numpy_give_the_same_losses(name: str, dtype: str) -> None:
    cpu = helpers.model(PRESETS[name], dtype=dtype)
    oracle = helpers.model(PRESETS[name], dtype=dtype, backend="numpy")
    for key, values in cpu.parameters.items():
        np.testing.assert_array_equal(values, oracle.parameters[key])
    np.testing.assert_allclose(helpers.train(cpu), helpers.train(oracle), rtol=TOLERANCE[dtype])
    for key, values in cpu.parameters.items():
        np.testing.assert_allclose(
            values, oracle.parameters[key], rtol=100 * TOLERANCE[dtype], atol=TOLERANCE[dtype]
        )


@pytest.mark.parametrize(
    "optimizer",
    [
        '{type = "sgd"}',
        '{type = "sgd", momentum = 0.9}',
        '{type = "sgd", momentum = 0.9, nesterov = true}',
        '{type = "sgd", clip_value = 0.001}',
        '{type = "sgd", global_clip_norm = 0.1}',
        '{type = "adam", beta_1 = 0.8, epsilon = 1e-3}',
        '{type = "adam", clip_value = 0.01, global_clip_norm = 0.05}',
        '{type = "adamw", weight_decay = 0.1}',
        '{type = "rmsprop"}',
        '{type = "rmsprop", rho = 0.8, momentum = 0.9, centered = true, epsilon = 1e-3}',
        '{type = "adagrad", initial_accumulator_value = 0.5}',
    ],
)
def test_optimizers_agree(optimizer: str) -> None:
    override = f"optimizer={optimizer}"
    cpu = helpers.model(helpers.CONV, override)
    oracle = helpers.model(helpers.CONV, override, backend="numpy")
    np.testing.assert_allclose(helpers.train(cpu), helpers.train(oracle), rtol=2e-5)


@pytest.mark.sample(2)
@pytest.mark.usefixtures("many_shards")
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("batch", [2, 7, 64])
def test_the_same_bits_on_any_number_of_threads(name: str, batch: int) -> None:
    hashes = set()
    for threads in (1, 2, MOST_THREADS):
        model = helpers.model(_wide(PRESETS[name]), threads=threads, batch=batch)
        assert model.program.shards > 1
        assert model.program.train.update_lanes > 1
        losses = helpers.train(model)
        hashes.add((model.weights_sha256, losses.tobytes()))
    assert len(hashes) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("many_shards")
@pytest.mark.parametrize("name", PRESETS)
def test_many_shards_agree_with_the_oracle_whatever_their_memory_held(name: str) -> None:
    cpu = helpers.model(PRESETS[name], dtype="float64")
    oracle = helpers.model(PRESETS[name], dtype="float64", backend="numpy")
    assert cpu.program.shards == 16
    for model in (cpu, oracle):
        model.engine.arena[model.program.span : model.program.span * 17] = np.nan
        for routine in cpu.program.routines:
            places = routine.layout.places.items()
            starts = [p.start for b, p in places if b.region is Region.WORKSPACE]
            model.engine.arena[min(starts) :] = np.nan
    np.testing.assert_allclose(helpers.train(cpu), helpers.train(oracle), rtol=1e-10)
    x, _ = helpers.examples(cpu, 37)
    np.testing.assert_allclose(cpu.predict(x), oracle.predict(x), rtol=1e-9)


def test_the_wide_network_has_shards_and_parallel_updates() -> None:
    model = helpers.model(_wide(helpers.CONV), batch=64)
    assert model.program.shards > 1
    assert model.program.train.update_lanes > 1


def _wide(text: str) -> str:
    wider = {"filters = 5": "filters = 64", "units = 7": "units = 48"}
    for narrow, wide in wider.items():
        text = text.replace(narrow, wide)
    return text


def test_a_short_batch_smaller_than_the_shards() -> None:
    model = helpers.model(_wide(helpers.CONV), batch=64)
    oracle = helpers.model(_wide(helpers.CONV), batch=64, backend="numpy")
    x, y = helpers.examples(model, 1)
    helpers.assert_same_gradients(model, oracle, x, y, loss=1e-5, rtol=1e-4, atol=1e-5)


def test_gradients_do_not_depend_on_the_batch_that_the_model_was_built_for() -> None:
    small, large = helpers.model(helpers.CONV, batch=4), helpers.model(helpers.CONV, batch=50)
    x, y = helpers.examples(small, 21)
    helpers.assert_same_gradients(small, large, x, y, loss=1e-6, rtol=1e-4, atol=1e-6)


def test_predictions_in_parts_are_those_of_each_example() -> None:
    model = helpers.model(helpers.CONV)
    x, _ = helpers.examples(model, 300)
    answers = model.predict(x)
    assert answers.shape == (300, 10)
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(model.predict(x[137:138]), answers[137:138], rtol=1e-5)
    assert model.predict(x[:0]).shape == (0, 10)


def test_unknown_or_impossible_backends_are_refused() -> None:
    with pytest.raises(BackendError, match="did you mean 'numpy'"):
        helpers.model(helpers.LINE, backend="numpi")
    with pytest.raises(BackendError, match="cuda"):
        helpers.model(helpers.LINE, backend="cuda")
    with pytest.raises(BackendError, match="1 to"):
        helpers.model(helpers.LINE, threads=1000)


def test_a_program_larger_than_the_machine_is_refused_before_allocation() -> None:
    huge = 'layers=[{type="dense", units=1000000}, {type="dense", units=1000000}, {type="dense"}]'
    with pytest.raises(BackendError, match="GiB"):
        helpers.model(helpers.LINE, huge)


@pytest.mark.slow
def test_two_processes_give_the_same_weights() -> None:
    command = [sys.executable, "-m", "tuidl", "cnn_digits", "--no-ui", "--set", "training.epochs=1"]
    outputs = [
        subprocess.run([*command, "--threads", threads], capture_output=True, text=True, check=True)
        for threads in ("1", "4")
    ]
    hashes = {o.stdout.strip().splitlines()[-1] for o in outputs}
    assert len(hashes) == 1
    assert hashes.pop().startswith("weights sha256 ")


DROPOUT = helpers.CONV.replace(
    '[[layers]]\ntype = "flatten"',
    '[[layers]]\ntype = "dropout"\nrate = 0.3\n[[layers]]\ntype = "flatten"',
)


def test_dropout_masks_are_the_same_everywhere() -> None:
    wide = _wide(DROPOUT)
    runs = [helpers.model(wide, batch=64, threads=threads) for threads in (1, 2, MOST_THREADS)]
    losses = {helpers.train(model).tobytes() for model in runs}
    assert len(losses) == 1
    assert len({model.weights_sha256 for model in runs}) == 1
    assert runs[0].program.shards > 1
    oracle = helpers.model(wide, batch=64, backend="numpy")
    np.testing.assert_allclose(helpers.train(oracle), np.frombuffer(losses.pop()), rtol=1e-5)


def test_dropout_changes_with_the_step_and_the_seed_and_rests_at_inference() -> None:
    first, other = helpers.model(DROPOUT), helpers.model(DROPOUT, "training.seed=1")
    helpers.copy_parameters(first, other)
    x, y = helpers.examples(first, 32)
    before, _ = first.loss_and_gradients(x, y)
    assert first.loss_and_gradients(x, y)[0] == before, "the same step has the same mask"
    assert other.loss_and_gradients(x, y)[0] != before
    first.engine.step_state[0] += 1
    assert first.loss_and_gradients(x, y)[0] != before
    np.testing.assert_array_equal(first.predict(x), other.predict(x))


def test_evaluation_goes_on_past_a_value_that_is_not_finite() -> None:
    for backend in ("cpu", "numpy"):
        model = helpers.model(helpers.CONV, backend=backend)
        x, _ = helpers.examples(model, 300)
        y = model.predict(x).argmax(axis=1)[:, None]
        x[5] = np.nan
        start, _ = model.program.statistics["correct"]
        assert model.evaluate(model.feed(x, y))[start] >= 299


def test_inputs_of_all_kinds_are_taken_or_refused_in_words() -> None:
    model = helpers.model(helpers.CONV)
    x, y = helpers.examples(model, 5)
    frozen = x.astype(np.float32)
    frozen.setflags(write=False)
    np.testing.assert_array_equal(model.predict(frozen), model.predict(x.tolist()))
    assert model.predict(x[:0]).dtype == np.float32
    wrong = [("abc", y), ([[1, 2], [3]], y), (x, None), (x, y + 0.5), (x, np.full((5, 1), np.nan)),
             (x, y.T)]  # fmt: skip
    for inputs, targets in wrong:
        with pytest.raises(DataError):
            model.loss_and_gradients(inputs, targets)
    for dtype in ("float16", "int32", "foo"):
        with pytest.raises(BackendError, match="no dtype"):
            helpers.model(helpers.CONV, dtype=dtype)


def test_threads_default_to_what_numba_was_told() -> None:
    command = [sys.executable, "-m", "tuidl", "linear_regression", "--no-ui", "--json"]
    environment = {**os.environ, "NUMBA_NUM_THREADS": "1"}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert '"threads":1' in result.stdout


def test_a_stop_reaches_compiled_code() -> None:
    model = helpers.model(helpers.LINE)
    x, y = helpers.examples(model, 64)
    feed = model.feed(x, y)
    batches = BatchPlan.of(model.program.train, 32, 64)
    list(model.prepare())
    model.engine.stop[0] = 1
    stretch = StepChunk(0, np.ones(2), np.zeros(8)[:3], np.zeros(2))
    assert model.engine.run(batches, feed, stretch) == 0
