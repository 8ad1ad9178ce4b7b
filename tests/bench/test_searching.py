"""The bench of ways to search: its sweep files are valid, and its table counts as it says."""

from argparse import Namespace

import pytest

from bench.searching import METHODS, PRESETS, Found, sweep_text, table
from tuidl.preset.library import find
from tuidl.sweeps.folder import Origin
from tuidl.sweeps.presets import Presets
from tuidl.sweeps.searching import known_before
from tuidl.sweeps.spec import parse, read


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("method", METHODS)
def test_sweep_files_are_valid(preset: str, method: str) -> None:
    chosen = Namespace(trials=9, epochs=27, first=3)
    sweep = parse(sweep_text(preset, method, 3, chosen), "s.toml")
    assert sweep.trials in (9, 27)
    path = find(preset)
    presets = Presets(sweep, "s.toml", read(path), Origin(preset, str(path.parent)))
    presets.require_valid(known_before(sweep, "s.toml"))
    assert presets.base.training.epochs == 27
    assert method.startswith("halving") == (getattr(sweep.pruner, "first", None) == 3)


def test_the_table_compares_within_a_seed() -> None:
    preset = next(iter(PRESETS))
    found = [
        Found(preset, "random", 0, 0.5, 100, 1.0), Found(preset, "random", 1, 0.3, 100, 1.0),
        Found(preset, "halving", 0, 0.5, 30, 1.0), Found(preset, "halving", 1, 0.4, 20, 1.0),
    ]  # fmt: skip
    assert table(found)[2:] == [
        f"| `{preset}` | random | 0.4 (0.3 to 0.5) | 100 (100%) | 2 of 2 |",
        f"| `{preset}` | halving | 0.45 (0.4 to 0.5) | 25 (25%) | 1 of 2 |",
    ]
