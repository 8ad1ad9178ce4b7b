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
from tuidl.preset.toml_edit import with_value
from tuidl.proposing.array_names import likely_inputs
from tuidl.proposing.arrays import named_arrays
from tuidl.proposing.facts import Facts
from tuidl.proposing.files import facts_of, is_table_file
from tuidl.proposing.proposal import proposed
from tuidl.proposing.tables import table_columns
from tuidl.proposing.writing import written
from tuidl.tui.previews.preview import Preview, boxes_of, facts


@dataclass(frozen=True)
class OwnData:
    """What a file or folder is before anything is chosen. ``columns``: of a table, or the arrays
    of a file; none of pictures. ``report``: on a table. ``idle``: what is better left out, and why.
    ``likely``: the probable target, ``why``: why it is. ``problem``: why it is not read."""

    path: Path
    columns: tuple[ColumnReport, ...] = ()
    report: TableReport | None = None
    idle: dict[str, str] = field(default_factory=dict)
    likely: str | None = None
    why: str = ""
    problem: str = ""

    @classmethod
    def of(cls, path: Path) -> "OwnData":
        """Read it; what is wrong with it is part of the answer."""
        try:
            if path.suffix.lower() == ".npz":
                return cls._arrays(path)
            if path.is_dir() or not is_table_file(path.name):
                return cls(path)
            table = table_columns(path)
        except TuidlError as error:
            return cls(path, problem=str(error))
        idle = {column.name: column.idle for column in table.columns if column.idle}
        columns = table.report.columns
        return cls(path, columns, table.report, idle, table.likely, table.why_likely)

    @classmethod
    def _arrays(cls, path: Path) -> "OwnData":
        """Raises DataError."""
        arrays, likely, why = named_arrays(path)
        inputs = likely_inputs([each.name for each in arrays if each.name != likely])
        columns = tuple(
            ColumnReport(
                name=each.name, role="input", kind="array",
                values=f"{' x '.join(map(str, each.shape)) or 'a single value'}, {each.dtype}",
            )
            for each in arrays
        )  # fmt: skip
        others = [each.name for each in arrays if inputs and each.name not in (likely, inputs)]
        return cls(path, columns, None, dict.fromkeys(others, ""), likely, why)

    @property
    def about(self) -> str:
        """How much there is, in words; empty where that is not known before a choice."""
        if self.report is not None:
            return f"{self.report.rows:,} rows, {len(self.columns)} columns"
        return f"{len(self.columns)} array{'s' if len(self.columns) > 1 else ''}"


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
        return cls(text, proposal.notes, preview, columns, known.target.by_class, known.about)


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
