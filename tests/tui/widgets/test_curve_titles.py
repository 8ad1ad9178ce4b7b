"""What a curve's frame says before and after there is something to draw."""

from pathlib import Path

import pytest

from tests.tui import story
from tests.tui.quiet import quiet
from tests.tui.watched import Opened
from tuidl.preset.library import load_preset
from tuidl.tui.widgets.curves import Curves, loss_title, second_measure


async def test_an_empty_curve_says_what_will_be_drawn_and_offers_no_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Opened(quiet(monkeypatch, tmp_path), "cnn_digits") as watched:
        loss = watched.screen.query_one("#loss", Curves)
        other = watched.screen.query_one("#metric", Curves)
        assert [loss.title_now(), other.title_now()] == ["loss", "accuracy"]
        assert not loss.subtitle_now()
        await watched.handle(*story.middle())
        assert not loss.title_now()
        assert "log scale" in loss.subtitle_now()


def test_losses_of_both_networks_are_called_alike() -> None:
    preset = load_preset("gan_points")
    first = Curves("loss", "first", title=loss_title(preset))
    second = Curves(second_measure(preset), "second")
    assert (first.heading, second.heading) == ("discriminator loss", "generator loss")
