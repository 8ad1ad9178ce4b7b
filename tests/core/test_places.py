"""The user's own folders, also of users who have no home."""

import os
from pathlib import Path

import pytest

from tuidl.core.user_folders import HOMELESS, expanded, user_folder

KINDS = ("cache", "config", "data", "log")
VARIABLES = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The current folder of a user whom the system does not know, as in some containers."""
    import pwd

    def unknown(number: int) -> None:
        raise KeyError(number)

    for name in ("HOME", "TUIDL_RUNS_DIR", *VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_home_nothing_is_made_in_the_current_folder(homeless: Path, kind: str) -> None:
    place = user_folder(kind)  # type: ignore[arg-type]
    assert place.is_relative_to(HOMELESS)
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        place.mkdir(parents=True)
    assert os.listdir(homeless) == []


def test_without_a_home_there_are_no_runs_and_no_state(homeless: Path) -> None:
    from tuidl.core.errors import RunError
    from tuidl.storage.locations import find, names
    from tuidl.tui.state import State

    assert names() == []
    with pytest.raises(RunError, match="HOME is not set"):
        find("mine")
    State(theme="monochrome").save()
    assert State.load() == State()
    assert os.listdir(homeless) == []


@pytest.mark.parametrize(("kind", "variable"), list(zip(KINDS, VARIABLES, strict=True)))
def test_folders_are_the_platforms(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, variable: str
) -> None:
    monkeypatch.setenv(variable, str(tmp_path))
    assert user_folder(kind).is_relative_to(tmp_path / "tuidl")  # type: ignore[arg-type]


def test_a_home_that_is_unknown_is_a_name_like_others() -> None:
    assert expanded("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert expanded("~/x") == Path.home() / "x"
    assert expanded("x/~") == Path("x/~")
