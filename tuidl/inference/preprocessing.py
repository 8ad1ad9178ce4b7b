"""What lies between the user's values and the network's: scales, columns, the names of classes."""

import math
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec.structs import replace

from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError, TuidlError
from tuidl.core.lazy import Array
from tuidl.data.id_pairs import IdPairs
from tuidl.data.preprocessing import EXACT, FittedScaling, Preprocessing
from tuidl.data.scaling import Scaling
from tuidl.data.spec import ExampleSpec
from tuidl.data.table_layout import TableLayout
from tuidl.data.table_source import Csv
from tuidl.data.text.layout import TextLayout
from tuidl.data.text.source import Textual
from tuidl.nn.layers.base import describe
from tuidl.preset.schema import Preset
from tuidl.tasks.choice import task_of
from tuidl.tasks.decoding import Answer, decode

if TYPE_CHECKING:
    from tuidl.data.dataset import Split

Numbers = tuple[float, ...]


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """All that training learned from the data besides the weights; JSON keeps every bit of it.

    ``shape``: of one input. ``classes``: their names, empty for numbers. Scaled inputs are (x -
    ``input_shift``) / ``input_width`` by feature or channel; targets likewise; both empty where
    nothing is scaled. ``table``: the columns of a text file. ``is_rounded``: its numbers became
    float32 before they were scaled, as in runs of an older tuidl. ``text``: tokens, where the
    inputs are such.
    """

    shape: tuple[int, ...]
    classes: tuple[str, ...]
    answer: Answer
    input_shift: Numbers = ()
    input_width: Numbers = ()
    target_shift: Numbers = ()
    target_width: Numbers = ()
    table: TableLayout | None = None
    is_rounded: bool = False
    text: TextLayout | None = None

    @classmethod
    def of(cls, preset: Preset, split: "Split | None" = None) -> Self:
        """Learned from the preset's data, which is loaded only if something is learned from it.

        ``split``: the preset's, where somebody has it already. Raises TuidlError.
        """
        source = preset.source
        is_table = isinstance(source, Csv | IdPairs | Textual)
        if is_table or source.normalize != "none" or source.target_scaling() != "none":
            split = split or split_of(preset)
        if split is None:
            return cls.of_learned(preset, Preprocessing(preset_sha256="", examples=preset.spec()))
        return cls.of_learned(preset, Preprocessing.learned(source, split))

    @classmethod
    def of_learned(cls, preset: Preset, learned: Preprocessing) -> Self:
        """From what a run's folder has kept. Raises TuidlError."""
        preset = replace(preset, examples=learned.examples)
        graph, inputs = Graph.build(preset), learned.inputs
        shift, width = _answered(preset, learned.targets)
        return cls(
            shape=graph.spec.shape,
            classes=_classes(preset),
            answer=answer_of(graph),
            input_shift=inputs.offset if inputs else (),
            input_width=inputs.scale if inputs else (),
            target_shift=shift,
            target_width=width,
            table=learned.table,
            is_rounded=learned.table is not None and learned.format < EXACT,
            text=learned.text,
        )

    def is_of(self, preset: Preset, spec: ExampleSpec, split: "Split") -> bool:
        """Whether the same would be learned from this split, as far as inputs and targets go;
        ``spec``: of its examples."""
        preset = replace(preset, examples=spec)
        targets = _answered(preset, FittedScaling.of(split.targets))
        return (self.shape, self.classes) == (spec.shape, _classes(preset)) and (
            _numbers(split.inputs), targets,
        ) == (
            (self.input_shift, self.input_width), (self.target_shift, self.target_width),
        )  # fmt: skip

    @classmethod
    def from_json(cls, data: bytes, source: str = "preparation") -> Self:
        """``to_json`` undone. Raises DataError, which names ``source``."""
        try:
            known = msgspec.json.decode(data, type=cls)
        except msgspec.DecodeError as error:  # also of a wrong type somewhere inside
            raise DataError(f"{source}: {error}") from None
        if problem := known._problem():
            raise DataError(f"{source}: {problem}")
        return known

    def to_json(self) -> bytes:
        """For a file beside the weights."""
        return msgspec.json.encode(self)

    def _problem(self) -> str:
        """What is wrong with the numbers, if anything is."""
        if not self.shape:
            return "shape: expected at least one number"
        if len(self.input_shift) not in (0, self.shape[-1]):
            return f"input_shift: expected {self.shape[-1]} numbers, or none"
        pairs = {
            "input": (self.input_shift, self.input_width),
            "target": (self.target_shift, self.target_width),
        }
        for name, (shift, width) in pairs.items():
            if len(shift) != len(width):
                return f"{name}_shift and {name}_width: expected as many numbers"
            if 0 in width:
                return f"{name}_width: expected numbers other than 0"
        return ""

    def inputs(self, values: Array) -> Array:
        """Values (n, *shape) as the data has them, scaled for the network, float32."""
        import numpy as np

        if self.is_rounded or not self.input_shift:
            values = np.asarray(values, np.float32)
        if not self.input_shift:
            return values
        return Scaling(np.array(self.input_shift), np.array(self.input_width)).apply(values)

    def decode(self, outputs: Array) -> Array:
        """What the network answers, (n, ..., outputs), as float64: a probability for each class or
        label, or numbers in the targets' own units."""
        import numpy as np

        values = decode(self.answer, outputs)
        if self.target_shift:
            scale, offset = (np.array(pair) for pair in (self.target_width, self.target_shift))
            rows = values.reshape(len(values), math.prod(values.shape[1:]))
            values = (rows * scale + offset).reshape(values.shape)
        return values


def prepared_for(
    preset: Preset, known: Preparation | None = None, split: "Split | None" = None
) -> Preparation:
    """``known`` where it is one for this preset, or learned from the data. Raises TuidlError."""
    if known is None:
        return Preparation.of(preset, split)
    graph = Graph.build(preset).answering
    if (known.shape, known.classes) != (graph.spec.shape, graph.spec.classes):
        raise DataError(
            f"the preparation is one for inputs of {describe(known.shape)} and "
            f"{len(known.classes)} classes, the preset has {describe(graph.spec.shape)} and "
            f"{len(graph.spec.classes)}: are they of the same run?"
        )
    return known


def split_of(preset: Preset) -> "Split":
    """The parts that the preset's weights come from: of several folds, the last one's."""
    folds = preset.training.folds
    return preset.source.folds(folds)[-1] if folds else preset.source.split()


def learned_split(preset: Preset, prepared: Preparation) -> tuple["Split | None", str]:
    """The parts that a run learned from; None, and what is wrong, where its data is not here or is
    another by now."""
    try:
        split = split_of(preset)
        if not prepared.is_of(preset, preset.data.full_spec(), split):
            return None, "the training data has changed"
    except TuidlError:
        return None, "the training data is not here"
    return split, ""


def _classes(preset: Preset) -> tuple[str, ...]:
    """Of what the model answers."""
    spec = preset.spec()
    return task_of(preset).names if spec.targets else spec.classes


def _answered(preset: Preset, targets: FittedScaling | None) -> tuple[Numbers, Numbers]:
    """Offset and scale of what the model answers, which may be one target of several; both empty
    where it is not scaled."""
    if targets is None or not (task := task_of(preset)).has_units:
        return (), ()
    if not preset.spec().targets:
        return targets.offset, targets.scale
    if task.has_labels:
        return (), ()
    own = slice(task.start, task.start + task.spec.target_width)
    return targets.offset[own], targets.scale[own]


def _numbers(scaling: Scaling | None) -> tuple[Numbers, Numbers]:
    """Offset and scale; both empty where nothing is scaled."""
    known = FittedScaling.of(scaling)
    return (known.offset, known.scale) if known else ((), ())


def answer_of(graph: Graph) -> Answer:
    """What the network's outputs are."""
    return task_of(graph.preset).answer(graph.is_closed)
