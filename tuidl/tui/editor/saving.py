"""Text of a preset that reads as the same preset from the folder it is saved in."""

from pathlib import Path

import msgspec

from tuidl.core.errors import TuidlError
from tuidl.core.names import file_name
from tuidl.preset.decoding import PATHS
from tuidl.preset.library import folder
from tuidl.preset.schema import Preset
from tuidl.preset.toml_edit import dumps, with_value
from tuidl.tui.editor.draft import table_of


def named(preset: Preset, path: Path | None) -> Path:
    """Where to save: the user's own file again, else one named after the preset, here."""
    if path is not None and path.parent != folder():
        return path
    return Path.cwd() / f"{file_name(preset.name, 'preset')}.toml"


def edited_text(text: str, path: Path) -> tuple[str, Path]:
    """The text of the preset in a file as it is edited, and the folder where its paths start: that
    of the file. In a shipped one, paths that are typed start at the working directory, and its own
    become absolute."""
    if path.parent != folder():
        return text, path.parent
    for dotted in PATHS:
        key = tuple(dotted.split("."))
        value = (table_of(text) or {}).get(key[0], {}).get(key[1])
        if isinstance(value, str) and (path.parent / value).exists():
            text = with_value(text, key, str(path.parent / value))
    return text, Path.cwd()


def saved_text(text: str, preset: Preset, where: Path) -> str:
    """``text`` such that it reads as ``preset`` from the folder ``where``.

    Paths of data that are relative to another folder become absolute.
    """
    if _reads_as(text, preset, where):
        return text
    for key, value in msgspec.to_builtins(preset.data).items():
        if isinstance(value, str) and Path(value).is_absolute():
            text = with_value(text, ("data", key), value)
    return text if _reads_as(text, preset, where) else dumps(preset.table())


def _reads_as(text: str, preset: Preset, where: Path) -> bool:
    try:
        return Preset.parse(text, folder=where) == preset
    except TuidlError:
        return False
