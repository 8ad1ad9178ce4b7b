"""What the measurement of keys waits for is what the screens say."""

import re
from html import unescape
from pathlib import Path

import pytest

from bench.keys import ACCENT, LATENT_ROUND, PLANE_ROUND, ROUND
from tuidl.plane.state import PlaneState
from tuidl.tui.screens import help as help_screen

SNAPSHOTS = Path(__file__).parents[1] / "tui" / "snapshots"


@pytest.fixture(scope="module")
def said() -> str:
    """All words of the pictures of screens, and of the help page."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SNAPSHOTS.iterdir())]
    texts = [unescape(re.sub("<[^>]*>", "", text)).replace("\xa0", " ") for text in texts]
    return "\n".join([*texts, Path(help_screen.__file__).read_text(encoding="utf-8")])


@pytest.mark.parametrize(("name", "wanted"), [(name, wanted) for name, _, wanted in ROUND])
def test_the_answer_of_each_key_is_on_some_screen(said: str, name: str, wanted: str) -> None:
    assert re.search(wanted.removeprefix(ACCENT), said), name


def test_the_answer_of_each_change_is_in_the_line_of_text() -> None:
    plain = PlaneState(shape="spiral")
    changed = [
        plain.with_(hidden=(5, 2)), plain, plain.with_(hidden=(4, 2, 2)), plain,
        plain.with_(rate=0.03), plain, plain.with_(put="A+0+0"), plain,
    ]  # fmt: skip
    patterns = [wanted for _, _, wanted in PLANE_ROUND if wanted]
    for state, wanted in zip(changed, patterns, strict=True):
        assert re.search(wanted, f"{state.line()} "), wanted
        assert state == plain or not re.search(wanted, f"{plain.line()} "), wanted


def test_the_answer_of_each_move_of_the_cursor_is_told_from_the_one_before() -> None:
    titles = ["decoded from (0.04, 0.00)", "decoded from (0.00, 0.00)",
              "decoded from (0.00, 0.12)", "decoded from (0.00, 0.00)",
              "decoded from (-0.04, 0.00)", "decoded from (0.00, 0.00)",
              "decoded from (0.00, -0.12)", "decoded from (0.00, 0.00)"]  # fmt: skip
    patterns = [wanted for _, _, wanted in LATENT_ROUND]
    for place, wanted in enumerate(patterns):
        assert re.search(wanted, titles[place]), wanted
        assert not re.search(wanted, titles[place - 1]), wanted
