"""What every exported program has besides its network: constants, preparing, answering, main."""

from collections.abc import Sequence

import msgspec

from tuidl.compiler.codes import decodes, noise_of
from tuidl.compiler.graph import Graph
from tuidl.core.printable import printable
from tuidl.export.text_writing import writes
from tuidl.export.writing import ANSWERS, constant
from tuidl.inference.preprocessing import Preparation
from tuidl.nn.layers.base import Shape
from tuidl.preset.schema import Preset
from tuidl.tasks.decoding import Answer

SIXTEENTHS = {"digits": 16}
"""By what a source divides its pixels where they come as bytes; 255 is for all others."""

IMAGES = ("digits", "mnist", "fashion_mnist", "cifar10", "images", "shapes", "masks")


def as_given(graph: Graph, prepared: Preparation) -> Preparation:
    """What a program that is written for ``graph`` is given, and what comes out: a network that
    answers to noise takes that as it is, and no class of the data is what it makes."""
    if not noise_of(graph.preset):
        return prepared
    given = msgspec.structs.replace(
        prepared, shape=graph.spec.shape, input_shift=(), input_width=(), table=None
    )
    if graph.heads or decodes(graph.preset):
        return given
    return msgspec.structs.replace(
        given, classes=(), answer="numbers", target_shift=(), target_width=()
    )


def constants(prepared: Preparation) -> list[str]:
    """Names of classes and inputs, shapes and scales, each a line or more."""
    known: dict[str, Sequence[float | str]] = {
        "SHAPE": prepared.shape,
        "CLASSES": [printable(name) for name in prepared.classes],
        "INPUTS": prepared.table.inputs if prepared.table else (),
        "INPUT_SHIFT": prepared.input_shift,
        "INPUT_WIDTH": prepared.input_width,
        "TARGET_SHIFT": prepared.target_shift,
        "TARGET_WIDTH": prepared.target_width,
    }
    comments = {
        "SHAPE": "of one input",
        "INPUT_SHIFT": "of each feature or channel, from the training data",
        "TARGET_SHIFT": "from the training data",
    }
    lines = []
    for name, values in known.items():
        if values:
            text = constant(name, values)
            comment = comments.get(name, "")
            plain = f"{text}  # {comment}" if "\n" not in text else f"# {comment}\n{text}"
            lines.append(plain if comment else text)
    return lines


def preparing(preset: Preset, prepared: Preparation) -> str:
    """The function that brings the user's values to what the network was trained on."""
    whose = "they are drawn" if noise_of(preset) else "the data has them"
    if decodes(preset):
        whose = "the other part answers them"
    lines = [
        "def prepare(values):",
        f'    """Values as {whose}, (n, *SHAPE) or one example, for the network."""',
    ]
    kind = preset.data.kind()
    if kind in IMAGES and not noise_of(preset):
        most = SIXTEENTHS.get(kind, 255)
        lines += [
            "    if values.dtype == np.uint8:",
            f"        values = values / np.float32({most})",
        ]
    plain = "values.astype(np.float32).reshape(-1, *SHAPE)"
    if prepared.input_shift:
        if prepared.table is not None:  # training scales tables before it rounds them
            plain = plain.replace("float32", "float64")
        lines.append(f"    values = {plain}")
        lines.append("    return ((values - INPUT_SHIFT) / INPUT_WIDTH).astype(np.float32)")
    else:
        lines.append(f"    return {plain}")
    return "\n".join(lines)


SIGMOID = "0.5 * (1 + np.tanh(0.5 * outputs))  # the sigmoid"
DECODING: dict[Answer, str] = {
    "probabilities": "    return outputs",
    "scores": "    return softmax(outputs)",
    "probability": "    return np.hstack([1 - outputs, outputs])",
    "score": f"    second = {SIGMOID}\n    return np.hstack([1 - second, second])",
    "labels": "    return outputs",
    "label_scores": f"    return {SIGMOID}",
    "numbers": "    return outputs",
    "scores_and_box": (
        "    count = len(CLASSES)\n"
        "    return np.hstack([softmax(outputs[:, :count]), outputs[:, count:]])"
    ),
}
"""Of what a network ends in: the code that makes answers of it."""


def answering(prepared: Preparation, places: Shape) -> str:
    """The function that turns outputs (n, *places, numbers) into answers."""
    code = DECODING[prepared.answer]
    if places:
        code = code.replace("np.hstack", "np.concatenate").replace("])", "], axis=-1)")
    if prepared.target_shift:
        code = "    return outputs * TARGET_WIDTH + TARGET_SHIFT"
        if places:
            rows = "outputs.reshape(len(outputs), -1)"
            code = f"    return ({rows} * TARGET_WIDTH + TARGET_SHIFT).reshape(outputs.shape)"
    what = ANSWERS[prepared.answer]
    return f'def answers(outputs):\n    """What predict() says as {what}."""\n{code}'


def main(prepared: Preparation, places: Shape) -> str:
    """The end of the program: answers to the inputs in a file."""
    if prepared.classes and places:
        printing = '        print(" ".join(CLASSES[best] for best in answer.argmax(axis=-1).flat))'
    elif prepared.answer == "scores_and_box":
        printing = (
            "        shares, box = answer[: len(CLASSES)], answer[len(CLASSES) :]\n"
            "        best = shares.argmax()\n"
            '        numbers = " ".join(f"{number:.3f}" for number in box)\n'
            '        print(f"{CLASSES[best]}  {shares[best]:.1%}  {numbers}")'
        )
    elif prepared.classes:
        printing = (
            '        best = answer.argmax()\n        print(f"{CLASSES[best]}  {answer[best]:.1%}")'
        )
    else:
        numbers = "answer.flat" if places else "answer"
        printing = f'        print(*(f"{{number:g}}" for number in {numbers}))'
    if writes(prepared):
        return (
            'if __name__ == "__main__" and sys.argv[1] == "--write":\n'
            "    print(write(*sys.argv[2:3]))\n"
            'elif __name__ == "__main__":\n'
            "    inputs = prepare(np.load(sys.argv[1], allow_pickle=False))\n"
            "    for answer in answers(predict(inputs)):\n"
            f"{printing}"
        )
    return (
        'if __name__ == "__main__":\n'
        "    inputs = prepare(np.load(sys.argv[1], allow_pickle=False))\n"
        "    for answer in answers(predict(inputs)):\n"
        f"{printing}"
    )
