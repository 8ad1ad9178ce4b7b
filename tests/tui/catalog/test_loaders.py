"""Previews that fail in ways that nobody foresaw: they say so, and the next one comes."""

import threading
import time
from pathlib import Path

import pytest

from tests import helpers
from tuidl.tui.catalog.latest_only_worker import LatestOnlyWorker
from tuidl.tui.catalog.preset_loader import Loader
from tuidl.tui.catalog.run_loader import RunLoader
from tuidl.tui.previews.preview import Preview
from tuidl.tui.previews.run_preview import RunPreview
from tuidl.tui.previews.samples import Samples


class Told:
    """What a loader tells in its thread."""

    def __init__(self) -> None:
        self.previews: list[Preview | RunPreview] = []
        self._news = threading.Condition()

    def __call__(self, preview: Preview | RunPreview) -> None:
        with self._news:
            self.previews.append(preview)
            self._news.notify()

    def of(self, path: Path) -> Preview | RunPreview:
        with self._news:
            assert self._news.wait_for(lambda: any(p.path == path for p in self.previews), 60)
        return next(p for p in self.previews if p.path == path)


@pytest.mark.parametrize("error", [ValueError("\x1b[2J"), MemoryError(), RecursionError()],
                         ids=lambda error: type(error).__name__)  # fmt: skip
@pytest.mark.parametrize("what", [Preview, RunPreview], ids=["presets", "runs"])
def test_the_thread_outlives_what_it_stumbles_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: type, error: Exception
) -> None:
    told = Told()
    loader = Loader(told) if what is Preview else RunLoader(told)

    def fails(path: Path) -> None:
        raise error

    monkeypatch.setattr(what, "of", fails)
    for name in ("one.toml", "two.toml"):
        loader.ask(tmp_path / name)
        preview = told.of(tmp_path / name)
        assert preview.is_read, "no longer loading"
        assert type(error).__name__ in preview.problem
        assert preview.problem.isprintable()
    loader.close()


def test_the_same_request_once_more_waits_as_long_as_the_first() -> None:
    """Home asks again for the preset under the cursor with whatever comes."""
    worked: list[str] = []
    worker = LatestOnlyWorker(worked.append, 3600.0)

    def rests() -> bool:
        return bool(worked or worker._changed._waiters)  # type: ignore[attr-defined]

    for _ in range(3):
        worker.request("the same")
        while not rests():
            time.sleep(0.001)
    assert worked == []
    worker.close()


def test_samples_that_fail_are_a_problem_of_the_samples(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, told = tmp_path / "line.toml", Told()
    path.write_text(helpers.LINE)
    monkeypatch.setattr("tuidl.tui.previews.samples._chosen", lambda *a: [][1])
    loader = Loader(told)
    loader.ask(path)
    preview = told.of(path)
    assert isinstance(preview, Preview)
    for _ in range(3600):
        if preview.samples is not None:
            break
        time.sleep(0.05)
    assert isinstance(preview.samples, Samples)
    assert "IndexError" in preview.samples.problem
    loader.close()
