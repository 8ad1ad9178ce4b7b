"""The ways of an application to the editor of presets, and on to what was edited."""

from pathlib import Path

from tuidl.core.errors import RunError
from tuidl.preset.schema import Preset
from tuidl.storage.folder import RunFolder
from tuidl.tui.services.services import Services
from tuidl.tui.session.display import RunDisplay
from tuidl.tui.session.session import Session
from tuidl.tui.state import State
from tuidl.tui.terminal.plain_app import PlainApp


class EditingApp(PlainApp):
    """What the application must have for it stands first."""

    state: State
    session: Session
    services: Services

    def open(self, preset: Preset, folder: Path | None = None, paused: bool = True) -> None:
        """Show the training screen of a preset."""
        raise NotImplementedError

    def run_display(self) -> RunDisplay | None:
        """The screen of the run, at any place in the stack."""
        raise NotImplementedError

    def edit(self, preset: Preset) -> None:
        """Modify the preset of the run on the screen, and train the result in its place."""
        from tuidl.tui.screens.edit import EditScreen

        self.push_screen(EditScreen(preset, self.state), self._edited)

    def edit_file(self, path: Path) -> None:
        """Modify the preset in a file, whether it can be trained or not, and open the result."""
        from tuidl.tui.previews.preview import text_of

        self._edit_and_open(text_of(path), path.parent, path)

    def edit_text(self, text: str, folder: Path) -> None:
        """Modify the preset that is this text, and open the result."""
        self._edit_and_open(text, folder)

    def edit_run(self, path: Path) -> None:
        """Modify the preset of a stored run, and open the result as a run of its own."""
        try:
            preset = RunFolder(path).preset
        except RunError as error:
            self.warn(error)
        else:
            self._edit_and_open(preset, path)

    def _edit_and_open(self, text: str | Preset, folder: Path, path: Path | None = None) -> None:
        """``folder``: where the paths in the result start; ``path``: the file of the text."""
        from tuidl.tui.screens.edit import EditScreen

        def edited(preset: Preset | None) -> None:
            if preset is not None:
                self.open(preset, folder)

        self.push_screen(EditScreen(text, self.state, path=path), edited)

    def _edited(self, preset: Preset | None) -> None:
        """Start again from the edited preset, with the run before faintly behind its curves."""
        from tuidl.tui.screens.train import TrainScreen

        before = self.run_display()
        if preset is None or before is None:
            return
        previous = before.shown if before.shown.epochs_done else before.previous
        self.switch_screen(TrainScreen(preset, self.services, previous))
        self.call_after_refresh(self.load_shown, preset)

    def load_shown(
        self,
        preset: Preset,
        paused: bool = True,
        run: Path | None = None,
        learning_rate: float | None = None,
    ) -> None:
        """Have the engine load what a new screen shows, once it is drawn: whoever has pressed the
        key that trains by then need not press it again."""
        display = self.run_display()
        asked = display.shown.asked if display is not None else None
        self.session.load(preset, paused if asked is None else not asked, run, learning_rate)
