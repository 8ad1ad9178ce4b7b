"""Reads stored runs in a thread, the latest request first, while the screen stays alive."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from tuidl.storage.contents import CHANGED, EVENTS, LABEL, SUMMARY
from tuidl.tui.catalog.latest_only_worker import LatestOnlyWorker
from tuidl.tui.previews.run_preview import RunPreview
from tuidl.tui.session.reported_errors import unforeseen

PATIENCE = 0.06
"""Seconds that a run must stay chosen before it is read."""
MOST_KNOWN = 40


class RunLoader:
    """Previews by path. ``send`` passes one on, in the thread, once it has been read."""

    def __init__(self, send: Callable[[RunPreview], None]) -> None:
        self._send = send
        self._known: OrderedDict[Path, tuple[object, RunPreview]] = OrderedDict()
        self._worker: LatestOnlyWorker[Path] = LatestOnlyWorker(self._load, PATIENCE)

    def ask(self, path: Path) -> RunPreview:
        """The preview as known now, which may be out of date; ``send`` passes on the new one."""
        age, preview = self._known.get(path, (None, RunPreview(path)))
        self._worker.request(path if age != age_of(path) else None)
        return preview

    def close(self) -> None:
        self._worker.close()

    def _load(self, path: Path) -> None:
        age = age_of(path)
        try:
            preview = RunPreview.of(path)
        except Exception as error:  # the thread stays for the next preview
            preview = RunPreview(path, True, problem=unforeseen(error))
        self._known[path] = age, preview
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        if not self._worker.is_closed:
            self._send(preview)


def age_of(path: Path) -> object:
    """A value that changes whenever the files of a run do."""
    ages = []
    for name in (EVENTS, SUMMARY, LABEL, CHANGED):
        try:
            ages.append((path / name).stat().st_mtime_ns)
        except OSError:
            ages.append(0)
    return tuple(ages)
