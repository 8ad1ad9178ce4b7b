"""Python programs as text: lines with comments, the head and the foot of a program."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from tuidl.compiler.codes import decodes, noise_of
from tuidl.compiler.graph import Graph
from tuidl.compiler.reverse import reverse_of
from tuidl.core.printable import printable
from tuidl.core.version import __version__
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.layers.base import Shape
from tuidl.preset.schema import Preset
from tuidl.tasks.decoding import Answer

WIDTH = 100
COMMENT_COLUMN = 72
"""Comments are put under each other as long as the code ends left of this."""

STANDARD = ("math", "sys", "pathlib")
"""Modules of the standard library that programs import."""


@dataclass(frozen=True)
class Line:
    """A line of code, and what stands behind it."""

    code: str
    comment: str = ""


def body(lines: Sequence[Line], indent: int = 4) -> str:
    """Lines of a block, their comments under each other; beside too long code they go above."""
    fitting = [len(line.code) for line in lines if line.comment and len(line.code) < COMMENT_COLUMN]
    column, text = max(fitting, default=0), []
    for line in lines:
        together = f"{line.code:<{column}}  # {line.comment}"
        if not line.comment or not line.code:
            text.append(line.code or f"# {line.comment}")
        elif len(together) + indent <= WIDTH:
            text.append(together)
        else:
            text += [f"# {line.comment}", line.code]
    return textwrap.indent("\n".join(text), " " * indent)


def shape_text(shape: Shape) -> str:
    """``(n, 8, 8, 1)``."""
    return f"({', '.join(map(str, ('n', *shape)))})"


def harmless(text: str) -> str:
    """Words that end no docstring and say nothing unseen."""
    return printable(text).replace("\\", "\\\\").replace('"""', "'''")


def wrapped(text: str) -> str:
    """Words in lines that are not too long; of a pair of backslashes none is left alone."""
    words = printable(" ".join(text.split()))
    return "\n".join(map(harmless, textwrap.wrap(words, WIDTH, break_on_hyphens=False)))


def literal(value: float | str) -> str:
    """As Python reads it, texts in double quotes where that needs no escape. What could not be
    seen is escaped."""
    text = ascii(value) if isinstance(value, str) and printable(value) != value else repr(value)
    is_plain = isinstance(value, str) and '"' not in value and text.startswith("'")
    return f'"{text[1:-1]}"' if is_plain else text


def docstring(
    preset: Preset, prepared: Preparation, places: Shape, needs: str, program: str
) -> str:
    """What the program is, what goes in and what comes out."""
    about = f"\n\n{wrapped(preset.about)}" if preset.about.strip() else ""
    return (
        f'"""{wrapped(preset.name)}: a trained network.{about}\n\n'
        f"{wrapped(f'Written by tuidl {__version__}. {needs}')}\n\n"
        f"    python {harmless(program)}.py inputs.npy    # prints one answer for each example\n\n"
        f"{wrapped(inputs_text(preset, prepared))}\n"
        f'{wrapped(outputs_text(prepared, places))}\n"""'
    )


PIXELS = {
    "digits": "grey images of handwritten digits, light on dark, pixels from 0 to 1 (counts / 16)",
    "mnist": "grey images of handwritten digits, light on dark, pixels from 0 to 1 (bytes / 255)",
    "fashion_mnist": "grey images of clothes, light on dark, pixels from 0 to 1 (bytes / 255)",
    "cifar10": "colour photographs (red, green, blue), pixels from 0 to 1 (bytes / 255)",
    "shapes": "grey pictures, pixels from 0 to 1 (bytes / 255)",
    **dict.fromkeys(
        ("images", "masks"), "pictures (height, width, channels), pixels from 0 to 1 (bytes / 255)"
    ),
}
"""What the values of sources of images are."""


STEPS_BACK = (
    " The answer is the noise in an example at a step, as a share of all steps: docs/generating.md "
    "has the loop that goes all steps back and so makes examples."
)


def inputs_text(preset: Preset, prepared: Preparation) -> str:
    """What the inputs are."""
    if decodes(preset):
        return f"Inputs: {shape_text(prepared.shape)} numbers, what the part before answers."
    if noise := noise_of(preset):
        parts = " and, behind it, ".join(f"{n.name!r} {shape_text(n.shape)}" for n in noise)
        what = f"Inputs: {shape_text(prepared.shape)} random numbers, of each example {parts}."
        return what + (STEPS_BACK if reverse_of(Graph.build(preset)) else "")
    kind = preset.data.kind()
    what = PIXELS.get(kind, f"as the data set {kind!r} has them")
    if prepared.table:
        what = "the columns named in INPUTS, a text as one input for each of its values"
    scaled = "; prepare() scales them" if prepared.input_shift else ""
    return f"Inputs: {shape_text(prepared.shape)} numbers, {what}{scaled}."


OF_CLASSES, OF_LABELS = "a probability for each class", "a probability for each label"
ANSWERS: dict[Answer, str] = {
    "probabilities": OF_CLASSES,
    "scores": OF_CLASSES,
    "probability": OF_CLASSES,
    "score": OF_CLASSES,
    "labels": OF_LABELS,
    "label_scores": OF_LABELS,
    "numbers": "the predicted numbers",
    "scores_and_box": "a probability for each class, then x, y, width and height of the box",
}
"""What the answers are, by what the network ends in."""


def outputs_text(prepared: Preparation, places: Shape) -> str:
    """What the answers are: (n, *places, ...)."""
    if prepared.answer == "scores_and_box":
        return f"Answers: {ANSWERS[prepared.answer]}, as shares of the picture."
    if prepared.classes:
        shape = shape_text((*places, len(prepared.classes)))
        return f"Answers: {shape}, a probability for each of CLASSES."
    if prepared.answer != "numbers":
        return f"Answers: {ANSWERS[prepared.answer]}."
    scaled = ", brought back to the targets' own units" if prepared.target_shift else ""
    return f"Answers: numbers{scaled}."


def imports(statements: Sequence[str]) -> str:
    """Import statements in two groups, the standard library first."""
    groups: list[list[str]] = [[], []]
    for statement in sorted(set(statements), key=lambda text: (text.startswith("from"), text)):
        module = statement.split()[1].partition(".")[0]
        groups[module not in STANDARD].append(statement)
    return "\n\n".join("\n".join(group) for group in groups if group)


def constant(name: str, values: Sequence[float | str]) -> str:
    """``NAME = (...)``, over several lines where it is long."""
    texts = [literal(value) for value in values]
    listed = ", ".join(texts) + ("," if len(values) == 1 else "")
    if len(line := f"{name} = ({listed})") <= WIDTH:
        return line
    rows = [""]
    for text in texts:
        rows += [""] * (len(rows[-1]) + len(text) + 5 > WIDTH and rows[-1] != "")
        rows[-1] += f" {text},"
    return "\n".join([f"{name} = (", *(f"   {row}" for row in rows), ")"])


def joined(blocks: Sequence[str]) -> str:
    """Definitions of a module, two blank lines between them."""
    return "\n\n\n".join(block.strip("\n") for block in blocks if block) + "\n"
