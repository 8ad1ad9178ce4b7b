"""The runs listed again and again: only those that changed are looked at anew."""

import hashlib
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

from msgspec.structs import replace

from tuidl.runs.foreign import ForeignLogs
from tuidl.runs.listing import DAMAGED, Listed, listed_run
from tuidl.runs.settings import preset_text, settings_in
from tuidl.runs.stamps import SETTLED, Stamps, stamps_of
from tuidl.storage.locations import names, runs_folder

SECONDS_A_BATCH = 0.5
"""Until the first; each next one takes twice as long, as putting all in order takes longer too."""
FEWEST = 100
"""Runs of the first batch."""
POLITE, PAUSE = 25, 0.0005
"""Runs that are looked at again in a row, and seconds after them in which other threads have their
turn: nobody waits for the list, but a key that is pressed meanwhile would wait for the interpreter.
"""


class Relisting:
    """All runs with their settings, the newest first, as one process comes to know them, then the
    logs of ``others``. One thread at a time."""

    def __init__(self, others: ForeignLogs | None = None) -> None:
        self._others = others
        self._known: dict[str, tuple[Stamps, Listed]] = {}
        self._settings: dict[bytes, dict[str, Any]] = {}

    def batches(self) -> Iterator[list[Listed]]:
        """More and more of the runs, at last all; at once all where most are known. Raises
        RunError where their folder cannot be read."""
        found: list[Listed] = []
        last, first, wait = time.monotonic(), not self._known, SECONDS_A_BATCH
        before, self._known = self._known, {}
        own = filter(None, (self._look(name, before.get(name)) for name in names()))
        for number, run in enumerate(chain(own, self._others.look() if self._others else ())):
            found.append(run)
            if not first and number % POLITE == 0:
                time.sleep(PAUSE)
            late = time.monotonic() - last >= wait
            if first and (late or len(found) == FEWEST):
                yield list(found)
                last, wait = time.monotonic(), 2 * wait
        yield found

    def _look(self, name: str, before: tuple[Stamps, Listed] | None) -> Listed | None:
        """A run as it was listed if it has ended and nothing has changed, else looked at anew."""
        path = runs_folder() / name
        stamps = stamps_of(path)
        if before is not None and before[0] == stamps and before[1].state in SETTLED:
            self._known[name] = before
            return before[1]
        run = listed_run(path)
        if run is None:
            return None
        if run.state != DAMAGED:
            run = replace(run, settings=self._shared(preset_text(path)))
        self._known[name] = stamps, run
        return run

    def _shared(self, text: bytes) -> dict[str, Any]:
        """Runs of equal presets have one record of their settings."""
        key = hashlib.sha256(text).digest()
        found = self._settings.get(key)
        if found is None:
            found = self._settings[key] = settings_in(text)
        return found
