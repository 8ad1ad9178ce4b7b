"""Tables of which a step reads few rows: nothing can tell that the others are left alone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.runs.kept import resume, sha, start
from tuidl.backends.base import BatchPlan, StepChunk
from tuidl.compiler import division, tables
from tuidl.compiler.division import Division, share_out
from tuidl.compiler.graph import Graph
from tuidl.compiler.program import compile_program
from tuidl.kernels.row_updates import HISTORY
from tuidl.kernels.timing import MONOTONIC
from tuidl.model.model import Model
from tuidl.protocol import events
from tuidl.training.start import trainer_for

pytestmark = pytest.mark.usefixtures("test_sources")

ROWS = 90
WORDS = f"""
name = "words"
data = {{source = "words", validation = 0.2}}
layers = [{{type = "embedding", input_dim = {ROWS}, output_dim = 5}},
          {{type = "lstm", units = 3}}, {{type = "dense"}}]
loss = {{type = "mse"}}
optimizer = {{type = "adam"}}
training = {{epochs = 3, batch_size = 4}}
"""
BY_ROWS = ["adam", "adamw", "sgd", "adagrad"]
FREQUENT = 1 / np.arange(1, ROWS + 1)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of any size are updated by rows."""
    monkeypatch.setattr(division, "LEAST_GAIN", -1e30)
    monkeypatch.setattr(division, "LOOKING", 0.0)
    monkeypatch.setattr(division, "WAIT", 0.0)
    monkeypatch.setattr(tables, "LEAST_NUMBERS", 1)
    monkeypatch.setattr(tables, "ROWS_FOR_A_WORD", 0)


def _plain(text: str, **options: object) -> Model:
    """The same model, every step of which goes through all rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "LEAST_NUMBERS", 1 << 60)
        model = helpers.model(text, **options)
    assert model.program.settle is None
    return model


def _examples(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Words as frequent as those of a language."""
    random = np.random.default_rng(seed)
    x = random.choice(ROWS, (count, 4), p=FREQUENT / FREQUENT.sum()).astype(float)
    return x, np.sin(x[:, :1])


def _run(model: Model, count: int = 43, steps: int = 5, piece: int = 1000) -> np.ndarray:
    """Train for some epochs, ``piece`` steps at a time, at a rate that changes with every step."""
    feed = model.feed(*_examples(count))
    plan = BatchPlan.of(model.program.train, model.program.batch, count)
    model.require_prepared()
    slots = sum(size for _, size in model.program.statistics.values())
    losses: list[float] = []
    while len(losses) < steps:
        place = len(losses) % plan.steps(count)
        n = min(plan.steps(count) - place, steps - len(losses), piece)
        rates = 0.01 * (1 + np.sin(np.arange(len(losses), len(losses) + n)))
        chunk = StepChunk(place, rates, np.zeros(slots), np.zeros(n))
        assert model.engine.run(plan, feed, chunk) == n
        losses += list(chunk.losses)
    return np.array(losses)


def _all(model: Model) -> dict[str, np.ndarray]:
    return {**model.parameters.copy(), **{n: v.copy() for n, v in model.optimizer_state.items()}}


@pytest.mark.parametrize("kind", BY_ROWS)
def test_rows_that_catch_up_come_to_the_same_bits(kind: str) -> None:
    """In runs longer than what is noted, in short ones, and with short batches that end an epoch;
    views that were taken before show what a run did."""
    text = WORDS.replace("adam", kind)
    plain, table = _plain(text, batch=4, threads=2), "embedding_1.embeddings"
    expected = _run(plain, 4 * HISTORY + 43, 2 * HISTORY + 50)
    for piece, threads in [(1000, 1), (7, 2), (1, 1)]:
        model = helpers.model(text, batch=4, threads=threads)
        assert any("rows" in name for name in model.program.kernels)
        view = model.parameters[table]
        losses = _run(model, 4 * HISTORY + 43, 2 * HISTORY + 50, piece)
        np.testing.assert_array_equal(losses, expected)
        found = _all(model)
        for name, values in _all(plain).items():
            np.testing.assert_array_equal(found[name], values, err_msg=name)
        np.testing.assert_array_equal(view, found[table])


@pytest.mark.parametrize("kind", BY_ROWS)
@pytest.mark.parametrize("batch", [4, 23])
def test_all_rows_are_those_of_the_oracle(kind: str, batch: int) -> None:
    text = WORDS.replace("adam", kind)
    cpu = helpers.model(text, dtype="float64", batch=batch)
    oracle = helpers.model(text, dtype="float64", batch=batch, backend="numpy")
    np.testing.assert_allclose(_run(cpu), _run(oracle), rtol=1e-9)
    expected = _all(oracle)
    for name, values in _all(cpu).items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-7, atol=1e-12, err_msg=name)


def test_gradients_of_one_batch_leave_nothing_behind_for_the_next() -> None:
    model = helpers.model(WORDS, dtype="float64", batch=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(division, "_is_divisible", lambda graph, node: False)
        plain = helpers.model(WORDS, dtype="float64", batch=8)
    assert "embedding_gradient" in plain.program.kernels
    for seed, count in enumerate([8, 3, 20, 1]):
        examples = _examples(count, seed)
        loss, gradients = model.loss_and_gradients(*examples)
        expected_loss, expected = plain.loss_and_gradients(*examples)
        assert loss == pytest.approx(expected_loss, rel=1e-12)
        for name, values in gradients.items():
            np.testing.assert_allclose(values, expected[name], rtol=1e-9, atol=1e-14)
    assert model.weights_sha256 == plain.weights_sha256


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
@pytest.mark.parametrize("word", [-1.0, float(ROWS), np.nan, np.inf, 1e30])
def test_a_word_that_has_no_row_ends_the_run_before_its_update(word: float, backend: str) -> None:
    model = helpers.model(WORDS, batch=4, backend=backend)
    _run(model)
    before = model.weights_sha256
    x, y = _examples(4)
    x[2, 1] = word
    feed = model.feed(x, y)
    chunk = StepChunk(0, np.full(1, 0.01), np.zeros(1), np.zeros(1))
    assert model.engine.run(BatchPlan.of(model.program.train, 4, 4), feed, chunk) == 0
    assert np.isnan(chunk.losses[0])
    assert model.weights_sha256 == before
    _run(model)
    assert np.isfinite(model.parameters["embedding_1.embeddings"]).all()


@pytest.mark.parametrize("stop", [1, 7, 11])
def test_a_stopped_run_goes_on_to_the_same_bits(stop: int, tmp_path: Path) -> None:
    preset = helpers.preset(WORDS, 'optimizer.schedule={type="cosine"}')
    whole = sha(start(preset, tmp_path / "whole", threads=2))
    start(preset, tmp_path / "stopped", stop_after=stop, threads=1)
    assert sha(resume(tmp_path / "stopped")) == whole


def test_a_rate_that_is_changed_meanwhile_counts_from_its_step_on() -> None:
    found = set()
    for limit in (1, 1 << 60):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(tables, "LEAST_NUMBERS", limit)
            trainer = trainer_for(helpers.preset(WORDS), "cpu", 1)
        for event in trainer.run():
            if isinstance(event, events.EpochEnded) and event.epoch == 1:
                trainer.state.edit("optimizer.learning_rate", 0.5)
        found.add(trainer.state.model.weights_sha256)
    assert len(found) == 1


def test_a_step_under_the_clock_leaves_no_row_behind() -> None:
    models = [helpers.model(WORDS, batch=4), _plain(WORDS, batch=4)]
    x, y = _examples(40)
    for model in models:
        model.require_prepared()
        plan = BatchPlan.of(model.program.train, 4, 40)
        model.engine.time_rows(plan, model.feed(x, y), 0.01, 10, MONOTONIC)
    assert models[0].weights_sha256 == models[1].weights_sha256


def _kernels(text: str, *overrides: str) -> Iterator[str]:
    program = helpers.model(text, *overrides, backend="numpy", batch=4).program
    return (i.kernel for i in program.train.emitted.instructions)


@pytest.mark.parametrize(
    ("override", "gradient", "update"),
    [
        ("optimizer.clip_value=1.0", "embedding_gradient_rows", "adam"),
        ("optimizer.global_clip_norm=1.0", "embedding_gradient_rows", "adam"),
        ('optimizer={type="sgd", momentum=0.9}', "embedding_gradient_rows", "sgd_momentum"),
        ('optimizer={type="rmsprop"}', "embedding_gradient_rows", "rmsprop"),
        ("layers.0.l2=0.1", "embedding_gradient", "adam"),
        ("layers.0.l1=0.1", "embedding_gradient", "adam"),
    ],
)
def test_all_rows_are_updated_where_all_may_change(
    override: str, gradient: str, update: str
) -> None:
    found = list(_kernels(WORDS, override))
    assert gradient in found
    assert update in found
    assert not {"adam_rows", "adam_refresh"} & set(found)


def test_small_tables_and_those_that_are_read_all_over_are_updated_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert {"adam_rows", "adam_refresh", "adam"} <= set(_kernels(WORDS))
    monkeypatch.setattr(tables, "ROWS_FOR_A_WORD", 1 + ROWS // 16)
    assert "adam_rows" not in set(_kernels(WORDS))
    monkeypatch.setattr(tables, "ROWS_FOR_A_WORD", 0)
    monkeypatch.setattr(tables, "LEAST_NUMBERS", 5 * ROWS + 1)
    assert "adam_rows" not in set(_kernels(WORDS))


def test_a_table_that_does_not_learn_has_no_gradient() -> None:
    text = WORDS + '\n[weights]\nfrom = "a run"\nfrozen = ["embedding_1"]\n'
    instructions = compile_program(Graph.build(helpers.preset(text)), 4).train.emitted.instructions
    assert "embedding" in (names := {i.kernel for i in instructions})
    assert not {"embedding_gradient", "embedding_gradient_rows", "adam_rows"} & names


def test_large_tables_have_one_gradient_and_small_ones_one_for_each_shard() -> None:
    def found(rows: int, width: int) -> Division:
        sizes = (f"layers.0.input_dim={rows}", f"layers.0.output_dim={width}")
        graph = Graph.build(helpers.preset(WORDS, *sizes))
        return share_out(graph, 64).division_of("embedding_1")

    with pytest.MonkeyPatch.context() as patch:
        for name, value in [("LEAST_GAIN", 50_000.0), ("LOOKING", 1.5), ("WAIT", 10_000.0)]:
            patch.setattr(division, name, value)
        assert found(80_000, 64) is Division.GRADIENTS
        assert found(30, 3) is Division.EXAMPLES
