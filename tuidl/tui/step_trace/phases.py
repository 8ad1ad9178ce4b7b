"""The phases of a step: their lines in the loop, and what they mean."""

import textwrap
from dataclasses import dataclass

from rich.text import Text

from tuidl.charts.grid import Grid, fitted, worded
from tuidl.charts.palette import Palette
from tuidl.protocol.probes import StepTrace
from tuidl.tui.step_trace.formulas import LOSSES, OPTIMIZERS


@dataclass(frozen=True)
class StepPhase:
    """``sentence`` explains it to a beginner."""

    name: str
    sentence: str


PHASES = (
    StepPhase(
        "gather",
        "A few examples are taken from those to learn from: looking at all of them before every "
        "step would take long, and a few show the way well enough.",
    ),
    StepPhase(
        "forward",
        "The inputs go through the layers, one after the other. Each turns its input into an "
        "output by its weights. The output of the last one is the prediction.",
    ),
    StepPhase(
        "loss",
        "One number measures how wrong the predictions are: 0 is perfect. Learning makes it "
        "smaller.",
    ),
    StepPhase(
        "backward",
        "Going back from the loss, layer by layer, the chain rule gives for every weight which "
        "way and how strongly the loss would change with it: its gradient.",
    ),
    StepPhase(
        "update",
        "Every weight moves a little against its gradient, downhill. The learning rate sets how "
        "far. Then the next batch is taken.",
    ),
)
UPDATE = len(PHASES) - 1


@dataclass(frozen=True)
class Loop:
    """The numbers in the loop: where it is, and of how much."""

    epoch: int
    epochs: int
    step: int
    steps: int


def code(answer: StepTrace, loop: Loop, room: int) -> list[tuple[str, str, int | None]]:
    """The training loop: code, the place in it (empty where that means nothing), and the phase."""
    given, compared = ("x", "p") if answer.untaught else ("x, y", "p, y")
    loss = " + ".join(answer.terms) or f"{answer.loss_kind}({compared})"
    whose, weights = answer.objective, " + ".join(answer.trains) or "weights"
    batch = f"{answer.batch} of {answer.of} examples"
    rate = f"{answer.learning_rate:.3g}"
    kind = answer.optimizer
    way = f"{rate} · g" if kind == "sgd" else f"{kind}(g, {rate})"
    return [
        (f"for epoch in 1 … {loop.epochs}:", f"{loop.epoch}", None),
        (f"  for batch in 1 … {loop.steps}:", f"{loop.step}", None),
        (worded(room, f"    {given} = next {batch}", f"    {given} = {batch}"), "", 0),
        ("    p = network(x)" if not answer.terms else f"    p = outputs for {whose}", "", 1),
        (f"    loss = {loss}", "", 2),
        ("    g = gradient of the loss", "", 3),
        (worded(room, f"    {weights} = {weights} - {way}", f"    {weights} -= {way}"), "", 4),
        ("  see how it does on held-out examples", "", None),
    ]


def code_lines(
    answer: StepTrace,
    loop: Loop,
    phase: int,
    palette: Palette,
    width: int,
    height: int,
    unicode: bool,
) -> list[Text]:
    """The loop with the line of the phase marked."""
    grid = Grid(width, height, unicode)
    for y, (text, place, own) in enumerate(code(answer, loop, width - 2)):
        chosen = own == phase
        role = "text" if chosen else "muted"
        grid.put(0, y, "▸" if chosen else " ", palette.style("accent", bold=True))
        grid.put(2, y, fitted(text, width - 2), palette.style(role, bold=chosen))
        if place:
            grid.put_right(width, y, f"now {place}", palette.style("accent", bold=True))
        if chosen:
            grid.tint(0, y, width, palette.selected)
    return grid.lines()


def phase_line(phase: int, palette: Palette, width: int, unicode: bool) -> list[Text]:
    """All phases in a line, the current one marked."""
    grid = Grid(width, 1, unicode)
    x = 0
    gap = " ─ " if width >= 50 else " "
    for i, one in enumerate(PHASES):
        style = palette.selected if i == phase else palette.style("text" if i < phase else "muted")
        x = grid.put(x, 0, f" {one.name} " if i == phase and gap != " " else one.name, style)
        x = grid.put(x, 0, gap if i < UPDATE else "", palette.style("faint"))
    return grid.lines()


def formula_of(answer: StepTrace, phase: int) -> str:
    """The phase's formula, for the network as a whole."""
    return {
        "gather": "batch = the next examples of a shuffled order",
        "forward": "p = layer n( … layer 2(layer 1(x)))",
        "loss": _loss_formula(answer),
        "backward": "d loss / d w = d loss / d y · d y / d w",
        "update": OPTIMIZERS.get(answer.optimizer, ""),
    }[PHASES[phase].name]


def _loss_formula(answer: StepTrace) -> str:
    formula = LOSSES.get(answer.loss_kind, "")
    return formula.replace("mean of", "weighted mean of") if answer.weighted else formula


def words(
    answer: StepTrace, phase: int, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The sentence, and the formula below it; where there is room, those of all phases."""
    grid = Grid(width, height, unicode)
    every = [_sentence_and_formula(answer, number, width) for number in range(len(PHASES))]
    if sum(len(sentence) + len(below) + 2 for sentence, below in every) > height:
        sentence, below = every[phase]
        gap = len(sentence) + len(below) < height
        _put_both(grid, palette, 0, sentence, below, gap, True)
        return grid.lines()
    y = 0
    for number, (sentence, below) in enumerate(every):
        chosen = number == phase
        style = palette.style("accent" if chosen else "muted", bold=True)
        grid.put(0, y, PHASES[number].name, style)
        if chosen:
            grid.tint(0, y, width, palette.selected)
        y = _put_both(grid, palette, y + 1, sentence, below, False, chosen) + 1
    return grid.lines()


def _sentence_and_formula(answer: StepTrace, phase: int, width: int) -> tuple[list[str], list[str]]:
    """A phase's sentence and formula, as lines."""
    below = [
        line
        for part in formula_of(answer, phase).split("   ")
        for line in textwrap.wrap(part, max(width - 2, 10))
    ]
    return textwrap.wrap(PHASES[phase].sentence, max(width, 10)), below


def _put_both(
    grid: Grid,
    palette: Palette,
    y: int,
    sentence: list[str],
    below: list[str],
    gap: bool,
    chosen: bool,
) -> int:
    """Write both, an empty line between them where ``gap``; returns the next line."""
    for line in sentence:
        grid.put(0, y, line, palette.style("text" if chosen else "muted"))
        y += 1
    y += gap
    for line in below:
        grid.put(2, y, line, palette.style("accent" if chosen else "muted", bold=chosen))
        y += 1
    return y
