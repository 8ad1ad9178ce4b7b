"""What bench.screen prints: its figures, and nothing of the runs that it measures."""

import pytest

from bench.screen import with_screen, without_screen
from tuidl.compiler.pacing import WATCHABLE_SECONDS

ONE = ["linear_regression", "--set", "training.epochs=1"]


@pytest.mark.slow
def test_a_measured_run_says_nothing_among_the_figures(capfd: pytest.CaptureFixture[str]) -> None:
    assert 0 < without_screen(ONE) < 600
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_a_run_that_fails_is_no_figure() -> None:
    with pytest.raises(RuntimeError, match=r"training\.epochs: expected a whole number"):
        without_screen([*ONE, "--set", "training.epochs=0"])


@pytest.mark.slow
def test_a_short_run_is_measured_at_full_speed() -> None:
    """At the pace at which it can be watched it would take so long on any machine."""
    assert 0 < with_screen([ONE[0], "--set", "training.epochs=40"]) < WATCHABLE_SECONDS
