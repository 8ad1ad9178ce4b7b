"""Run folders that somebody else made: whatever a file in them is, nothing outside of them is
touched, nothing waits for ever, and each problem is one line."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import helpers
from tests.runs import hostile
from tests.runs.hostile import Make, Outside, alarm
from tests.runs.kept import start
from tuidl.cli import cli
from tuidl.core.errors import PresetError, RunError, TuidlError
from tuidl.preset.schema import Preset
from tuidl.runs import overview
from tuidl.runs.results import trained
from tuidl.storage.arrays import write_weights
from tuidl.storage.contents import BEST, START
from tuidl.storage.folder import RunFolder
from tuidl.tui.previews.run_preview import RunPreview

PRESET = helpers.preset(helpers.LINE, "training.epochs=4", "training.early_stopping={patience=3}")
NAME = "line-20260101-120000"
FILES = (
    "run.json", "preset.toml", "events.jsonl", "summary.json", ".lock", "checkpoints",
    "start.safetensors", "start.safetensors.sha256", "best.safetensors", "best.safetensors.sha256",
    "weights.safetensors", "weights.safetensors.sha256", "checkpoints/NEWEST",
    "checkpoints/NEWEST.sha256", "checkpoints/OLDEST",
)  # fmt: skip
PATIENCE = 60


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interrupted run that has every file that a run can have."""
    place = tmp_path_factory.mktemp("whole") / NAME
    start(PRESET, place, stop_after=9, every=2)
    weights = trained(RunFolder(place))
    for name in (START, BEST):
        if not (place / name).exists():
            write_weights(place / name, weights, {"run": NAME})
    assert {str(path.relative_to(place)) for path in place.rglob("*")} >= {
        name for name in FILES if "EST" not in name
    }
    return place


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path / "outside")


@pytest.fixture
def run(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUIDL_RUNS_DIR", str(tmp_path / "runs"))
    np.save(tmp_path / "input.npy", np.zeros((1, 1), np.float32))
    return shutil.copytree(whole, tmp_path / "runs" / NAME)


def place_of(run: Path, name: str) -> Path:
    checkpoints = sorted((run / "checkpoints").glob("*.safetensors"))
    name = name.replace("NEWEST", checkpoints[-1].name).replace("OLDEST", checkpoints[0].name)
    return run / name


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says, the message of its error included; anything else fails."""
    error = ""
    with alarm(PATIENCE):
        try:
            cli.main([*arguments], prog_name="tuidl", standalone_mode=False)
        except SystemExit:
            pass
        except TuidlError as problem:
            error = str(problem)
            assert "\n" not in error, error
    spoken = capsys.readouterr()
    assert "Traceback" not in spoken.err + spoken.out
    return spoken.out + spoken.err + error


@pytest.mark.parametrize("make", hostile.KINDS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", FILES)
def test_nothing_outside_is_touched_and_nothing_hangs(
    name: str, make: Make, run: Path, outside: Outside, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make(place_of(run, name), outside)
    before = outside.snapshot()
    listing = said(capsys, "runs")
    assert sum(NAME in line.split()[:1] for line in listing.splitlines()) == 1
    with alarm(PATIENCE):
        preview = RunPreview.of(run)
        assert "\n" not in preview.problem
        (shelved,) = overview.Overview().look()
        assert shelved.path == run
    out = str(tmp_path / "out")
    for arguments in (
        ("view", NAME, "--no-ui"),
        ("compare", NAME, NAME),
        ("predict", NAME, str(tmp_path / "input.npy")),
        ("predict", NAME, str(tmp_path / "input.npy"), "--weights", "best"),
        ("export", NAME, "--to", "safetensors", "--out", out),
        ("resume", NAME, "--no-ui"),
    ):
        said(capsys, *arguments)
        assert outside.snapshot() == before, arguments
    with alarm(PATIENCE):
        overview.delete(run)
    assert not run.exists()
    assert outside.snapshot() == before


@pytest.mark.parametrize("name", ["run.json", "preset.toml", "events.jsonl", "start.safetensors"])
@pytest.mark.parametrize("make", [hostile.link_to_a_device, hostile.pipe, hostile.link_outside],
                         ids=lambda make: make.__name__)  # fmt: skip
@pytest.mark.parametrize("command", ["verify", "replay"])
def test_what_trains_again_touches_nothing_either(
    command: str, name: str, make: Make, run: Path, outside: Outside,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make(place_of(run, name), outside)
    before = outside.snapshot()
    text = said(capsys, command, NAME)
    assert str(place_of(run, name)) in text
    assert outside.snapshot() == before


@pytest.mark.parametrize(
    ("name", "make", "command", "words"),
    [
        ("run.json", hostile.link_outside, "runs", "a link, which is not followed, not a file"),
        ("run.json", hostile.pipe, "runs", "a named pipe, not a file"),
        ("run.json", hostile.huge, "runs", "bytes; expected at most"),
        ("run.json", hostile.folder, "resume", "Is a directory, not a file"),
        ("summary.json", hostile.link_to_a_device, "runs", "a link, which is not followed"),
        ("preset.toml", hostile.bound_socket, "resume", "a socket, not a file"),
        ("events.jsonl", hostile.link_outside, "resume", "a link, which is not followed"),
        ("events.jsonl", hostile.hard_link, "resume", "has a second name (a hard link)"),
        ("events.jsonl", hostile.huge, "compare", "bytes; expected at most"),
        ("events.jsonl", hostile.pipe, "view", "a named pipe, not a file"),
        ("checkpoints", hostile.link_outside, "resume", "a link, which is not followed"),
        ("checkpoints", hostile.pipe, "resume", "a named pipe, not a folder"),
        (".lock", hostile.link_outside, "resume", "a link, which is not followed"),
        (".lock", hostile.dangling_link, "resume", "a link, which is not followed"),
        ("weights.safetensors", hostile.pipe, "predict", "a named pipe, not a file"),
        ("weights.safetensors.sha256", hostile.huge, "export", "bytes; expected at most"),
    ],
)
def test_the_line_names_the_file_and_what_it_is(
    name: str, make: Make, command: str, words: str, run: Path, outside: Outside, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    make(run / name, outside)
    arguments = {
        "runs": ("runs",),
        "resume": ("resume", NAME, "--no-ui"),
        "view": ("view", NAME, "--no-ui"),
        "compare": ("compare", NAME, NAME),
        "predict": ("predict", NAME, str(tmp_path / "input.npy")),
        "export": ("export", NAME, "--to", "safetensors", "--out", str(tmp_path / "out")),
    }
    text = said(capsys, *arguments[command])
    (line,) = [line for line in text.splitlines() if words in line]
    assert str(run / name) in line


def test_a_checkpoint_that_is_none_is_passed_over(
    run: Path, outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = place_of(run, "checkpoints/NEWEST")
    hostile.huge(newest, outside)
    text = said(capsys, "resume", NAME, "--no-ui")
    assert f"passed over: {newest}: " in text
    assert RunFolder(run).outcome is not None


def test_a_run_whose_empty_folder_of_checkpoints_was_left_out_goes_on(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(run / "checkpoints")
    said(capsys, "resume", NAME, "--no-ui")
    assert RunFolder(run).outcome is not None
    assert list((run / "checkpoints").iterdir())


def test_only_names_that_tuidl_gives_are_tidied(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run / "checkpoints"
    kept = {".bashrc", ".000001.safetensors", ".000001.safetensors.12x", "1.safetensors",
            "000001.safetensors.old", ".x.000001.safetensors.12", "01.safetensors"}  # fmt: skip
    ours = {".000001.safetensors.12", ".000001.safetensors.sha256.0123456789abcdef"}
    for name in kept | ours:
        (folder / name).write_text("x")
    said(capsys, "resume", NAME, "--no-ui", "--save-every", "1")
    assert RunFolder(run).outcome is not None
    left = {path.name for path in folder.iterdir()}
    assert kept <= left
    assert not ours & left


def test_a_link_among_the_runs_is_followed_but_not_deleted(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = shutil.move(run, tmp_path / "elsewhere")
    run.symlink_to(moved)
    assert NAME in said(capsys, "runs")
    said(capsys, "resume", NAME, "--no-ui")
    assert RunFolder(run).outcome is not None
    with pytest.raises(RunError, match="left alone"):
        overview.delete(run)
    assert (Path(moved) / "run.json").exists()


def test_deleting_takes_links_and_not_what_they_lead_to(run: Path, outside: Outside) -> None:
    before = outside.snapshot()
    (run / "checkpoints" / "more").symlink_to(outside.folder)
    (run / "link").symlink_to(outside.file)
    overview.delete(run)
    assert not run.exists()
    assert outside.snapshot() == before


@pytest.mark.parametrize("name", FILES)
def test_what_must_not_be_read_is_named(
    name: str, run: Path, outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place_of(run, name)
    path.chmod(0)
    try:
        if os.access(path, os.R_OK):
            pytest.skip("root may read everything")
        assert NAME in said(capsys, "runs")
        said(capsys, "view", NAME, "--no-ui")
        text = said(capsys, "resume", NAME, "--no-ui")
        if "Permission denied" in text:
            assert str(path) in text
        elif name in ("run.json", "preset.toml", "events.jsonl", ".lock", "checkpoints"):
            pytest.fail(text)
    finally:
        if path.exists():
            path.chmod(0o700)


@pytest.mark.parametrize("make", hostile.KINDS[2:-1], ids=lambda make: make.__name__)
def test_presets_and_the_weights_that_they_name_do_not_hang(
    make: Make, tmp_path: Path, outside: Outside
) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(helpers.LINE)
    make(path, outside)
    with alarm(PATIENCE), pytest.raises(PresetError) as caught:
        Preset.load(path)
    assert str(path) in str(caught.value)
    weights = tmp_path / "hostile.safetensors"
    make(weights, outside)
    preset = helpers.preset(helpers.LINE, f"weights.from={str(weights)!r}")
    with alarm(PATIENCE), pytest.raises(PresetError) as caught:
        start(preset, tmp_path / "run")
    assert weights.name in str(caught.value)
    assert "\n" not in str(caught.value)
