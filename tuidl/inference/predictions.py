"""What the network says of the user's examples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from tuidl.compiler.embedded import row_problems
from tuidl.compiler.graph import Graph
from tuidl.core.errors import DataError
from tuidl.core.garbage import many_objects
from tuidl.core.lazy import Array
from tuidl.data.tables.raw import RawTable
from tuidl.inference.files import Inputs, read_inputs
from tuidl.inference.generating import generator_of
from tuidl.inference.preprocessing import Preparation, prepared_for
from tuidl.inference.prompts import Answers, Prompts, answers_to
from tuidl.inference.rows import are_many, moved, places, rows_of, stored, within
from tuidl.inference.trained import MOST_AT_ONCE, model_of, require_examples
from tuidl.model.model import Model
from tuidl.preset.schema import Preset
from tuidl.protocol.formatting import aligned
from tuidl.tasks.base import Record, Task
from tuidl.tasks.choice import task_of

NO_NUMBER = (
    "the network's answer is no number; is a value of the input far from all that it was trained "
    "on?"
)
NO_ANSWER = "-"


@dataclass(frozen=True, eq=False)
class Predictions:
    """What the network predicts for each example, and how its task shows it.

    Attributes
    ----------
    task
        What the outputs mean.
    names
        Of all examples, those without an answer among them.
    decoded
        ``(answered, *answer shape)`` float64: shares of classes or labels, or numbers in the unit
        of the targets, of the examples that have an answer, in their order. Of prompts objects:
        prompt, answer, whether it was cut.
    notes
        What was changed about the inputs without being asked for.
    problems
        Why an example has no answer, by its place from 0 on.
    tables
        The rows as the files have them, where all examples are rows of tables.
    marks
        What is special about an example that has an answer, by its place from 0 on.
    """

    task: Task
    names: Sequence[str]
    decoded: Array
    notes: tuple[str, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)
    tables: tuple[RawTable, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def joined(cls, parts: "Sequence[Self]") -> Self:
        """Those of several files, one after the other."""
        first, *further = parts
        if not further:
            return first
        starts = np.cumsum([0, *(len(part.names) for part in parts)]).tolist()
        are_tables = all(part.tables for part in parts)
        return cls(
            first.task,
            tuple(name for part in parts for name in part.names),
            np.concatenate([part.decoded for part in parts]),
            tuple(dict.fromkeys(note for part in parts for note in part.notes)),
            _joined(starts, [part.problems for part in parts]),
            tuple(table for part in parts for table in part.tables) if are_tables else (),
            _joined(starts, [part.marks for part in parts]),
        )

    @cached_property
    @many_objects()
    def records(self) -> tuple[Record, ...]:
        """For each example a dictionary of plain values, ready for JSON: ``example``, and of
        classes ``class``, ``probability``, ``probabilities`` {class: share}; of labels ``labels``
        (those from 50% on), ``probabilities`` {label: share}; of numbers ``values``, in the unit
        of the targets. ``problem`` in their place where there is no answer; ``note`` where an
        example is marked."""
        answered = [name for i, name in enumerate(self.names) if i not in self.problems]
        records = self.task.records(answered, self.decoded)
        lost = [{"example": self.names[i], "problem": p} for i, p in self.problems.items()]
        records = self.in_place(records, lost)
        for i, mark in self.marks.items():
            records[i].setdefault("note", mark)
        return tuple(records)

    @many_objects()
    def table(self) -> list[str]:
        """Lines of text: one for each example, under a heading."""
        if not self.names:
            return []
        columns, left = self.task.columns(self.decoded)
        shown = [[name, *self.in_place(cells, NO_ANSWER)] for name, cells in columns]
        if self.problems:
            none = [""] * len(self.decoded)
            shown.append(["problem", *self.in_place(none, list(self.problems.values()))])
            left = (*left, len(shown) - 1)
        if self.marks:
            shown.append(["note", *(self.marks.get(i, "") for i in range(len(self.names)))])
            left = (*left, len(shown) - 1)
        return aligned([("example", *self.names), *shown], (0, *(1 + i for i in left)))

    def __eq__(self, other: object) -> bool:
        """Whether the same is said, and shown in the same way."""
        if not isinstance(other, Predictions):
            return NotImplemented
        return (self.task, self.records, self.notes) == (other.task, other.records, other.notes)

    __hash__ = None  # type: ignore[assignment]  # equal by content

    def parts(self) -> Iterator[Self]:
        """Some examples after the other, which are as many as are written together."""
        if not are_many(len(self.names)):
            yield self
            return
        answered = 0
        lost, marked = sorted(self.problems), sorted(self.marks)
        for rows in places(len(self.names)):
            problems, marks = within(self.problems, lost, rows), within(self.marks, marked, rows)
            count = rows.stop - rows.start - len(problems)
            decoded = self.decoded[answered : answered + count]
            answered += count
            tables = tuple(rows_of(self.tables, rows))
            yield replace(
                self, names=self.names[rows], decoded=decoded, problems=problems, marks=marks,
                tables=tables,
            )  # fmt: skip

    def in_place(self, answered: Sequence[Any], otherwise: Any) -> list[Any]:
        """A value for each example, from those of the examples with an answer; ``otherwise``: for
        the others, one for all or a list, in the order of ``problems``."""
        if not self.problems:
            return list(answered)
        is_list = isinstance(otherwise, list)
        others = dict(zip(self.problems, otherwise, strict=True)) if is_list else {}
        left = iter(answered)
        return [
            others.get(i, otherwise) if i in self.problems else next(left)
            for i in range(len(self.names))
        ]


def predict_file(
    preset: Preset,
    parameters: Mapping[str, Array],
    path: Path,
    *,
    preparation: Preparation | None = None,
    key: str | None = None,
    invert: bool | None = None,
    backend: str = "cpu",
    threads: int | None = None,
) -> Predictions:
    """Predict from a picture, a table or an array.

    Parameters
    ----------
    preset
        What the network was trained with.
    parameters
        The trained parameters by name, ``{layer}.{parameter}``.
    path
        The user's file, of a kind that its suffix names.
    preparation
        What training learned from the data besides the weights; by default it is learned again
        from the preset's data.
    key
        Which array of several in a .npz file.
    invert
        Whether light and dark of a picture are exchanged; by default its border decides.
    backend, threads
        What the network runs on.

    Returns
    -------
    Predictions
        A record for each example; one that cannot be predicted says why.

    Raises
    ------
    TuidlError
        Where the file does not fit the network, or none of its examples has a finite answer.
    """
    prepared = prepared_for(preset, preparation)
    inputs = read_inputs(preset, prepared, path, key=key, invert=invert)
    count = min(len(inputs.x), MOST_AT_ONCE)
    model = model_of(preset, parameters, examples=count, backend=backend, threads=threads)
    return answered(model, prepared, inputs)


def answered(model: Model, prepared: Preparation, inputs: Inputs) -> Predictions:
    """What a model says of examples that are read already. Raises DataError."""
    if inputs.prompts is not None:
        return _answers(model, prepared, inputs, inputs.prompts)
    count = len(inputs.x)
    require_examples(model, inputs.x)
    inputs = _without_strangers(inputs, model.program.graph.answering)
    is_fit = np.ones(count, bool)
    is_fit[list(inputs.problems)] = False
    if not are_many(count):
        outputs = model.predict(inputs.x[is_fit] if inputs.problems else inputs.x)
        return predictions(task_of(model.preset), prepared, inputs, outputs)
    fit = np.flatnonzero(is_fit)
    parts = (prepared.decode(model.predict(inputs.x[fit[rows]])) for rows in places(len(fit)))
    return _finite(task_of(model.preset), inputs, stored(parts, len(fit)))


def _answers(model: Model, prepared: Preparation, inputs: Inputs, prompts: Prompts) -> Predictions:
    task = task_of(model.preset)
    found = answers_to(generator_of(prepared, model), prompts)
    return Predictions(
        Answers(task.spec, task.loss), inputs.names, found, inputs.notes, inputs.problems,
        (prompts.table,), inputs.marks,
    )  # fmt: skip


def _without_strangers(inputs: Inputs, graph: Graph) -> Inputs:
    """The same, with a problem for each example that an embedding has no row for. Raises DataError
    where no other is left."""
    strange = {
        rows.start + i: text
        for rows in places(len(inputs.x))
        for i, text in row_problems(graph, inputs.x[rows])
        if rows.start + i not in inputs.problems
    }
    if not strange:
        return inputs
    problems = dict(sorted({**inputs.problems, **strange}.items()))
    if len(problems) == len(inputs.x):
        raise DataError(problems[min(problems)])
    return replace(inputs, problems=problems)


def predictions(task: Task, prepared: Preparation, inputs: Inputs, outputs: Array) -> Predictions:
    """Outputs of the network as predictions.

    Parameters
    ----------
    task
        What the outputs mean.
    prepared
        What the network ends in, and how its targets were scaled.
    inputs
        The examples, with their names.
    outputs
        ``(n, *answer shape)``, as the model predicts them, of the examples without problems.

    Raises
    ------
    DataError
        Where no answer is finite; it names the first example.
    """
    return _finite(task, inputs, prepared.decode(outputs))


def _finite(task: Task, inputs: Inputs, decoded: Array) -> Predictions:
    """Answers of the examples without problems, with one for each that is not finite. Raises
    DataError where none is."""
    problems = dict(inputs.problems)
    others = tuple(range(1, decoded.ndim))
    parts = [np.isfinite(decoded[rows]).all(axis=others) for rows in places(len(decoded))]
    finite = np.concatenate([*parts, np.ones(0, bool)])
    if not finite.all():
        fit = np.array([i for i in range(len(inputs.names)) if i not in problems])
        for place in fit[~finite].tolist():
            problems[place] = f"example {inputs.names[place]}: {NO_NUMBER}"
        if not finite.any():
            raise DataError(problems[int(fit[0])])
    tables = (inputs.table,) if inputs.table is not None else ()
    problems = dict(sorted(problems.items()))
    if not finite.all():
        decoded = decoded[finite]
    return Predictions(task, inputs.names, decoded, inputs.notes, problems, tables, inputs.marks)


def _joined(starts: Sequence[int], parts: Sequence[Mapping[int, str]]) -> dict[int, str]:
    """What is said by places in each part, by places in all of them."""
    said: dict[int, str] = {}
    for start, part in zip(starts, parts, strict=False):
        said |= moved(part, start)
    return said
