"""How often each class occurs: which of two is the positive one, and what to say of rare ones."""

from collections.abc import Sequence

from tuidl.core.errors import PresetError, suggestion

TRUTH = {
    "1", "+", "yes", "y", "true", "t", "positive", "pos", "on",
    "ja", "wahr", "positiv", "oui", "vrai", "positif", "sí", "si", "verdadero", "positivo", "sì",
    "vero", "sim", "verdadeiro", "waar", "sant", "kyllä", "tosi", "tak", "prawda", "ano", "pravda",
    "igen", "igaz", "evet", "да", "истина", "так", "ναι", "はい", "是", "예",
    "네", "כן", "نعم", "हाँ",
}  # fmt: skip
"""Names that say that something is so, in upper or lower case, in many languages."""
LOPSIDED = 4
"""The most frequent class has at least so many times as many examples as the rarest."""


def positive_class(classes: Sequence[str], counts: Sequence[int] | None, wanted: str | None) -> str:
    """The class that precision, recall and F1 are of: the ``wanted`` one; of two classes that whose
    name says yes where only one does, else the rarer one, else the second. Empty where there are
    not two. Raises PresetError where the ``wanted`` one cannot be had."""
    if wanted is not None:
        return _checked(classes, wanted)
    if len(classes) != 2:
        return ""
    says_yes = [name for name in classes if name.casefold() in TRUTH]
    if len(says_yes) == 1:
        return says_yes[0]
    return classes[0] if counts and counts[0] < counts[1] else classes[1]


def _checked(classes: Sequence[str], wanted: str) -> str:
    key = "data.positive"
    if not classes:
        raise PresetError(key, "the targets are numbers, not classes")
    if wanted not in classes:
        raise PresetError(key, f"no class {wanted!r}{suggestion(wanted, classes[:50])}")
    if len(classes) != 2:
        problem = f"one of two classes; here are {len(classes)}, whose precision, recall and F1 are"
        raise PresetError(key, f"{problem} means over all of them")
    return wanted


EVENING = (
    "loss.class_weights = 'balanced' or training.sampling = 'balanced' makes rare classes count as "
    "much"
)


def lopsided(
    classes: Sequence[str], counts: Sequence[int] | None, *, is_evened: bool = False
) -> str:
    """What to say of classes of which some are rare; nothing where none is. ``is_evened``: whether
    rare ones count as much by the preset."""
    if not classes or not counts or min(counts) * LOPSIDED > max(counts):
        return ""
    most, least = counts.index(max(counts)), counts.index(min(counts))
    total = sum(counts)
    return (
        f"classes are lopsided: {counts[most]:,} of {total:,} examples are {classes[most]!r}, "
        f"{counts[least]:,} {classes[least]!r}; always saying {classes[most]!r} has an accuracy of "
        f"{100 * counts[most] / total:.2f}%, so look at recall and f1"
        f"{'' if is_evened else f'; {EVENING}'}"
    )
