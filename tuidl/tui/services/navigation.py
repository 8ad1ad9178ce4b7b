"""The ways from one screen of the playground to another."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tuidl.preset.schema import Preset

if TYPE_CHECKING:
    from tuidl.logs.source import Source
    from tuidl.runs.joining import Joining


class Navigator(Protocol):
    """Opens and leaves screens at once, so that the next key finds the new one in front.

    The application implements it; screens get it in their constructors.
    """

    def open(self, preset: Preset, folder: Path | None = None, paused: bool = True) -> None:
        """Show the training screen of a preset. ``folder``: where its relative paths start;
        it is trained at once unless ``paused``."""

    def open_data(self, path: Path, overrides: tuple[str, ...] = ()) -> None:
        """Show a file of data or a folder of pictures, to have a preset proposed for it, with these
        KEY=VALUE texts."""

    def open_run(self, path: Path, preset: Preset, learning_rate: float | None = None) -> None:
        """Show the training screen of a stored run, ready to resume it."""

    def edit(self, preset: Preset) -> None:
        """Modify the preset of the run on the screen, and train the result in its place."""

    def edit_file(self, path: Path) -> None:
        """Modify the preset in a file, valid or not, and open the result."""

    def edit_text(self, text: str, folder: Path) -> None:
        """Modify the preset that is this text, and open the result."""

    def edit_run(self, path: Path) -> None:
        """Modify the preset of a stored run, and open the result as a run of its own."""

    def judge(self, path: Path) -> None:
        """Show how good a stored run is."""

    def leave_run(self) -> None:
        """Close the training screen."""

    def view(self, source: "Source") -> None:
        """Open the viewer on a log."""

    def refuse_view(self, is_current: bool, problem: str) -> None:
        """Close the viewer of a log that cannot be read. ``is_current``: it is in front."""

    def compare(self, paths: list[Path], joining: "Joining | None" = None) -> None:
        """Open the curves of many runs or logs, over each other; those that ``joining`` finds
        later join."""

    def leave_view(self) -> None:
        """Close the viewer, or the comparison."""
