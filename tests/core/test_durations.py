"""Lengths of time in words."""

import pytest

from tuidl.core.durations import computed, in_words, trained


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0.1 s"), (0.42, "0.4 s"), (0.96, "1 s"), (59.4, "59 s"), (60.0, "1 min"),
     (65.2, "1 min 5 s"), (3599.6, "1 h"), (7800.0, "2 h 10 min")],
)  # fmt: skip
def test_waiting_is_said_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_training_time_is_never_rounded_to_nothing() -> None:
    assert (trained(2.3149), trained(0.0042)) == ("2.31 s", "4.2 ms")


@pytest.mark.parametrize("seconds", [0.0942, 0.0994, 0.0995, 0.0996, 0.09999, 0.1, 0.1004])
def test_training_time_is_never_said_in_powers_of_ten(seconds: float) -> None:
    assert "e" not in trained(seconds)
    assert float(trained(seconds).split()[0]) in (0.1, 94, 99)


def test_the_clock_is_named_where_it_took_much_longer() -> None:
    assert computed(0.33, 8.1) == "0.33 s of computing, 8 s on the clock"
    assert computed(0.33, 0.4) == computed(0.33, 0.0) == "0.33 s"
    assert computed(60.0, 62.0) == "60.00 s", "what a busy machine takes anyway"
