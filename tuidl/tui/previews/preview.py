"""A preset before it is trained: its network, its data, an estimate of the time."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tuidl.charts.network_paths import LayerBox
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError, TuidlError
from tuidl.core.own_files import FileError, read_bounded
from tuidl.core.printable import printable
from tuidl.nn.layers.base import describe
from tuidl.plane.presets import opened_as
from tuidl.preset.schema import LARGEST_FILE, Preset
from tuidl.preset.toml_lines import error_line

if TYPE_CHECKING:
    from tuidl.tui.previews.samples import Samples

TYPICAL_FLOPS = 4e10
SECONDS_A_STEP = 5e-5


@dataclass
class Preview:
    """A preset's file as Home knows it, empty until ``is_read``.

    ``line`` (from 0) is where ``problem`` lies in ``text``; ``samples`` come later, since loading
    them takes a while.
    """

    path: Path
    is_read: bool = False
    text: str = ""
    preset: Preset | None = None
    graph: Graph | None = None
    problem: str = ""
    line: int | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[LayerBox] = field(default_factory=list)
    samples: "Samples | None" = None

    @classmethod
    def of(cls, path: Path) -> "Preview":
        """Read the file; what is wrong with it is part of the preview."""
        preview = cls(path, True, text_of(path))
        try:
            preview.preset = Preset.load(path)
            preview.graph = Graph.build(preview.preset)
            preview.boxes = boxes_of(preview.graph)
        except DataError as error:
            from tuidl.tui.previews.samples import Samples  # with NumPy, which Home starts without

            preview.samples = Samples(problem=str(error))
        except TuidlError as error:
            preview.problem = str(error).removeprefix(f"{printable(str(path))}: ")
            preview.line = error_line(preview.text, error)
        if preview.preset is not None:
            preview.facts = facts(preview.preset, preview.graph)
        return preview

    @property
    def wants_samples(self) -> bool:
        return self.preset is not None and not self.problem and self.samples is None

    @property
    def is_wanting(self) -> bool:
        """Whether a part of it is still to be loaded."""
        return not self.is_read or self.wants_samples


def text_of(path: Path) -> str:
    """The file's text, undecodable bytes replaced; empty where it cannot be read."""
    try:
        data = read_bounded(path, LARGEST_FILE, follow=True)
        return data.decode("utf-8-sig", errors="replace")
    except FileError:
        return ""


def facts(preset: Preset, graph: Graph | None) -> list[tuple[str, str]]:
    """Data, network, training and time: what each is in a few words."""
    training = preset.training
    batch = "all examples" if training.batch_size == "full" else f"batches of {training.batch_size}"
    epochs = f"{training.epochs} epoch{'s' if training.epochs != 1 else ''}"
    is_endless = opened_as(preset) is not None
    epochs = "until you leave it" if is_endless else epochs
    found = [("training", f"{epochs}, {optimizers(preset)}, {batch}")]
    if graph is None:
        return [("data", preset.data.kind()), *found]
    count = len(graph.owners)
    layers = f"{count} layer{'s' if count != 1 else ''}"
    if preset.networks:
        layers = f"{len(preset.networks)} with {layers}"
    found.insert(0, ("network", f"{layers}, {graph.parameter_count:,} parameters"))
    try:
        if not is_endless:
            found.append(("time", f"about {in_words(seconds_of(graph))}"))
        return [("data", data_fact(preset)), *found]
    except TuidlError:  # examples that are not here cannot be counted
        return [("data", preset.data.kind()), *found]


def optimizers(preset: Preset) -> str:
    """Each optimizer with its learning rate, and of which objective it is."""
    if not preset.objectives:
        return f"{preset.optimizer.kind()} at {preset.optimizer.learning_rate:g}"
    return ", ".join(
        f"{each.name}: {each.optimizer.kind()} at {each.optimizer.learning_rate:g}"
        for each in preset.objectives
    )


def data_fact(preset: Preset) -> str:
    """How many examples there are, and how many of them are held out. Raises DataError."""
    count = preset.data.count()
    held_out = round(count * sum(preset.data.fractions()))
    words = f"{preset.data.kind()}: {count - held_out:,} to learn from"
    if held_out:
        return f"{words}, {held_out:,} held out"
    return words + (", and a test set" if preset.data.validation == "test" else "")


def seconds_of(graph: Graph) -> float:
    """An estimate of the training time from operations and steps. Raises DataError."""
    preset = graph.preset
    examples = round(preset.data.count() * (1 - sum(preset.data.fractions())))
    steps = preset.training.epochs * -(-examples // preset.training.batch_for(examples))
    work = 3.0 * graph.flops * examples * preset.training.epochs
    return work / TYPICAL_FLOPS + steps * SECONDS_A_STEP


def in_words(seconds: float) -> str:
    """A rough time in words."""
    if seconds < 1.5:
        return "a second"
    if seconds < 10:
        return f"{seconds:.0f} seconds"
    if seconds < 50:
        return f"{5 * round(seconds / 5)} seconds"
    minutes = round(seconds / 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def boxes_of(graph: Graph) -> list[LayerBox]:
    """The graph's layers as the diagrams take them, the examples first."""
    boxes = [LayerBox(data.name, "", describe(data.shape)) for data in graph.inputs]
    several = len(graph.inputs) > 1
    for i, node in enumerate(graph.nodes):
        reads = [graph.name_of(j) for j in node.inputs]
        activation = str(getattr(node.layer, "activation", "linear"))
        own = activation not in ("linear", node.layer.kind())
        boxes.append(
            LayerBox(
                node.name,
                node.layer.kind(),
                describe(node.shape),
                0 if node.owner else node.parameter_count,
                tuple(reads) if node.inputs != (i - 1,) or several else (),
                activation if own else "",
            )
        )
    return boxes
