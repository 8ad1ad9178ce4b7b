"""The path in what a terminal pastes when a file is dropped on it."""

import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit


def dropped(text: str) -> Path | None:
    """The path that a text is: bare, in quotes, with escaped spaces, or as file:// address; None
    where it is none. Of several the first."""
    text = text.strip().strip("\0")
    if not text:
        return None
    line = text.split("\n", 1)[0].strip()
    if line.startswith("file://"):
        return Path(unquote(urlsplit(line).path))
    for way in (line, line.strip("'\""), *_words(line)):
        try:
            path = Path(way).expanduser()
            if path.is_file():
                return path.absolute()
        except (OSError, RuntimeError, ValueError):
            continue
    return None


def path_of(text: str) -> Path:
    """The same of a text that was typed as a path, whether there is such a file or not."""
    return dropped(text) or Path(text.strip().strip("'\"")).expanduser().absolute()


def _words(line: str) -> list[str]:
    """As a shell would part it."""
    try:
        return shlex.split(line)[:1]
    except ValueError:
        return []
