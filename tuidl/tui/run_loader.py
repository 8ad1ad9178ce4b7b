"""Reading runs without making anyone wait: one thread, of which the newest wish comes first."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from tuidl.runs.folder import EVENTS, SUMMARY
from tuidl.tui.run_preview import RunPreview

PATIENCE = 0.06
"""Seconds that a run must stay chosen before it is read."""
MOST_KNOWN = 40


class RunLoader:
    """Previews by path. ``tell`` is called in the thread, when one has been read."""

    def __init__(self, tell: Callable[[RunPreview], None]) -> None:
        self._tell = tell
        self._known: OrderedDict[Path, tuple[object, RunPreview]] = OrderedDict()
        self._changed = threading.Condition()
        self._wanted: Path | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, path: Path) -> RunPreview:
        """What is known of a run now, which may be from before it went on; the rest follows."""
        age, preview = self._known.get(path, (None, RunPreview(path)))
        with self._changed:
            self._wanted = path if age != age_of(path) else None
            if self._wanted and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()
        return preview

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (path := self._next()) is not None:
            age = age_of(path)
            preview = RunPreview.of(path)
            self._known[path] = age, preview
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
            if not self._closed:
                self._tell(preview)

    def _next(self) -> Path | None:
        """The newest wish, once it has not changed for a moment; None at the end."""
        with self._changed:
            while not self._closed:
                wanted = self._wanted
                self._changed.wait(PATIENCE if wanted else None)
                if wanted and wanted is self._wanted and not self._closed:
                    self._wanted = None
                    return wanted
        return None


def age_of(path: Path) -> object:
    """What changes whenever there is something new to say of a run."""
    ages = []
    for name in (EVENTS, SUMMARY):
        try:
            ages.append((path / name).stat().st_mtime_ns)
        except OSError:
            ages.append(0)
    return tuple(ages)
