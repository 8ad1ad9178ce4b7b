"""Reading runs without making anyone wait: one thread, of which the newest wish comes first."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from tuidl.storage.contents import EVENTS, SUMMARY
from tuidl.tui.run_preview import RunPreview
from tuidl.tui.stumbles import unforeseen
from tuidl.tui.wishes import Wishes

PATIENCE = 0.06
"""Seconds that a run must stay chosen before it is read."""
MOST_KNOWN = 40


class RunLoader:
    """Previews by path. ``tell`` is called in the thread, when one has been read."""

    def __init__(self, tell: Callable[[RunPreview], None]) -> None:
        self._tell = tell
        self._known: OrderedDict[Path, tuple[object, RunPreview]] = OrderedDict()
        self._wishes: Wishes[Path] = Wishes(self._load, PATIENCE)

    def ask(self, path: Path) -> RunPreview:
        """What is known of a run now, which may be from before it went on; the rest follows."""
        age, preview = self._known.get(path, (None, RunPreview(path)))
        self._wishes.wish(path if age != age_of(path) else None)
        return preview

    def close(self) -> None:
        self._wishes.close()

    def _load(self, path: Path) -> None:
        age = age_of(path)
        try:
            preview = RunPreview.of(path)
        except Exception as error:  # the thread stays for the next preview
            preview = RunPreview(path, True, problem=unforeseen(error))
        self._known[path] = age, preview
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        if not self._wishes.is_closed:
            self._tell(preview)


def age_of(path: Path) -> object:
    """What changes whenever there is something new to say of a run."""
    ages = []
    for name in (EVENTS, SUMMARY):
        try:
            ages.append((path / name).stat().st_mtime_ns)
        except OSError:
            ages.append(0)
    return tuple(ages)
