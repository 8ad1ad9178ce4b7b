"""The presets that come with tuidl, and finding one by name or path."""

from pathlib import Path

from tuidl.core.errors import PresetError, suggestion
from tuidl.plugins.permission import allowing
from tuidl.preset.decoding import from_here
from tuidl.preset.schema import Preset


def folder() -> Path:
    """Where the shipped presets lie: in the installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "presets"
    return installed if installed.is_dir() else package.parent / "presets"


def shipped() -> dict[str, Path]:
    """Name -> file of every shipped preset, in order of name."""
    return {path.stem: path for path in sorted(folder().glob("*.toml"))}


def load_preset(
    name_or_path: str | Path, overrides: tuple[str, ...] = (), *, allow_plugins: bool = False
) -> Preset:
    """Read a preset.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped preset, or the path of a TOML file.
    overrides : tuple of str
        ``KEY=VALUE`` with dotted keys, applied before anything is checked. Relative paths in those
        of a shipped preset start at the working directory, else at the folder of the file.
    allow_plugins : bool
        Whether the Python files that the preset names in ``plugins`` may run, in this process and
        with all its rights.

    Returns
    -------
    Preset

    Raises
    ------
    PresetError
        With file, key and what was expected.
    """
    path = find(name_or_path)
    if path.parent == folder():
        overrides = tuple(map(from_here, overrides))
    with allowing(allow_plugins):
        return Preset.load(path, overrides)


def find(name_or_path: str | Path) -> Path:
    """The file of the preset of this name, or this path. Raises PresetError for neither."""
    known = shipped()
    text = str(name_or_path)
    if text in known:
        return known[text]
    path = Path(name_or_path)
    looks_like_path = path.suffix == ".toml" or len(path.parts) > 1
    if not text or "\0" in text or not (path.exists() or looks_like_path):
        raise PresetError("", f"no preset {text!r}, and no such file{suggestion(text, known)}")
    return path
