"""Loading previews without making anyone wait: threads, of which the newest wish comes first."""

import threading
from collections.abc import Callable
from pathlib import Path

from tuidl.library import folder
from tuidl.tui.preview import Preview

PATIENCE = 0.12
"""Seconds that a preset must stay chosen before its examples are loaded."""


class Loader:
    """Previews by path. ``tell`` is called, in a thread, whenever one has got more complete.

    Only the newest wish counts: who runs down the list loads no data on the way. A load under way
    cannot be ended, but it only delays the next one's examples, never its text.
    """

    def __init__(self, tell: Callable[[Preview], None]) -> None:
        self._tell = tell
        self._known: dict[Path, Preview] = {}
        self._times: dict[Path, float] = {}
        self._changed = threading.Condition()
        self._wanted: Preview | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, path: Path) -> Preview:
        """What is known of a preset now; the rest follows."""
        if path not in self._known:
            self._times[path] = _time_of(path)
            self._known[path] = Preview.of(path) if self._is_quick(path) else Preview(path)
        preview = self._known[path]
        with self._changed:
            self._wanted = preview if preview.is_wanting else None
            if self._wanted and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()
        return preview

    def _is_quick(self, path: Path) -> bool:
        """Shipped presets take a millisecond; anyone else's may name a large table."""
        return path.parent == folder()

    def forget_changed(self) -> None:
        """Read files again that somebody has written since."""
        for path, time in list(self._times.items()):
            if _time_of(path) != time:
                del self._times[path], self._known[path]

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        while (preview := self._next()) is not None:
            if not preview.is_read:
                preview = Preview.of(preview.path)
                self._known[preview.path] = preview
                self._told(preview)
            if preview.wants_samples and preview.preset is not None:
                from tuidl.tui.samples import Samples  # with NumPy, which Home starts without

                preview.samples = Samples.of(preview.preset)
                self._told(preview)

    def _told(self, preview: Preview) -> None:
        if not self._closed:
            self._tell(preview)

    def _next(self) -> Preview | None:
        """The newest wish, once it has not changed for a moment; None at the end."""
        with self._changed:
            while not self._closed:
                wanted = self._wanted
                self._changed.wait(PATIENCE if wanted else None)
                if wanted and wanted is self._wanted and not self._closed:
                    self._wanted = None
                    return wanted
        return None


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
