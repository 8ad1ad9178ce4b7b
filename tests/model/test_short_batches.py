"""Answers and statistics do not depend on how many examples are asked for at a time."""

import numpy as np
import pytest

from tests import helpers, systems
from tuidl.backends.base import ArrayDataset, BatchPlan, StepChunk
from tuidl.compiler import division
from tuidl.model.model import Model

TEXTS = {"conv": helpers.CONV, "residual": helpers.RESIDUAL, "sequence": helpers.SEQUENCE}
COUNTS = [1, 2, 7, 8, 9, 17, 64, 127, 129, 145]


@pytest.fixture(autouse=True)
def shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small networks are worked on in shards of eight, as large ones are."""
    monkeypatch.setattr(division, "FLOPS_OF_A_SHARD", 1)


def part(feed: ArrayDataset, start: int, stop: int) -> ArrayDataset:
    x, y = feed.x[start:stop], feed.y[start:stop]
    return ArrayDataset(x, y, np.arange(len(x)))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_examples_have_the_same_answers_in_any_batches(name: str, backend: str) -> None:
    model = helpers.model(TEXTS[name], backend=backend)
    x, _ = helpers.examples(model, 300 if backend == "cpu" else 150)
    whole = model.predict(x)
    for count in COUNTS:
        parts = [model.predict(x[i : i + count]) for i in range(0, len(x), count)]
        if backend == "cpu":
            assert np.array_equal(np.concatenate(parts), whole), count
        else:
            np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_statistics_of_few_examples_are_theirs_alone(name: str, backend: str) -> None:
    """Whatever earlier, larger batches left in the shards that have none of them."""
    model = helpers.model(TEXTS[name], backend=backend)
    feed = model.feed(*helpers.examples(model, 150))
    singly = np.array([model.evaluate(part(feed, i, i + 1)) for i in range(150)])
    for count in COUNTS:
        assert model.evaluate(feed) is not None  # fills every shard
        totals = model.evaluate(part(feed, 0, count))
        np.testing.assert_allclose(totals, singly[:count].sum(axis=0), rtol=1e-4)


@pytest.mark.parametrize("count", [1, 9, 130])
def test_statistics_do_not_depend_on_threads(count: int) -> None:
    model = helpers.model(helpers.RESIDUAL)
    feed = model.feed(*helpers.examples(model, count))
    found = []
    for threads in (1, 2):
        model.engine.use_threads(threads)
        found.append((model.evaluate(feed), model.predict(helpers.examples(model, count)[0])))
    (first, answers), (second, others) = found
    assert np.array_equal(first, second)
    assert np.array_equal(answers, others)


@pytest.mark.usefixtures("test_sources")
def test_a_masked_loss_of_one_example_follows_a_full_batch() -> None:
    """Each shard divides by the weights that all add up to: none is left out."""
    model, fresh = (helpers.model(systems.PER_STEP) for _ in range(2))
    routine = model.program.evaluate
    assert routine.shards_of(1) == routine.shards > model.program.predict.shards_of(1) == 1
    examples = model.preset.data.split().train
    feed = model.feed(examples.x[:150], examples.y[:150])
    model.evaluate(feed)
    assert np.array_equal(model.evaluate(part(feed, 3, 4)), fresh.evaluate(part(feed, 3, 4)))


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_a_short_batch_of_training_is_as_if_there_were_no_other(backend: str) -> None:
    """Batch normalisation and clipping see its examples, and nothing of the batch before."""
    x, y = helpers.examples(helpers.model(helpers.RESIDUAL), 35)
    results = []
    for before in (True, False):
        model = helpers.model(helpers.RESIDUAL, backend=backend)
        model.require_prepared()
        assert model.program.train.shards > 1
        feed = model.feed(x, y)
        plan = BatchPlan.of(model.program.train, 32, len(feed))
        if before:
            run(model, plan, feed, 0, updates=False)
        run(model, plan, feed, 1, updates=True)
        results.append(model.parameters.copy())
    for name, values in results[0].items():
        assert np.array_equal(values, results[1][name]), name


def run(model: Model, plan: BatchPlan, feed: ArrayDataset, start: int, *, updates: bool) -> None:
    slots = sum(size for _, size in model.program.statistics.values())
    model.engine.step_state[0] = 0  # the same step, whichever masks dropout draws in it
    chunk = StepChunk(start, np.full(1, 0.1), np.zeros(slots), np.zeros(1), updates=updates)
    assert model.engine.run(plan, feed, chunk) == 1


def test_answers_are_the_callers_own() -> None:
    """Plans and empty steps are kept between calls; arrays that were handed out are not."""
    model = helpers.model(helpers.CONV)
    x, _ = helpers.examples(model, 5)
    first, kept = model.predict(x), model.predict(x).copy()
    model.predict(x + 1)
    assert np.array_equal(first, kept)
    first[:] = 0
    assert np.array_equal(model.predict(x), kept)
    assert model.predict(x[:0]).shape == (0, *first.shape[1:])


@pytest.mark.parametrize("backend", ["cpu", "numpy"])
def test_what_is_kept_between_answers_follows_what_has_changed(backend: str) -> None:
    """Parameters, threads and inputs may be others in the next call, which is of the same size."""
    model, other = (helpers.model(helpers.CONV, backend=backend) for _ in range(2))
    for seed in range(4):
        x, _ = helpers.examples(model, 5, seed)
        known = other.predict(np.concatenate([x, x]))[:5]
        np.testing.assert_allclose(model.predict(x), known, rtol=1e-6)
        model.initialize(seed)
        other.parameters = model.parameters
        if backend == "cpu":
            model.engine.use_threads(1 + seed % 2)
    for count in range(1, 40):  # more sizes than are kept
        model.predict(helpers.examples(model, count)[0])
    x, _ = helpers.examples(model, 5)
    np.testing.assert_allclose(model.predict(x), other.predict(x), rtol=1e-6)


def test_an_answer_is_not_kept_from_being_given_by_a_training_that_is_to_stop() -> None:
    model = helpers.model(helpers.CONV)
    x, _ = helpers.examples(model, 3)
    known = model.predict(x)
    model.engine.stop[:] = 1
    assert np.array_equal(model.predict(x), known)
    assert np.array_equal(model.predict(x[::-1][::-1].tolist()), known)
