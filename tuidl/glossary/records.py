"""What an entry of the glossary holds."""

from typing import Self

import msgspec
from msgspec.structs import replace

from tuidl.glossary.ascii import to_ascii


class Formula(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One or more lines of Unicode text; ``symbols``: each of its signs and what it means."""

    text: str
    symbols: tuple[tuple[str, str], ...]

    def in_ascii(self) -> Self:
        """The same for terminals that know nothing else."""
        symbols = tuple((to_ascii(sign), to_ascii(meaning)) for sign, meaning in self.symbols)
        return replace(self, text=to_ascii(self.text), symbols=symbols)


class Concept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry.

    ``short``: one sentence for a status line. ``text``: a few sentences, ``example``: the formula
    with numbers; both are one paragraph. ``see``: keys of related entries. ``aliases``: other names
    of this very thing. ``seen_in``: where one meets it: types and keys of presets, metrics, fields
    of events, shipped presets.
    """

    key: str
    title: str
    topic: str
    short: str
    text: str
    formula: Formula
    example: str
    see: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    seen_in: tuple[str, ...] = ()

    def in_ascii(self) -> Self:
        """The same for terminals that know nothing else."""
        told = {key: to_ascii(getattr(self, key)) for key in ("title", "short", "text", "example")}
        return replace(self, formula=self.formula.in_ascii(), **told)
