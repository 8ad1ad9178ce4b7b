"""Memory that runs out all the same: one line, and what was trained is kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import helpers
from tests.runs.kept import resume, sha, start
from tuidl import cli
from tuidl.backends.cpu import CpuEngine
from tuidl.cli import headless
from tuidl.data.linear import Linear
from tuidl.model.model import Model
from tuidl.protocol.events import RunEnded, RunFailed
from tuidl.runs import recorder
from tuidl.storage import snapshot_files, tensors
from tuidl.storage.folder import RunFolder
from tuidl.training import epoch_loop, snapshots, state
from tuidl.training.early_stopping import EarlyStopper
from tuidl.training.start import trainer_for

PRESET = helpers.preset(helpers.LINE, "training.epochs=8")
ASKED = "Unable to allocate 1.19 GiB for an array with shape (20000, 16000)"


def after(calls: int, real: Callable[..., Any]) -> Callable[..., Any]:
    """``real``, until it has been called so often."""
    left = [calls]

    def called(*arguments: Any, **options: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise MemoryError(ASKED)
        return real(*arguments, **options)

    return called


def writing_half(arrays: Any, metadata: Any) -> Iterator[bytes]:
    yield b"half of a file"
    raise MemoryError(ASKED)


PLACES: dict[str, tuple[Any, str, int]] = {
    "a step": (CpuEngine, "run", 9),
    "an evaluation": (epoch_loop, "evaluate", 4),
    "the order of an epoch": (state, "permutation", 4),
    "the lengths of gradients": (epoch_loop, "gradient_norms", 4),
    "the best epoch": (EarlyStopper, "epoch_ended", 4),
    "a snapshot": (snapshots, "take", 4),
    "a checkpoint that is written": (snapshot_files, "write_checked", 4),
    "the last evaluation": (EarlyStopper, "restore", 0),
    "the weights at the end": (recorder, "write_weights", 4),
}
"""Where it runs out, and after how many calls of what."""


@pytest.mark.parametrize("place", PLACES)
def test_at_any_place_it_is_one_line_and_the_run_goes_on_afterwards(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, whole = trainer_for(PRESET).run()
    with monkeypatch.context() as patched:
        owner, name, calls = PLACES[place]
        patched.setattr(owner, name, after(calls, getattr(owner, name)))
        last = start(PRESET, tmp_path / "run", every=2)
    assert isinstance(last, RunFailed)
    assert last.error.startswith(f"out of memory ({ASKED})")
    assert "\n" not in last.error
    summary = RunFolder(tmp_path / "run").summary
    assert summary is not None
    assert summary.ended == last
    assert '"run_failed"' in (tmp_path / "run" / "events.jsonl").read_text().splitlines()[-1]
    assert sha(resume(tmp_path / "run")) == sha(whole)


def test_amid_a_file_that_is_written_the_older_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(PRESET, tmp_path / "run", stop_after=9, every=2)
    before = sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(tensors, "pieces", writing_half)
        last = resume(tmp_path / "run")
    assert isinstance(last, RunFailed)
    assert sorted(path.name for path in (tmp_path / "run" / "checkpoints").iterdir()) == before
    assert isinstance(resume(tmp_path / "run"), RunEnded)


@pytest.mark.parametrize(
    ("owner", "name"), [(Linear, "load"), (Model, "_set_first_values"), (headless, "trainer_for")]
)
def test_before_the_first_step_the_command_ends_with_1(
    owner: Any,
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    codes: list[int] = []

    def left(code: int) -> None:
        codes.append(code)
        raise SystemExit(code)

    monkeypatch.setattr("os._exit", left)
    monkeypatch.setattr(owner, name, after(0, getattr(owner, name)))
    with pytest.raises(SystemExit):
        cli.main(["linear_regression", "--no-ui", "--out", str(tmp_path / "run")])
    assert codes == [1]
    told = capfd.readouterr().err.splitlines()
    assert [line for line in told if "error" in line] == [
        f"tuidl: error: out of memory ({ASKED}); smaller layers, a smaller training.batch_size "
        "or fewer examples need less"
    ]
    assert not any("Traceback" in line for line in told)


def test_a_fold_that_finds_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preset = helpers.preset(helpers.LINE, "training.epochs=2", "training.folds=3")
    monkeypatch.setattr(Model, "__init__", after(1, Model.__init__))
    last = start(preset, tmp_path / "run", every=2)
    assert isinstance(last, RunFailed)
    assert last.error.startswith("out of memory")
    monkeypatch.undo()
    assert isinstance(resume(tmp_path / "run"), RunEnded)
