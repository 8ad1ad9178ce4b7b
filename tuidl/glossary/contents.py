"""Reads the entries, and finds the one that a name means."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tuidl.core.errors import GlossaryError, guess
from tuidl.glossary.records import Concept

FOLDER = Path(__file__).parent / "topics"
TOPICS = (
    *("network", "learning", "data", "activations", "losses", "metrics", "optimizers"),
    *(
        "schedules",
        "pictures",
        "pictures_out",
        "sequences",
        "text",
        "attention",
        "depth",
        "generalization",
    ),
    *("autoencoders", "clustering", "gans", "diffusion", "recommending", "running"),
)
"""Files in ``topics/`` in a learner's order."""

LISTS = ("aliases", "see", "seen_in")


@cache
def concepts() -> tuple[Concept, ...]:
    """Every entry, in the order in which one would learn them."""
    return tuple(entry for topic in TOPICS for entry in _read(FOLDER / f"{topic}.toml"))


def concept(name: str) -> Concept:
    """The entry that ``name`` means, whatever its case.

    That is a key, a title, another name of the thing, or where one meets it: ``conv2d``, ``mse``,
    ``training.batch_size``, ``layers[0].units``, ``epoch_ended.confusion``. Keys of layers that
    mean something else elsewhere need the type in front: ``dropout.rate``. Raises GlossaryError
    with the nearest name.
    """
    index, path = _index(), folded(re.sub(r"\[(\d+)\]", r".\1", name)).split(".")
    for start in range(len(path)):
        if found := index.get(".".join(path[start:])):
            return found
    known = [known for entry in concepts() for known in (entry.key, *entry.aliases)]
    nearest = guess(name.strip().lower().replace(" ", "_"), known)
    raise GlossaryError(f"no concept {name!r}{nearest} ('tuidl explain' lists them)")


def folded(name: str) -> str:
    """The form in which names are compared: British and American spelling are the same."""
    words = name.lower().replace("-", " ").replace("_", " ").split()
    return "_".join(words).replace("is", "iz")


def names_of(entry: Concept) -> set[str]:
    """What only this entry is called, folded: the title also without what stands in brackets."""
    called = (entry.key, entry.title, entry.title.partition(" (")[0], *entry.aliases)
    return {folded(name) for name in called}


@cache
def _index() -> dict[str, Concept]:
    """Entries by folded name: their own names, then where they are met.

    Of several entries that one meets in a place, it means the one that is called like its last
    part, or else the first; plurals are known where they mean nothing else.
    """
    index = {name: entry for entry in concepts() for name in names_of(entry)}
    met = [(folded(name), entry) for entry in concepts() for name in entry.seen_in]
    called = [(name, entry) for name, entry in met if index.get(name.split(".")[-1]) is entry]
    for name, entry in (*called, *met):
        index.setdefault(name, entry)
    for name, entry in list(index.items()):
        index.setdefault(f"{name}s", entry)
    return index


def _read(path: Path) -> list[Concept]:
    """The entries of one file: its title, then a table for each by its key."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    topic = tables.pop("topic")
    return [
        msgspec.convert({**_parts(table), "key": key, "topic": topic}, Concept)
        for key, table in tables.items()
    ]


def _parts(table: dict[str, str]) -> dict[str, Any]:
    """The texts of an entry as what they stand for.

    Lists are names between commas, and lines: TOML's own take its parser five times as long.
    ``check`` is for tests: see ``tests/glossary/worked.py``.
    """
    paragraphs = {key: " ".join(table[key].split()) for key in ("text", "example")}
    lists = {key: table[key].replace(",", " ").split() for key in LISTS if key in table}
    symbols = [line.split(": ", 1) for line in table["symbols"].splitlines()]
    formula = {"text": table["formula"], "symbols": symbols}
    known = {key: value for key, value in table.items() if key not in ("symbols", "check")}
    return {**known, **paragraphs, **lists, "formula": formula}
