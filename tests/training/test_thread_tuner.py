"""The number of threads: found by trying, and without any influence on the results."""

import pytest

from tests import helpers
from tests.conftest import MOST_THREADS
from tuidl.training.thread_tuner import ThreadTuner
from tuidl.training.trainer import Trainer


def run(
    tuner: ThreadTuner, seconds_of: dict[int, float], stretches: int, start: float = 0.0
) -> list[int]:
    """The numbers of threads used, a stretch every 0.1 s."""
    used = []
    for number in range(stretches):
        threads = tuner.next(start + 0.1 * number)
        used.append(threads)
        tuner.record(threads, seconds_of[threads])
    return used


def test_the_fastest_number_is_used_nearly_always() -> None:
    tuner = ThreadTuner(4)
    assert tuner.choices == [1, 2, 4]
    used = run(tuner, {1: 4.0, 2: 2.0, 4: 1.0}, 200)
    assert tuner.chosen == 4
    assert used.count(4) > 175
    tuner = ThreadTuner(4)
    assert run(tuner, {1: 1.0, 2: 5.0, 4: 20.0}, 200).count(1) > 170


def test_it_follows_when_others_want_the_cores_and_when_they_go() -> None:
    tuner = ThreadTuner(2)
    run(tuner, {1: 3.0, 2: 2.0}, 50)
    assert tuner.chosen == 2
    run(tuner, {1: 3.0, 2: 9.0}, 50, start=5.0)
    assert tuner.chosen == 1
    run(tuner, {1: 3.0, 2: 2.0}, 50, start=10.0)
    assert tuner.chosen == 2


def test_what_is_about_equal_does_not_swing() -> None:
    tuner = ThreadTuner(2)
    run(tuner, {1: 1.98, 2: 2.0}, 100)
    assert tuner.chosen == 2


@pytest.mark.parametrize("most", [1, 2, 3, 6])
def test_choices_are_powers_of_two_and_the_most(most: int) -> None:
    assert ThreadTuner(most).choices == {1: [1], 2: [1, 2], 3: [1, 2, 3], 6: [1, 2, 4, 6]}[most]


class Restless(ThreadTuner):
    """Takes another number every time."""

    def next(self, now: float) -> int:
        self._turn += 1
        return self.choices[self._turn % len(self.choices)]


def test_threads_that_change_amid_a_run_change_nothing() -> None:
    text = helpers.CONV.replace("filters = 5", "filters = 64")
    fixed = list(Trainer(helpers.preset(text), threads=1).run())[-1]
    trainer = Trainer(helpers.preset(text))
    trainer.chunks.tuner = Restless(MOST_THREADS)
    assert list(trainer.run())[-1].weights_sha256 == fixed.weights_sha256


def test_threads_that_were_asked_for_stay() -> None:
    text = helpers.CONV.replace("filters = 5", "filters = 64")
    assert len(Trainer(helpers.preset(text), threads=2).chunks.tuner.choices) == 1
    assert len(Trainer(helpers.preset(text)).chunks.tuner.choices) > 1
