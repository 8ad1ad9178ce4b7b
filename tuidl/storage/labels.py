"""What a person says about a run: a note, tags, whether it is pinned. They have a file of their own
beside its records."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from tuidl.core.errors import RunError, SaveError
from tuidl.core.own_files import is_there, reason_of
from tuidl.core.printable import printable
from tuidl.storage.contents import LABEL
from tuidl.storage.files import replace_file
from tuidl.storage.records import read_record

LONGEST_NOTE, LONGEST_TAG, MOST_TAGS = 2000, 40, 20
"""Characters, characters, tags."""
LARGEST = 1 << 16


class Label(msgspec.Struct, frozen=True, omit_defaults=True):
    """``tags``: words without blanks or commas, in the order in which they were given; ``pinned``:
    whether the run stays on top of the table of runs."""

    note: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False

    def tagged(self, added: tuple[str, ...], removed: tuple[str, ...] = ()) -> "Label":
        """With some tags more, and some less. Raises RunError where one cannot be a tag."""
        words = [word.removeprefix("#") for word in (*self.tags, *added)]
        gone = {word.removeprefix("#") for word in removed}
        tags = tuple(word for word in dict.fromkeys(words) if word not in gone)
        for tag in tags:
            if not tag or len(tag) > LONGEST_TAG or set(tag) & set(" ,#\t\n") or _is_odd(tag):
                raise RunError(
                    f"{printable(tag[:LONGEST_TAG])!r}: a tag is one word of at most {LONGEST_TAG} "
                    "characters, without commas"
                )
        if len(tags) > MOST_TAGS:
            raise RunError(f"{len(tags)} tags: a run has at most {MOST_TAGS}")
        return replace(self, tags=tags)

    def noted(self, note: str) -> "Label":
        """With another note; an empty one takes it away. Raises RunError where it is too long."""
        text = " ".join(note.split())
        if len(text) > LONGEST_NOTE:
            problem = f"{len(text):,} characters; expected at most {LONGEST_NOTE:,}"
            raise RunError(f"the note has {problem}")
        return replace(self, note=printable(text))


def _is_odd(text: str) -> bool:
    return printable(text) != text


def read_label(run: Path) -> Label:
    """The label of a run's folder; an empty one where it has none. Raises RunError."""
    path = run / LABEL
    label: Label = read_record(path, Label, LARGEST) if is_there(path) else Label()
    return label


def write_label(run: Path, label: Label) -> None:
    """Raises SaveError."""
    path = run / LABEL
    try:
        if label == Label():
            path.unlink(missing_ok=True)
        else:
            replace_file(path, msgspec.json.format(msgspec.json.encode(label)))
    except OSError as error:
        if not run.is_dir():
            raise SaveError(f"the run {run.name} is not there any more: deleted or moved") from None
        raise SaveError(f"cannot save {path}: {reason_of(error)}") from None
