"""One model in several Python threads: every answer is right, and a training notices nothing."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import tuidl
from tests import helpers
from tuidl.kernels import cache
from tuidl.model.model import Model
from tuidl.protocol import events

THREADS, CALLS = 8, 1000
MASKED = """
name = "masked"
data = {source = "moons", points = 100, validation = 0.2}
layers = [{type = "dense", units = 8}, {type = "batch_normalization"}, {type = "relu"},
          {type = "dropout", rate = 0.3}, {type = "dense"}]
loss = {type = "cross_entropy"}
optimizer = {type = "rmsprop", momentum = 0.5, global_clip_norm = 0.5}
training = {epochs = 4, batch_size = 32, metrics = ["f1"]}
"""

Question = Callable[[], Any]


def bits(answer: Any) -> list[bytes]:
    """An answer's numbers, to the bit."""
    if isinstance(answer, tuple):
        loss, gradients = answer
        return [np.float64(loss).tobytes(), *(values.tobytes() for values in gradients.values())]
    return [np.asarray(answer).tobytes()]


def questions(model: Model) -> list[Question]:
    """Of all kinds and sizes: one batch, several, a short one, none."""
    asked: list[Question] = []
    for seed, count in enumerate((1, 7, 32, 50, 150, 0)):
        x, y = helpers.examples(model, count, seed)
        feed = model.feed(x, y)
        asked.append(lambda x=x: model.predict(x))
        if count:
            asked.append(lambda x=x, y=y: model.loss_and_gradients(x, y))
            asked.append(lambda feed=feed: model.evaluate(feed))
    asked.append(lambda: np.frombuffer(model.weights_sha256.encode(), np.uint8))
    return asked


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("text", "backend", "calls"),
    [
        (helpers.CONV, "cpu", CALLS),
        (helpers.RESIDUAL, "cpu", CALLS),
        (helpers.SEQUENCE, "cpu", CALLS),
        (helpers.LINE, "numpy", CALLS),
        (MASKED, "numpy", 400),
    ],
)
def test_eight_threads_get_the_answers_of_one(
    text: str, backend: str, calls: int, many_shards: None
) -> None:
    model = helpers.model(text, backend=backend)
    asked = questions(model)
    known = [bits(question()) for question in asked]
    before = model.weights_sha256
    start = threading.Barrier(THREADS)

    def ask(thread: int) -> int:
        start.wait()
        for i in range(calls // THREADS):
            chosen = (i * 7 + thread) % len(asked)
            assert bits(asked[chosen]()) == known[chosen]
        return calls // THREADS

    with ThreadPoolExecutor(THREADS) as pool:
        assert sum(pool.map(ask, range(THREADS))) == calls
    assert model.weights_sha256 == before


def facts(told: list[events.Event]) -> list[Any]:
    """All that a run tells but how long it took."""
    ended = [e for e in told if isinstance(e, events.EpochEnded | events.RunEnded)]
    return [helpers.changed(event, seconds=0.0) for event in ended]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("text", "backend", "epochs"),
    [
        (helpers.CONV, "cpu", 40),
        (helpers.RESIDUAL, "cpu", 4),
        (helpers.SEQUENCE, "cpu", 40),
        (MASKED, "numpy", 20),
    ],
)
def test_a_training_notices_nothing_of_eight_threads(
    text: str, backend: str, epochs: int, many_shards: None
) -> None:
    """Nor do they see the parameters of two moments in one answer: the same examples, in several
    batches, have the same answers."""
    preset = helpers.preset(text, f"training.epochs={epochs}")
    alone = facts(list(tuidl.train(preset, tuidl.build(preset, backend))))
    model = tuidl.build(preset, backend)
    asked = questions(model)
    block, _ = helpers.examples(model, model.program.predict.capacity)
    over, answered = threading.Event(), [0] * THREADS

    def ask(thread: int) -> None:
        while not over.is_set():
            one, other = np.split(model.predict(np.concatenate([block, block])), 2)
            assert one.tobytes() == other.tobytes()
            loss, gradients = model.loss_and_gradients(*helpers.examples(model, 20))
            assert np.isfinite(loss)
            assert all(np.isfinite(values).all() for values in gradients.values())
            assert asked[(answered[thread] * 5 + thread) % len(asked)]() is not None
            answered[thread] += 1

    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(ask, thread) for thread in range(THREADS)]
        try:
            told = list(tuidl.train(preset, model))
        finally:
            over.set()
        for future in asking:
            future.result()
    assert facts(told) == alone
    assert min(answered) > 0, "every thread had its turn while the training went on"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("text", "backend"),
    [
        (helpers.LINE, "cpu"),
        (helpers.SEQUENCE, "cpu"),
        (helpers.RESIDUAL, "cpu"),
        (helpers.LINE, "numpy"),
        (MASKED, "numpy"),
    ],
)
def test_calls_between_two_events_leave_nothing_behind(
    text: str, backend: str, many_shards: None
) -> None:
    """Neither in the parameters nor in what the run tells, gradient norms included."""
    preset = helpers.preset(text)
    alone = facts(list(tuidl.train(preset, tuidl.build(preset, backend))))
    model = tuidl.build(preset, backend)
    asked, told = questions(model), []
    for event in tuidl.train(preset, model):
        told.append(event)
        for question in asked:
            question()
    assert facts(told) == alone


def test_different_models_at_once(many_shards: None) -> None:
    """Numba's plainest threading layer ends the process where two threads run parallel code."""
    texts = (helpers.CONV, helpers.RESIDUAL, helpers.SEQUENCE, helpers.LINE) * 2
    presets = [helpers.preset(text, f"training.seed={i}") for i, text in enumerate(texts)]
    known = [list(tuidl.train(preset))[-1].weights_sha256 for preset in presets]
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda preset: list(tuidl.train(preset))[-1].weights_sha256, presets)
    assert list(found) == known


COLD = """
import threading
from concurrent.futures import ThreadPoolExecutor
import tuidl
start = threading.Barrier(8)
def work(i):
    start.wait()
    model = tuidl.build(tuidl.load_preset("linear_regression", (f"training.seed={i}",)))
    answers = [one.predict([[0.5]]) for one in (model, shared)]
    return model.weights_sha256, answers[0].tobytes(), answers[1].tobytes()
shared = tuidl.build(tuidl.load_preset("linear_regression"))
with ThreadPoolExecutor(8) as pool:
    found = list(pool.map(work, range(8)))
for i, (digest, own, other) in enumerate(found):
    model = tuidl.build(tuidl.load_preset("linear_regression", (f"training.seed={i}",)))
    assert (digest, own) == (model.weights_sha256, model.predict([[0.5]]).tobytes())
    assert other == shared.predict([[0.5]]).tobytes()
print("right")
"""


@pytest.mark.slow
def test_threads_may_load_build_and_compile_at_once() -> None:
    command = [sys.executable, "-P", "-c", COLD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr) == ("right\n", "")


def test_compiling_in_two_threads_keeps_numbas_settings() -> None:
    """Where its cache lies is a setting of the process: each sets it, and one puts it back."""
    before = cache.config.CACHE_DIR
    start, seen = threading.Barrier(2), []

    def build(cached: bool) -> int:
        seen.append(cache.config.CACHE_DIR)
        time.sleep(0)  # the other thread's move
        seen.append(cache.config.CACHE_DIR)
        return len(seen)

    def compile_it() -> None:
        start.wait()
        for _ in range(200):
            cache.compile_cached(build)

    threads = [threading.Thread(target=compile_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert before == cache.config.CACHE_DIR
    assert set(seen) == {str(cache.cache_folder())}
