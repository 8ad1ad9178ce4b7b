"""From a file of data to a preset: trained at once, or written down to be edited."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuidl.cli.common import prepare
from tuidl.core.errors import PresetError
from tuidl.core.own_files import reason_of
from tuidl.core.printable import printable
from tuidl.core.terminal import put, say

if TYPE_CHECKING:
    from tuidl.preset.schema import Preset

STDOUT = "-"

target_option = click.option(
    "--target", metavar="COLUMN",
    help="Of a table: the column to predict, by name or number. Of a .npz file: the array.",
)  # fmt: skip


def preset_of_data(name: str, target: str | None, overrides: tuple[str, ...]) -> "Preset":
    """The preset that is proposed for a file of data or a folder. Raises DataError, PresetError."""
    from tuidl.preset.schema import Preset

    path = Path(name)
    text = _proposed_text(name, target, path, overrides)
    return Preset.parse(text, name, overrides, path.absolute().parent)


def _proposed_text(
    name: str, target: str | None, beside: Path, overrides: tuple[str, ...] = ()
) -> str:
    """The text of a proposed preset that lies ``beside`` a file; what is guessed is said."""
    from tuidl.proposing.files import proposal_for
    from tuidl.proposing.writing import written

    proposal = proposal_for(Path(name), target, overrides=overrides)
    say(proposal.about)
    for note in proposal.notes:
        say(note)
    given = [name, *(["--target", target] if target is not None else [])]
    given += [word for one in overrides for word in ("--set", one)]
    folder = beside.absolute().parent
    return written(proposal.seen_from(folder), f"tuidl new {shlex.join(given)}")


@click.command()
@click.argument("data", metavar="FILE|FOLDER")
@target_option
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE",
    help="Say how it is read: data.skip_lines=[1,2]. May be repeated.",
)  # fmt: skip
@click.option(
    "--out", metavar="PRESET.toml",
    help="Where to write it. Default: the file's name, in this folder; '-': to the terminal.",
)  # fmt: skip
def new(data: str, target: str | None, overrides: tuple[str, ...], out: str | None) -> None:
    """Write a preset for the data in FILE or FOLDER, to be edited and trained.

    Every value has a comment that says why it stands there. A file that is there already is never
    replaced.
    """
    prepare(1)
    for override in overrides:
        if not override.startswith("data."):
            raise PresetError("--set", f"{override!r}: only of data here; change it in the file")
    place = Path(out or f"{Path(data).absolute().name.partition('.')[0]}.toml")
    if out != STDOUT and place.exists():
        raise PresetError("--out", f"{place} is there already; name another file")
    text = _proposed_text(data, target, place, overrides)
    if out == STDOUT:
        put(text.rstrip("\n"))
        return
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise PresetError("--out", f"{place}: {reason_of(error)}") from None
    put(printable(str(place)))
    say(f"train it: tuidl {shlex.quote(str(place))} --no-ui")
