"""Which arrays are inputs and which are targets, by what people call them. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Role = Literal["inputs", "targets"]

WORDS: dict[Role, tuple[str, ...]] = {
    "inputs": (
        "x", "xs", "inputs", "input", "data", "features", "feature", "images", "image", "imgs",
        "pictures", "samples", "signals", "series", "observations",
    ),
    "targets": (
        "y", "ys", "targets", "target", "labels", "label", "lbls", "classes", "class", "outputs",
        "output", "outcomes", "outcome", "response", "responses", "answers", "truth",
    ),
}  # fmt: skip
"""The most telling first."""
_TRAINING = {"train", "training", "tr", "trn"}
_HELD_OUT = {"test", "testing", "te", "tst", "val", "valid", "validation", "dev"}
_WITHOUT_NAMES = ("arr_0", "arr_1")
"""What ``np.savez(file, x, y)`` calls them."""


class Named(NamedTuple):
    """A name's parts: what it stands for, how telling that is, of which part of the data, and all
    other words."""

    role: Role
    rank: int
    part: int
    rest: tuple[str, ...]


def read_name(name: str) -> Named | None:
    """The parts of ``X_train``, ``trainLabels`` or ``digits-y``; None where it says nothing."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = re.findall(r"[^\W_]+", spaced.casefold())
    part = 1 if _TRAINING & {*words} else 2 if _HELD_OUT & {*words} else 0
    for role, known in WORDS.items():
        found = [word for word in words if word in known]
        if len(found) == 1:
            rest = tuple(w for w in words if w not in {found[0], *_TRAINING, *_HELD_OUT})
            return Named(role, known.index(found[0]), part, rest)
    return None


def likely(names: Iterable[str], role: Role) -> str | None:
    """The name that probably has this role: of all examples before those to train on before those
    that are held out."""
    read = [(name, found) for name in names if (found := read_name(name))]
    fitting = [(found.part, found.rank, name) for name, found in read if found.role == role]
    return min(fitting, key=lambda each: each[:2])[2] if fitting else None


def likely_targets(names: Sequence[str]) -> tuple[str, str] | None:
    """The array of targets, and why; None where nothing says so."""
    if found := likely(names, "targets"):
        return found, f"arrays named {found!r} usually are"
    if tuple(names) == _WITHOUT_NAMES:
        return names[1], "it was saved behind another one, both without a name"
    x = likely(names, "inputs")
    if len(names) == 2 and x is not None:
        other = names[1 - names.index(x)]
        return other, f"it is left beside the inputs, {x!r}"
    return None


def likely_inputs(names: Sequence[str]) -> str | None:
    """The array that probably holds the inputs, of those that are no targets."""
    return likely(names, "inputs") or (names[0] if len(names) == 1 else None)


def partners(name: str, others: Iterable[str]) -> list[str]:
    """Of names, those that stand for targets where ``name`` stands for inputs, and are called as
    it is but for that."""
    own = read_name(name)
    if own is None or own.role != "inputs":
        return []
    read = [(other, found) for other in others if (found := read_name(other))]
    return sorted(
        other
        for other, found in read
        if found.role == "targets" and (found.part, found.rest) == (own.part, own.rest)
    )
