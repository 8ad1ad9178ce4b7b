"""The examples that a network is most wrong about."""

import numpy as np

from tuidl.core.lazy import Array
from tuidl.core.printable import shortened
from tuidl.data.tables.beside import of_rows
from tuidl.data.tables.raw import texts_of
from tuidl.data.text.layout import TextLayout
from tuidl.inference.answering import line_of
from tuidl.judging.boxes import Boxes
from tuidl.judging.classes import Classes
from tuidl.judging.clusters import Clustered
from tuidl.judging.judged import Judged
from tuidl.judging.labels import Labels
from tuidl.judging.places import Masks, Places
from tuidl.judging.records import WorstExample
from tuidl.judging.regression import Numbers
from tuidl.judging.subject import Subject

MOST_SHOWN = 6
"""Numbers of one example."""
MOST_COLUMNS = 100
LONGEST_SEQUENCE = 40
"""Characters of a sequence."""
PROMPT = "prompt"
"""What a line is asked, in the place of its columns."""


def worst_of(
    judged: Judged, subject: Subject, count: int, layout: TextLayout | None = None
) -> tuple[WorstExample, ...]:
    """Those with the largest losses, the worst first. ``layout``: of a text."""
    losses, places = _losses(judged), worst_places(judged, count)
    values = _values(subject, places)
    if layout is not None and layout.answer_after and isinstance(judged.scored, Places):
        true = judged.scored.true[places]
        prompts = (line_of(layout, row).prompt for row in true)
        values = [{PROMPT: prompt.removesuffix(layout.answer_after)} for prompt in prompts]
    return tuple(
        WorstExample(subject.name(i), *_answer(judged, i, layout), float(losses[i]), row)
        for i, row in zip(places.tolist(), values, strict=True)
    )


def worst_places(judged: Judged, count: int) -> Array:
    """Which examples those are."""
    return np.argsort(-_losses(judged), kind="stable")[:count]


def _losses(judged: Judged) -> Array:
    return np.where(np.isfinite(judged.scored.losses), judged.scored.losses, -np.inf)


def _values(subject: Subject, places: Array) -> list[dict[str, str]]:
    """What stands in the columns of each of the examples."""
    origin = subject.origin
    if origin is None or origin.table is None or origin.rows is None:
        return [{} for _ in places]
    rows = origin.rows[places]
    columns = {c.name: texts_of(of_rows(c, rows)) for c in origin.table.columns[:MOST_COLUMNS]}
    return [{name: texts[i] for name, texts in columns.items()} for i in range(len(rows))]


def _answer(judged: Judged, i: int, layout: TextLayout | None) -> tuple[str, str]:
    """What is true, and what was predicted."""
    scored, names = judged.scored, judged.names
    match scored:
        case Classes():
            given = int(scored.chosen[i])
            return names[int(scored.true[i])], f"{names[given]} {scored.shares[i, given]:.1%}"
        case Labels():
            return _labels(names, scored.true[i]), _labels(names, scored.chosen[i])
        case Boxes():
            given, overlap = int(scored.chosen[i]), scored.overlaps[i]
            said = f"{names[given]} {scored.shares[i, given]:.1%}, IoU {overlap:.3f}"
            return names[int(scored.true[i])], said
        case Masks():
            return _mask(scored, names, i)
        case Places():
            return _places(scored, names, i, layout)
        case Clustered():
            true = "" if scored.true is None else names[int(scored.true[i])]
            return true, f"cluster {int(scored.members[i]) + 1}"
        case Numbers():
            return _numbers(scored.true[i]), _numbers(scored.predicted[i])
    return "", ""


def _places(
    scored: Places, names: tuple[str, ...], i: int, layout: TextLayout | None
) -> tuple[str, str]:
    """Both sequences where an example is one, else how many of its places are right."""
    counted = scored.valid[i] > 0
    true, given = scored.true[i][counted], scored.chosen[i][counted]
    if not scored.is_whole:
        return f"{len(true)} places", f"{int((true == given).sum())} right"
    if layout is not None:
        texts = (layout.tokenizer.decode(row.tolist()).strip() for row in (true, given))
    else:
        texts = (" ".join(names[number] for number in row.tolist()) for row in (true, given))
    first, second = (shortened(text, LONGEST_SEQUENCE) for text in texts)
    return first, second


def _mask(scored: Masks, names: tuple[str, ...], i: int) -> tuple[str, str]:
    """Which classes are there, and how much of the picture is right."""
    counted = scored.valid[i] > 0
    true, given = scored.true[i][counted], scored.chosen[i][counted]
    there = [names[number] for number in np.unique(true).tolist()]
    return " ".join(there), f"{(true == given).mean():.1%} of the pixels right"


def _labels(names: tuple[str, ...], given: Array) -> str:
    return " ".join(n for n, is_given in zip(names, given, strict=True) if is_given) or "none"


def _numbers(values: Array) -> str:
    more = " ..." if len(values) > MOST_SHOWN else ""
    return " ".join(f"{value:.6g}" for value in values[:MOST_SHOWN].tolist()) + more
