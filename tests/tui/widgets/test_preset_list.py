"""Lines of the lists of presets and runs."""

from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from tuidl.tui.catalog.run_entries import RunEntry
from tuidl.tui.widgets.preset_list import PresetList, row_of


class Lists(App[None]):
    """Nothing but a list."""

    def compose(self) -> ComposeResult:
        yield PresetList()


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


def entry_of(number: int, section: str = "Today") -> RunEntry:
    return RunEntry(section, f"run {number}", Path(f"run-{number}"))


async def test_lines_of_entries_that_did_not_change_are_kept_and_stay_where_they_are() -> None:
    made = [entry_of(number) for number in range(100)]
    app = Lists()
    async with app.run_test(size=(40, 20)) as pilot:
        found = app.query_one(PresetList)
        found.show(made, made[50].path)
        found.scroll_to(y=45, animate=False)
        await pilot.pause()
        top, lines = found.scroll_offset.y, list(found.options)
        changed = [*made[:50], entry_of(50, "Today"), *made[51:]]
        found.show([entry_of(100), *changed], made[50].path)
        await pilot.pause()
        assert found.chosen is changed[50]
        assert found.scroll_offset.y == top
        kept = [line for line in found.options if line in lines]
        assert len(kept) == 99, "all but the one that is another object, and the section's name"
        assert [str(line.prompt).strip() for line in found.options[:3]] == [
            "Today", "run 100", "run 0",
        ]  # fmt: skip


async def test_an_entry_that_is_listed_twice_has_two_lines() -> None:
    one = entry_of(1)
    app = Lists()
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        found = app.query_one(PresetList)
        for _ in range(2):
            found.show([one, one], None)
            assert len({id(option) for option in found.options}) == 3
            for place in (1, 2):
                found.highlighted = place
                assert found.chosen is one
