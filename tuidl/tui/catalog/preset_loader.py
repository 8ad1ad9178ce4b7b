"""Loads previews in a thread, the latest request first, while the screen stays alive."""

from collections.abc import Callable
from pathlib import Path

from tuidl.preset.library import folder
from tuidl.tui.catalog.latest_only_worker import LatestOnlyWorker
from tuidl.tui.previews.preview import Preview
from tuidl.tui.session.reported_errors import unforeseen

PATIENCE = 0.12
"""Seconds that a preset must stay chosen before its examples are loaded."""


class Loader:
    """Previews by path. ``send`` passes one on, in a thread, whenever it has become more complete.

    Only the latest request counts: running down the list loads no data on the way. A load under
    way cannot be ended, but it only delays the next one's examples, never its text.
    """

    def __init__(self, send: Callable[[Preview], None]) -> None:
        self._send = send
        self._known: dict[Path, Preview] = {}
        self._times: dict[Path, float] = {}
        self._worker: LatestOnlyWorker[Preview] = LatestOnlyWorker(self._load, PATIENCE)

    def ask(self, path: Path) -> Preview:
        """The preview as known now; ``send`` passes on the rest."""
        if path not in self._known:
            self._times[path] = _time_of(path)
            self._known[path] = _read(path) if self._is_quick(path) else Preview(path)
        preview = self._known[path]
        self._worker.request(preview if preview.is_wanting else None)
        return preview

    def _is_quick(self, path: Path) -> bool:
        """Shipped presets take a millisecond; others may name a large table."""
        return path.parent == folder()

    def forget_changed(self) -> None:
        """Read files again that have been written since."""
        for path, time in list(self._times.items()):
            if _time_of(path) != time:
                del self._times[path], self._known[path]

    def close(self) -> None:
        self._worker.close()

    def _load(self, preview: Preview) -> None:
        if not preview.is_read:
            preview = _read(preview.path)
            self._known[preview.path] = preview
            self._pass_on(preview)
        if preview.wants_samples and preview.preset is not None:
            from tuidl.tui.previews.samples import Samples  # with NumPy, which Home starts without

            try:
                preview.samples = Samples.of(preview.preset)
            except Exception as error:  # the thread stays for the next preview
                preview.samples = Samples(problem=unforeseen(error))
            self._pass_on(preview)

    def _pass_on(self, preview: Preview) -> None:
        if not self._worker.is_closed:
            self._send(preview)


def _read(path: Path) -> Preview:
    """The preview of a preset; an unforeseen error becomes its problem."""
    try:
        return Preview.of(path)
    except Exception as error:
        return Preview(path, True, problem=unforeseen(error))


def _time_of(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
