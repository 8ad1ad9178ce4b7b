"""The engine process killed at random moments while its learning rate is changed; more of that by
``python -m bench.survival edits 100``."""

import random
from pathlib import Path

import pytest

from bench.edited import story


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_edits_survive_a_kill_at_any_moment(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path))
    outcome = story(random.Random(seed), tmp_path, interruptions=2)
    assert outcome.is_same, outcome.endings
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.unheard <= 2 * outcome.kills
