"""What is said of a run, in plain text."""

import math
from collections.abc import Sequence

from tuidl.core.durations import trained
from tuidl.core.printable import printable, width
from tuidl.protocol import events
from tuidl.protocol.events import Scores

ENDS_OF_PERCENTAGES = ("accuracy", "precision", "recall", "f1")
OF_GENERATORS = ("sliced_wasserstein", "modes_covered")
"""What a generator is judged by."""
WORDS_OF = {"sliced_wasserstein": "distance to real", "modes_covered": "clouds covered"}
SPACED = str.maketrans("_.", "  ")
SMALLER_IS_BETTER = ("loss", "mae", "rmse")
NORM_BAR = 24
FEWEST_NORMS = 4
"""Layers from which on it is worth showing how the gradient changes on its way back."""


def headline(event: events.RunStarted) -> str:
    """What is about to be trained, on one line."""
    parts = ", ".join(f"{count} {part}" for part, count in event.examples.items() if count)
    return (
        f"{printable(event.preset)}: {event.parameters:,} parameters, examples: {parts}; "
        f"seed {event.seed}, {runs_on(event)}"
    )


def runs_on(event: events.RunStarted) -> str:
    """Backend, and GPU or threads: ``cpu, 2 threads``."""
    threads = f"{event.threads} thread{'s' if event.threads != 1 else ''}"
    return f"{event.backend}, {event.device or threads}"


def epoch_line(event: events.EpochEnded, epochs: int) -> str:
    """One epoch: scores of the training part, and of the validation part where there is one."""
    number = f"{fold_text(event)}epoch {event.epoch:>{len(str(epochs))}}/{epochs}"
    text = f"{number}  {scores_text(event.train)}"
    if event.validation is not None:
        text += f"  |  validation {scores_text(event.validation)}"
    return f"{text}  |  {event.seconds:.3f} s"


def fold_line(event: events.FoldEnded) -> str:
    """What one fold of a cross-validation came to."""
    scores = scores_text(event.validation or {})
    return f"fold {event.fold}/{event.folds} after {_epochs(event.epochs)}: validation {scores}"


def fold_text(event: events.Progress | events.EpochEnded) -> str:
    return f"fold {event.fold}  " if event.fold else ""


def scores_text(scores: Scores) -> str:
    """``loss 0.1234  accuracy 97.50%``."""
    return "  ".join(f"{name} {score_text(name, value)}" for name, value in scores.items())


def words_of(measure: str) -> str:
    """A score's name as it stands on the screen: ``generator.loss`` is ``generator loss``."""
    return WORDS_OF.get(measure, measure.translate(SPACED))


def weighed(scores: Scores) -> Scores:
    """The scores, those that say most first: of a generator how near to real examples it comes."""
    first = {name: scores[name] for name in OF_GENERATORS if name in scores}
    return first | scores


def of_generators(scores: Scores | None) -> str:
    """What to judge a generator by, where it has a distance to real examples; else empty."""
    distance, covered = ((scores or {}).get(name) for name in OF_GENERATORS)
    if distance is None:
        return ""
    far = f"distance to the real examples {distance:.3g}"
    if covered is not None:
        far = f"{covered:.0f} cloud{'s' if covered != 1 else ''} covered, {far}"
    return f"Of the generator: {far}; the loss does not say how good it is."


def ending_lines(event: events.RunEnded) -> list[str]:
    """The result as a table, the confusion matrix if there is one, and how the run ended."""
    parts = {"train": event.train, "validation": event.validation, "test": event.test}
    if event.spread:
        parts = {f"mean {name}": scores for name, scores in parts.items()}
        parts["deviation of validation"] = event.spread
    known = {name: scores for name, scores in parts.items() if scores}
    names = list(next(iter(known.values()), {}))
    rows = [["", *names]]
    rows += [
        [part, *(score_text(name, scores[name]) for name in names)]
        for part, scores in known.items()
    ]
    lines = ["", *columns(rows)] if known else [""]
    lines += _about_classes(event)
    if event.confusion:
        lines += ["", *confusion_lines(event.confusion, event.classes), ""]
    if said := of_generators(event.test or event.validation or event.train):
        lines += [said]
    return [
        *lines,
        f"{_ending(event)} after {_epochs(event.epochs)} in {trained(event.seconds)}",
        f"weights sha256 {event.weights_sha256}",
    ]


def norm_lines(norms: dict[str, float], unicode: bool) -> list[str]:
    """The length of each layer's gradient, with bars on a logarithmic scale."""
    known = [norm for norm in norms.values() if norm > 0 and math.isfinite(norm)]
    if len(norms) < FEWEST_NORMS or not known:
        return []
    low, high = math.log10(min(known)), math.log10(max(known))
    span = max(high - low, 1.0)
    lines = []
    for layer, norm in norms.items():
        height = (math.log10(norm) - low) / span if norm in known else 0.0
        bar = ("█" if unicode else "#") * (1 + round(height * (NORM_BAR - 1)))
        lines.append([layer, f"{norm:.2g}", bar])
    title = "gradient of each layer in the last step (length, bars are logarithmic)"
    return ["", title, *columns(lines, aligned_left=(0, 2))]


def failed_norm_lines(event: events.RunFailed) -> list[str]:
    """The length of each layer's gradient in the step that failed."""
    if not event.gradient_norms:
        return []
    lines = [
        [layer, "not finite" if norm is None else f"{norm:.2g}"]
        for layer, norm in event.gradient_norms.items()
    ]
    return ["gradient of each layer in that step (length):", *columns(lines, aligned_left=(0,))]


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def _ending(event: events.RunEnded) -> str:
    text = event.reason.replace("_", " ")
    if event.folds:
        text += f" {event.folds} folds"
    kept = f", weights of epoch {event.best_epoch} kept ({best_by(event)}),"
    return text + (kept if event.best_epoch else "")


def best_by(event: events.RunEnded) -> str:
    """What the epoch whose weights are kept is the best by: ``lowest validation loss``."""
    if not event.best_by:
        return "the best by its validation score"  # of runs before it was noted
    end = "lowest" if event.best_by in SMALLER_IS_BETTER else "highest"
    return f"{end} validation {event.best_by.replace('_', ' ')}"


def _about_classes(event: events.RunEnded) -> list[str]:
    """Which class scores are of, and what accuracy has to be held against."""
    lines = []
    if event.positive:
        lines.append(
            f"precision, recall and f1 are of {event.positive!r}; data.positive chooses the class"
        )
    if event.baseline:
        said = baseline_text(event.baseline)
        article = "an" if event.baseline.accuracy else "a"
        lines.append(f"{event.baseline.in_words} has {article} {event.baseline.score} of {said}")
    return lines


def baseline_text(baseline: events.Baseline) -> str:
    """``95.50% on train, 95.00% on validation``."""
    parts = baseline.by_part.items()
    return ", ".join(f"{score_text(baseline.score, value)} on {part}" for part, value in parts)


def confusion_lines(table: events.Table, classes: Sequence[str] = ()) -> list[str]:
    """The confusion matrix: a row for each true class, a column for what was said instead; runs of
    older versions do not name the ``classes``."""
    names = classes if len(classes) == len(table) else [str(i) for i in range(len(table))]
    header = ["true \\ given", *names]
    return columns(
        [header, *([name, *map(str, row)] for name, row in zip(names, table, strict=True))]
    )


def score_text(name: str, value: float) -> str:
    return f"{100 * value:.2f}%" if is_share(name) else f"{value:.4g}"


def is_share(name: str) -> bool:
    """Whether a score goes from 0 to 1 and is shown in percent."""
    return name.endswith(ENDS_OF_PERCENTAGES)


def columns(rows: Sequence[Sequence[str]], aligned_left: tuple[int, ...] = (0,)) -> list[str]:
    """Cells as lines, each column as wide as it must be; to the right unless ``aligned_left``.

    What stands in a cell is made printable.
    """
    return aligned(list(zip(*rows, strict=True)), aligned_left)


def aligned(table: Sequence[Sequence[str]], aligned_left: tuple[int, ...] = (0,)) -> list[str]:
    """The same of columns instead of rows, of which there may be very many."""
    padded = [_padded_column(cells, i in aligned_left) for i, cells in enumerate(table)]
    return ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]


def _padded_column(cells: Sequence[str], is_left: bool) -> list[str]:
    """The cells of one column, printable and equally wide; each different one is looked at once."""
    different = dict.fromkeys(cells)
    together = "".join(different)
    if together.isascii() and together.isprintable():
        most, pad = max(map(len, different), default=0), str.ljust if is_left else str.rjust
        if 2 * len(different) > len(cells):
            return [pad(cell, most) for cell in cells]
        padded = {cell: pad(cell, most) for cell in different}
    else:
        shown = {cell: printable(cell) for cell in different}
        most = max(map(width, shown.values()), default=0)
        padded = {cell: _padded(text, most, is_left) for cell, text in shown.items()}
    return [padded[cell] for cell in cells]


def _padded(cell: str, most: int, is_left: bool) -> str:
    """The cell in ``most`` cells of a terminal."""
    room = " " * (most - width(cell))
    return cell + room if is_left else room + cell
