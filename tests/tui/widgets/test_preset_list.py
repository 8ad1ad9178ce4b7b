"""Lines of the lists of presets and runs."""

from pathlib import Path

import pytest

from tuidl.tui.catalog.run_entries import RunEntry
from tuidl.tui.widgets.preset_list import row_of


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("ari 0.938", "ari 0.938"),
        ("discriminator.loss 1.363", "loss 1.363"),
        ("sliced_wasserstein 0.104", "was 0.104"),
        ("accuracy 97.80%", "acc 97.8%"),
        ("mean_iou 90.51%", "iou 90.5%"),
        ("failed", "failed"),
    ],
)
def test_a_run_keeps_its_time_and_name_beside_any_score(word: str, shown: str) -> None:
    entry = RunEntry("Today", "✓ 11:18 GAN on points", Path("run"), word)
    line = row_of(entry, 28).plain
    assert line.startswith(" ✓ 11:18 ")
    assert line.endswith(f"  {shown}")
    assert len(line) <= 28
    assert row_of(entry, 60).plain.endswith(f"  {word}")


def test_a_measure_is_named_whole_only_where_the_run_is_too() -> None:
    entry = RunEntry("Today", "✓ 11:18 GAN on points", Path("run"), "sliced_wasserstein 0.104")
    assert row_of(entry, 46).plain.rstrip().startswith(" ✓ 11:18 GAN on points ")
    assert row_of(entry, 46).plain.endswith("  was 0.104")
