"""What Home shows of a preset: its text, its network, some examples, and how long it takes."""

import textwrap
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from tuidl.errors import DataError, TuidlError
from tuidl.graph import EXAMPLES, FROM_EXAMPLES, Graph
from tuidl.preset import Preset
from tuidl.tui.charts.network import LayerBox, network_line
from tuidl.tui.charts.palette import Palette
from tuidl.tui.samples import Samples

TYPICAL_FLOPS = 4e10
SECONDS_A_STEP = 5e-5


@dataclass
class Preview:
    """A preset's file as Home knows it; ``samples`` come later, from a thread."""

    preset: Preset | None = None
    graph: Graph | None = None
    problem: str = ""
    samples: Samples | None = None

    @classmethod
    def of(cls, path: Path) -> "Preview":
        """Read the file; what is wrong with it is part of the preview."""
        try:
            preset = Preset.load(path)
        except TuidlError as error:
            return cls(problem=str(error))
        try:
            return cls(preset, Graph.build(preset))
        except TuidlError as error:
            return cls(preset, problem=str(error))


def preview_lines(
    preview: Preview, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """As much as fits: the text first, then the network, then examples in what room is left."""
    if preview.preset is None:
        return _wrapped(preview.problem, palette, width, "bad")[:height]
    preset = preview.preset
    lines = [Text(preset.name[:width], palette.style("accent", bold=True)), Text()]
    lines += _wrapped(preset.about.strip(), palette, width, "text")
    lines.append(Text())
    lines += [Text(fact[:width], palette.style("muted")) for fact in facts(preview)]
    if preview.problem:
        lines += [Text(), *_wrapped(preview.problem, palette, width, "bad")]
    if preview.graph is not None:
        boxes = boxes_of(preview.graph)
        rows = min(max(height - len(lines) - 8, 2), 4)
        lines += [Text(), *network_line(boxes, palette, width, rows, unicode=unicode)]
    room = height - len(lines) - 1
    if room >= 4:
        lines.append(Text())
        if preview.samples is None:
            lines.append(Text("loading examples", palette.style("muted")))
        else:
            lines += preview.samples.draw(palette, width, min(room, 16), unicode)
    return lines[:height]


def facts(preview: Preview) -> list[str]:
    """Data, training and the time it may take, one line each."""
    preset = preview.preset
    assert preset is not None
    training, optimizer = preset.training, preset.optimizer
    found = [
        f"data {preset.data.kind()} · loss {preset.loss.kind()} · {optimizer.kind()} "
        f"{optimizer.learning_rate:g} · batch {training.batch_size} · {training.epochs} epochs"
    ]
    if preview.graph is not None:
        words = f"{preview.graph.parameter_count:,} parameters"
        with suppress(DataError):  # examples that are not here cannot be counted
            words += f" · about {duration(preview.graph)} of training"
        found.append(words)
    return found


def duration(graph: Graph) -> str:
    """A guess at the training time from operations and steps, in words."""
    preset = graph.preset
    examples = preset.data.count()
    batch = preset.training.batch_for(examples)
    steps = preset.training.epochs * -(-examples // batch)
    work = 3.0 * graph.flops * examples * preset.training.epochs
    seconds = work / TYPICAL_FLOPS + steps * SECONDS_A_STEP
    if seconds < 1:
        return "a second"
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def boxes_of(graph: Graph) -> list[LayerBox]:
    """The graph's layers as the diagrams take them, the examples first."""
    boxes = [LayerBox(EXAMPLES, "", shape_text(graph.spec.shape))]
    for i, node in enumerate(graph.nodes):
        reads = [graph.nodes[j].name if j != FROM_EXAMPLES else EXAMPLES for j in node.inputs]
        activation = str(getattr(node.layer, "activation", "linear"))
        own = activation not in ("linear", node.layer.kind())
        boxes.append(
            LayerBox(
                node.name,
                node.layer.kind(),
                shape_text(node.shape),
                node.parameter_count,
                tuple(reads) if node.inputs != (i - 1,) else (),
                activation if own else "",
            )
        )
    return boxes


def shape_text(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _wrapped(text: str, palette: Palette, width: int, role: str) -> list[Text]:
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, max(width, 10))]
    return [Text(line, palette.style(role)) for line in lines]
