"""What changes stored runs: names, notes and tags, deleting and its undo."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from tuidl.core.errors import RunError, TuidlError
from tuidl.runs.deleted import DeletedRuns, sweep
from tuidl.runs.renaming import name_problem, rename
from tuidl.storage.folder import RunFolder
from tuidl.storage.labels import Label as Words
from tuidl.storage.labels import read_label, write_label
from tuidl.tui.messages import RunsChanged
from tuidl.tui.terminal.plain_app import PlainApp

LONGEST_WAIT = 120.0
"""Seconds for a run that is discarded to stop: a step and a save may take long."""
LOOK_EVERY = 0.1


class RunChanges:
    """Every problem becomes a notice of ``app``; its screens hear of changes by ``RunsChanged``."""

    def __init__(self, app: PlainApp) -> None:
        self._app = app
        self._deleted = DeletedRuns()
        self._discarding: list[Path] = []
        """Runs that are still to stop before they are deleted."""

    def sweep(self) -> None:
        """Remove what an earlier session that ended badly had deleted."""
        self._app.run_worker(sweep, thread=True)

    def close(self) -> None:
        """Delete for good. The engine must have ended."""
        self._deleted.take(self._discarding)
        self._deleted.close()

    # --- words --------------------------------------------------------------------------------

    def rename(self, path: Path) -> None:
        """Ask for another name of a run."""

        def named(name: str) -> Path:
            return rename(path, name)

        if self._is_gone(path):
            return
        hint = "what commands call it by"
        self._ask(f"Rename {path.name}", path.name, hint, named, name_problem)

    def note(self, path: Path) -> None:
        """Ask for a note beside a run."""
        self._label(path, f"Note on {path.name}", lambda label: label.note, Words.noted)

    def tag(self, path: Path) -> None:
        """Ask for the tags of a run."""

        def tagged(label: Words, text: str) -> Words:
            return replace(label, tags=()).tagged(tuple(text.replace(",", " ").split()))

        self._label(path, f"Tags of {path.name}", lambda label: " ".join(label.tags), tagged)

    def pin(self, paths: Sequence[Path]) -> None:
        """Pin runs, or unpin them where all of them are pinned."""
        labels = {path: _label_of(path) for path in paths if not self._is_gone(path)}
        if not labels:
            return
        pinned = not all(label.pinned for label in labels.values())
        for path, label in labels.items():
            try:
                write_label(path, replace(label, pinned=pinned))
            except TuidlError as error:
                self._app.warn(error)
        self._tell()

    def _is_gone(self, path: Path) -> bool:
        """Whether a run was deleted or moved since it was listed, which is said then; the lists are
        renewed."""
        if path.is_dir():
            return False
        undone = "; u brings back what was deleted here" if self._deleted else ""
        self._app.warn(f"{path.name} is not there any more: deleted or moved{undone}")
        self._tell()
        return True

    def _label(
        self,
        path: Path,
        title: str,
        shown: Callable[[Words], str],
        changed: Callable[[Words, str], Words],
    ) -> None:
        if self._is_gone(path):
            return
        label = _label_of(path)

        def problem(text: str) -> str:
            try:
                changed(label, text)
            except RunError as error:
                return str(error)
            return ""

        def entered(text: str) -> Path:
            write_label(path, changed(label, text))
            return path

        self._ask(title, shown(label), "found by / and by tuidl runs", entered, problem)

    def _ask(
        self,
        title: str,
        text: str,
        hint: str,
        then: Callable[[str], Path],
        check: Callable[[str], str],
    ) -> None:
        from tuidl.tui.dialogs.ask_text import AskTextScreen

        def entered(said: str | None) -> None:
            if said is None:
                return
            try:
                self._tell(then(said))
            except TuidlError as error:
                self._app.warn(error)

        self._app.push_screen(AskTextScreen(title, text, hint, check), entered)

    # --- deleting -----------------------------------------------------------------------------

    def delete(self, paths: Sequence[Path]) -> None:
        """Delete runs, once the user has agreed."""
        from tuidl.tui.dialogs.delete import DeleteScreen

        def agreed(yes: bool | None) -> None:
            if yes:
                self._app.run_worker(lambda: self._take(paths), thread=True)

        self._app.push_screen(DeleteScreen([path.name for path in paths]), agreed)

    def _take(self, paths: Sequence[Path]) -> None:
        """In a thread."""
        problems = self._deleted.take(paths)
        done = len(paths) - len(problems)
        which = paths[0].name if len(paths) == 1 else f"{done} runs"
        words = f"deleted {which}; u among the runs undoes it, until tuidl is left" if done else ""
        self._app.call_from_thread(self._done, words, problems)

    def undo(self) -> None:
        """Put back what was deleted last."""

        def work() -> None:
            back, problems = self._deleted.undo()
            which = back[0].name if len(back) == 1 else f"{len(back)} runs"
            self._app.call_from_thread(
                self._done, f"{which}: there again" if back else "", problems
            )

        if self._deleted:
            self._app.run_worker(work, thread=True)
        else:
            self._app.notify("Nothing was deleted since tuidl was started.")

    def discard(self, path: Path) -> None:
        """Delete a run as soon as the engine, which was told to stop, has let go of it."""
        self._discarding.append(path)

        def work() -> None:
            end = time.monotonic() + LONGEST_WAIT
            while _is_running(path) and time.monotonic() < end:
                time.sleep(LOOK_EVERY)
            if path in self._discarding:
                self._discarding.remove(path)
                self._take([path])

        self._app.run_worker(work, thread=True)

    def _done(self, words: str, problems: Sequence[str]) -> None:
        if words:
            self._app.notify(words, markup=False)
        for problem in problems:
            self._app.warn(problem)
        self._tell()

    def _tell(self, chosen: Path | None = None) -> None:
        for screen in self._app.screen_stack:
            screen.post_message(RunsChanged(chosen))


def _label_of(path: Path) -> Words:
    """A damaged one is written anew."""
    try:
        return read_label(path)
    except RunError:
        return Words()


def _is_running(path: Path) -> bool:
    try:
        return RunFolder(path).is_running
    except RunError:
        return False
