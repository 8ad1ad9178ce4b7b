"""What is remembered between two sessions: theme, full speed, the last preset, opened files, the
table of runs."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from tuidl.core.own_files import FileError, read_bounded
from tuidl.core.user_folders import user_folder
from tuidl.plane.presets import START
from tuidl.preset.library import shipped
from tuidl.storage.files import replace_file

MOST_RECENT, LARGEST = 10, 1 << 20
FILE = "state.json"


class TableState(msgspec.Struct):
    """How the table of runs was left: keys of its columns (none: the usual ones), the key by which
    it is sorted, whether the other way round, and the keys of its groups."""

    columns: list[str] = []
    sort: str = "created"
    reversed: bool = False
    groups: list[str] = []


@dataclass(frozen=True)
class TableStart:
    """What the table of runs was asked to begin with: the text of its filter, and how it is left,
    which is then not remembered; its groups are open. ``folders``: of logs of other programs."""

    filter: str = ""
    choices: TableState | None = None
    folders: tuple[Path, ...] = ()


class State(msgspec.Struct):
    """Kept under the platform's configuration folder; a damaged file counts as none."""

    theme: str = "tuidl"
    last_preset: str = ""
    recent: list[str] = []
    full_speed: bool = False
    """Whether short runs are not slowed down."""
    table: TableState = msgspec.field(default_factory=TableState)

    @classmethod
    def load(cls, folder: Path | None = None) -> "State":
        try:
            return msgspec.json.decode(read_bounded(_file(folder), LARGEST, follow=True), type=cls)
        except (FileError, msgspec.MsgspecError, RecursionError):
            return cls()

    def opened(self, path: str) -> None:
        """Put a file in front of the recent ones."""
        self.recent = [path, *(other for other in self.recent if other != path)][:MOST_RECENT]

    def began_with(self, path: Path) -> None:
        """The preset in this file is on the screen: the list begins on it. One of the user's own is
        in the list from now on."""
        name = next((name for name, known in shipped().items() if known == path), "")
        self.last_preset = name or str(path)
        if not name and path != START and str(path) not in self.recent:
            self.opened(str(path))

    def save(self, folder: Path | None = None) -> None:
        """Write it down; where that cannot be, nothing is remembered."""
        file = _file(folder)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_file(file, msgspec.json.encode(self))
        except OSError:
            return


def _file(folder: Path | None) -> Path:
    return (folder or user_folder("config")) / FILE
