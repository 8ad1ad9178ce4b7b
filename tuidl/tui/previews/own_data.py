"""A file of data before it is trained on: its columns, or its classes, and a proposed preset."""

from dataclasses import dataclass, field
from pathlib import Path

from tuidl.compiler.graph import Graph
from tuidl.core.errors import TuidlError
from tuidl.preset.schema import Preset
from tuidl.proposing.columns import ColumnFacts
from tuidl.proposing.files import is_table_file, proposal_for
from tuidl.proposing.proposal import Proposal
from tuidl.proposing.tables import table_columns
from tuidl.proposing.writing import written
from tuidl.tui.previews.preview import Preview, boxes_of, facts


@dataclass(frozen=True)
class OwnData:
    """What a file or folder is before anything is chosen. ``columns``: none for pictures and
    arrays. ``likely``: the probable target, ``why``: why it is. ``problem``: why it is not read."""

    path: Path
    columns: tuple[ColumnFacts, ...] = ()
    rows: int = 0
    likely: str | None = None
    why: str = ""
    notes: tuple[str, ...] = ()
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
        return cls(path, table.columns, table.rows, table.likely, table.why_likely, table.notes)

    @property
    def idle(self) -> frozenset[str]:
        """The columns that are better left out."""
        return frozenset(column.name for column in self.columns if column.idle)


@dataclass(frozen=True)
class Proposed:
    """The preset for a choice of target and columns, or the ``problem`` with it."""

    text: str = ""
    notes: tuple[str, ...] = ()
    preview: Preview | None = None
    problem: str = field(default="")

    @classmethod
    def of(cls, data: OwnData, target: str | None, ignored: frozenset[str]) -> "Proposed":
        """Look at the examples and propose; what is wrong is part of the answer."""
        left_out = tuple(sorted(ignored)) if data.columns else None
        try:
            proposal = proposal_for(data.path, target, left_out)
            return cls._whole(data.path, proposal)
        except TuidlError as error:
            return cls(problem=str(error))

    @classmethod
    def _whole(cls, path: Path, proposal: Proposal) -> "Proposed":
        from tuidl.tui.previews.samples import Samples  # with NumPy, which Home starts without

        text = written(proposal)
        preset = Preset.parse(text, folder=path.parent)
        graph = Graph.build(preset)
        preview = Preview(path, True, text, preset, graph)
        preview.boxes, preview.facts = boxes_of(graph), facts(preset, graph)
        preview.samples = Samples.of(preset)
        return cls(text, proposal.notes, preview)
