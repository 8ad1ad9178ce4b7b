"""Modifies a preset: a form beside its text, kept in step and checked while typing."""

from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.events import DescendantFocus, Resize
from textual.widgets import Static, TextArea

from tuidl.charts.grid import ASCII
from tuidl.core.own_files import reason_of
from tuidl.preset.rates import with_rate
from tuidl.preset.schema import LARGEST_FILE, Preset
from tuidl.preset.toml_edit import dumps
from tuidl.preset.toml_lines import line_of, path_at
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.dialog import Once
from tuidl.tui.editor.changes import Changes
from tuidl.tui.editor.draft import Draft, large_file
from tuidl.tui.editor.rows import Row, parsed
from tuidl.tui.editor.saving import edited_text, named, saved_text
from tuidl.tui.screens.edit_words import hint_of, status_of, title_of
from tuidl.tui.services.finding_rate import ask_for_rate
from tuidl.tui.state import State
from tuidl.tui.terminal.plain import plain
from tuidl.tui.widgets.chart import looks_of
from tuidl.tui.widgets.form import Form, FormList
from tuidl.tui.widgets.key_line import KeyLine
from tuidl.tui.widgets.toml_area import TomlArea

NARROW = 100
KEYS = """\
up, down    from row to row              enter   change a value, open a layer
left, right the value before, the next   delete  the default again
0 to 9      type a number                space   a layer on or off
a           add a layer below            d       delete it
shift+up, shift+down   move a layer      ctrl+z  undo, ctrl+y: redo
ctrl+r      train this                   ctrl+s  save as a file
ctrl+l      suggest a learning rate      esc     back
f2          the form, or the text
?, f1       what the row under the cursor means"""


class EditScreen(Once[Preset | None]):
    """Ends with the modified preset, or None. The text is what counts: the form changes it."""

    BINDINGS: ClassVar = [
        Binding("ctrl+r", "train", "train", priority=True),
        Binding("ctrl+s", "save", "save", priority=True),
        Binding("ctrl+l", "find_rate", "find a rate", priority=True),
        Binding("f2", "other", "other", priority=True),
        Binding("escape", "cancel", "back", priority=True),
    ]
    keys = KEYS

    def __init__(self, given: str | Preset, state: State, *, path: Path | None = None) -> None:
        super().__init__()
        text = dumps(given.table()) if isinstance(given, Preset) else given
        self._state = state
        self._path, self._folder = path, Path()
        if path is not None:
            text, self._folder = edited_text(text, path)
        self._kept = text
        self._read: set[tuple[Path, float]] = set()
        """Large files whose examples are known, with their times."""
        self._reading: tuple[Path, float] | None = None
        large = large_file(text, self._folder)
        self.draft = Draft.reading(text, large[0]) if large else Draft.of(text, self._folder)

    def compose(self) -> ComposeResult:
        yield Static("", id="title")
        with Horizontal(id="sides"):
            yield Form(id="form")
            yield TomlArea(self._kept, id="text")
        yield Static("", id="hint")
        yield Static("", id="problem")
        yield KeyLine()

    def on_mount(self) -> None:
        if not self.is_composed:
            return
        self.form.border_title, self.form.border_subtitle = "form", "f2: text"
        self.area.border_title, self.area.border_subtitle = "text (TOML)", "f2: form"
        (self.form.list if self.draft.table else self.area).focus()
        self._show(self._checked(self._kept))
        if self.draft.line is not None:
            self.area.move_cursor((self.draft.line, 0))

    @property
    def form(self) -> Form:
        return self.query_one(Form)

    @property
    def area(self) -> TomlArea:
        return self.query_one(TomlArea)

    @property
    def is_changed(self) -> bool:
        return self.area.text != self._kept

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width < NARROW, "-narrow")

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.set_class(self.focused is self.area, "-text")

    # --- both sides in step -------------------------------------------------------------------

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self.show_now()

    def show_now(self) -> None:
        """Check the text as it is now, unless that has been done."""
        if self.area.text != self.draft.text:
            self._show(self._checked(self.area.text))

    def _checked(self, text: str) -> Draft:
        """The draft of the text, without its examples while a thread still reads those."""
        large = large_file(text, self._folder)
        if large is None or large in self._read:
            return Draft.of(text, self._folder)
        if self._reading is None:
            self._reading = large
            self.run_worker(partial(self._read_examples, text, large), thread=True)
        return Draft.reading(text, large[0])

    def _read_examples(self, text: str, large: tuple[Path, float]) -> None:
        """In a thread: what was read is kept by the source of the data, for the next check."""
        Draft.of(text, self._folder)
        self.app.call_later(self._was_read, large)

    def _was_read(self, large: tuple[Path, float]) -> None:
        self._read.add(large)
        self._reading = None
        if self.is_attached:
            self._show(self._checked(self.area.text))

    def _show(self, draft: Draft) -> None:
        """Update all that depends on the text."""
        nodes = draft.nodes if draft.preset else {}
        self.draft = draft
        self.area.mark(draft.line)
        self.form.list.show(draft.table, nodes, draft.path, draft.table is None)
        self._show_message(status_of(draft), bool(draft.problem))
        self.query_one("#title", Static).update(plain(title_of(draft, self._path, self.is_changed)))

    def _show_message(self, text: str, is_bad: bool) -> None:
        sign = "✗ " if is_bad else "✓ "
        if not looks_of(self)[1]:
            sign, text = "! " if is_bad else "", text.translate(ASCII)
        problem = self.query_one("#problem", Static)
        problem.set_class(is_bad, "-bad")
        problem.update(plain(sign + text))

    def on_form_list_moved(self) -> None:
        row = self.form.list.row
        if row is None:
            return
        hint = hint_of(row)
        hint = hint if looks_of(self)[1] else hint.replace("·", "-").translate(ASCII)
        self.query_one("#hint", Static).update(plain(hint))
        line = line_of(self.area.text, row.path)
        if line is not None and self.focused is not self.area:
            self.area.move_cursor((line, 0), center=True)

    def propose(self, text: str, row: Row) -> bool:
        """Change the text as the form wants it; refused where the row itself would be wrong."""
        draft = self._checked(text)
        if draft.problem and draft.path == row.path and draft.path != self.draft.path:
            self._show_message(draft.problem, True)
            return False
        self.area.become(text)
        self.show_now()
        return True

    def _can_change(self) -> bool:
        """Whether the form's rows are those of the text as it is now."""
        self.show_now()
        if self.draft.table is None:
            self.warn("The text is not valid TOML now: correct it first (f2).")
        return self.draft.table is not None

    def on_form_list_wanted(self, event: FormList.Wanted) -> None:
        if event.what in ("undo", "redo"):
            self._undo(is_undo=event.what == "undo")
        elif not self._can_change():
            return
        elif row := self.form.list.found(event.row):
            Changes(self).do(event.what, row, event.typed)

    def _undo(self, *, is_undo: bool) -> None:
        """Take the last change back, whichever side made it, or make it again; go where it was."""
        before = self.area.text
        self.area.undo() if is_undo else self.area.redo()
        self.show_now()
        if self.area.text == before:
            self.notify("Nothing to undo." if is_undo else "Nothing to make again.")
        elif path := path_at(self.area.text, self.area.cursor_location[0]):
            if path[0] == "layers" and len(path) > 2:
                self.form.list.open(int(path[1]))
            self.form.list.go_to(path)

    def on_form_entered(self, event: Form.Entered) -> None:
        row = self.form.list.found(event.row) if self._can_change() else None
        is_done = row is None or row.field is None
        if row is not None and row.field is not None:
            is_done = Changes(self).set_value(row, parsed(event.text, row.field))
        if is_done:
            self.form.end()

    def choose(self, title: str, choices: dict[str, str], current: str, then: Any) -> None:
        """Ask for one of ``choices`` and call ``then`` with it."""

        def chosen(name: str | None) -> None:
            if name is not None:
                then(name)

        self.app.push_screen(ChooseScreen(title, choices, current), chosen)

    def warn(self, text: str, title: str = "", bad: bool = True) -> None:
        """Show a notice, without markup."""
        self.notify(text, title=title, severity="error" if bad else "information", markup=False)

    # --- keys ---------------------------------------------------------------------------------

    def action_other(self) -> None:
        (self.form.list if self.focused is self.area else self.area).focus()

    def action_train(self) -> None:
        if self.draft.preset is None:
            self.warn(self.draft.message, title="Not yet")
        else:
            self.end(self.draft.preset)

    def action_find_rate(self) -> None:
        if self.draft.preset is None:
            self.warn(self.draft.message, title="Not yet")
        else:
            ask_for_rate(self.app, self.draft.preset, self._use_rate)

    def _use_rate(self, key: str, rate: float) -> None:
        if self._can_change():
            self.area.become(with_rate(self.area.text, key, rate))
            self.show_now()

    def action_save(self, leave: bool = False) -> None:
        from tuidl.tui.dialogs.save_as import SaveScreen

        preset = self.draft.preset
        if preset is None:
            self.warn(self.draft.message, title="Not saved")
            return

        def chosen(path: Path | None) -> None:
            if path is not None and self._write(preset, path) and leave:
                self.end(None)

        self.app.push_screen(SaveScreen(named(preset, self._path)), chosen)

    def _write(self, preset: Preset, path: Path) -> bool:
        from tuidl.storage.files import replace_file

        text = saved_text(self.area.text, preset, path.parent)
        data = text.encode()
        if len(data) > LARGEST_FILE:
            self.warn(f"{path}: {len(data):,} bytes: a preset has at most {LARGEST_FILE:,}")
            return False
        try:
            replace_file(path, data)
        except OSError as error:
            self.warn(f"{path}: {reason_of(error)}")
            return False
        self._path, self._folder, self._kept = path, path.parent, text
        self.area.become(text)
        self._state.opened(str(path))
        self._show(self._checked(text))
        self.warn(str(path), title="Saved", bad=False)
        return True

    def action_cancel(self) -> None:
        if self.form.is_entering:
            self.form.end()
            self._show(self.draft)
        elif self.is_changed:
            from tuidl.tui.dialogs.unsaved import UnsavedScreen

            self.app.push_screen(UnsavedScreen(), self._decided)
        else:
            self.end(None)

    def _decided(self, choice: str | None) -> None:
        if choice == "discard":
            self.end(None)
        elif choice == "save":
            self.action_save(leave=True)
