"""A file of data before it is trained on: its columns, or its classes, and a proposed preset."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.data.table_source import Csv
from tuidl.data.tables.column_report import ColumnReport, TableReport
from tuidl.preset.decoding import set_value
from tuidl.preset.schema import Preset
from tuidl.proposing.columns import ColumnFacts
from tuidl.proposing.facts import Facts
from tuidl.proposing.files import facts_of, is_table_file
from tuidl.proposing.proposal import proposed
from tuidl.proposing.tables import table_columns
from tuidl.proposing.writing import written
from tuidl.tui.editor.toml_edit import with_value
from tuidl.tui.previews.preview import Preview, boxes_of, facts


@dataclass(frozen=True)
class OwnData:
    """What a file or folder is before anything is chosen. ``columns`` and ``report``: of a table,
    none of pictures and arrays. ``likely``: the probable target, ``why``: why it is. ``problem``:
    why it is not read."""

    path: Path
    columns: tuple[ColumnFacts, ...] = ()
    report: TableReport | None = None
    likely: str | None = None
    why: str = ""
    problem: str = ""

    @classmethod
    def of(cls, path: Path) -> "OwnData":
        """Read it; what is wrong with it is part of the answer."""
        if path.is_dir() or not is_table_file(path.name):
            return cls(path)
        try:
            table = table_columns(path)
        except TuidlError as error:
            return cls(path, problem=str(error))
        return cls(path, table.columns, table.report, table.likely, table.why_likely)

    @property
    def idle(self) -> dict[str, str]:
        """The columns that are better left out, and why."""
        return {column.name: column.idle for column in self.columns if column.idle}


@dataclass(frozen=True)
class Proposed:
    """The preset for a choice of target and columns, or the ``problem`` with it. ``columns``: how
    the table is read then; ``classes``: how many examples each has, () for numbers; ``what``: what
    the examples are, in words."""

    text: str = ""
    notes: tuple[str, ...] = ()
    preview: Preview | None = None
    columns: tuple[ColumnReport, ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
    what: str = ""
    problem: str = field(default="")

    @classmethod
    def of(
        cls,
        data: OwnData,
        target: str | None,
        ignored: frozenset[str],
        overrides: tuple[str, ...] = (),
    ) -> "Proposed":
        """Look at the examples and propose; what is wrong is part of the answer. ``overrides``:
        KEY=VALUE texts of the command line."""
        left_out = tuple(sorted(ignored)) if data.columns else None
        try:
            return cls._whole(
                data.path, facts_of(data.path, target, left_out, overrides), overrides
            )
        except TuidlError as error:
            return cls(problem=str(error))

    @classmethod
    def _whole(cls, path: Path, known: Facts, overrides: tuple[str, ...]) -> "Proposed":
        from tuidl.tui.previews.samples import Samples  # with NumPy, which Home starts without

        proposal = proposed(known)
        text = _with(written(proposal), overrides)
        preset = Preset.parse(text, folder=path.parent)
        graph = Graph.build(preset)
        preview = Preview(path, True, text, preset, graph)
        preview.boxes, preview.facts = boxes_of(graph), facts(preset, graph)
        preview.samples = Samples.of(preset)
        columns = preset.data.table_report().columns if isinstance(preset.data, Csv) else ()
        return cls(text, proposal.notes, preview, columns, known.by_class, known.about)


def _with(text: str, overrides: tuple[str, ...]) -> str:
    """The text of a preset with values of the command line, its comments kept. Raises
    PresetError."""
    for override in overrides:
        table = tomllib.loads(text)
        set_value(table, override)
        path: list[str | int] = []
        place: Any = table
        for step in override.partition("=")[0].strip().split("."):
            path.append(int(step) if isinstance(place, list) else step)
            place = place[path[-1]]
        text = with_value(text, tuple(path), place)
    return text
