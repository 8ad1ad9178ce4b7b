"""Scores of the parts that are held out of the training."""

from dataclasses import dataclass

from tuidl.backends.base import ArrayDataset
from tuidl.model.model import Model
from tuidl.protocol.events import Scores, Table
from tuidl.training.interruption import Interrupter
from tuidl.training.measured import measured
from tuidl.training.scores import confusion_of, scores_of


@dataclass(frozen=True)
class Evaluation:
    """``was_stopped``: there are no scores because the run was stopped during the evaluation."""

    scores: Scores | None = None
    confusion: Table | None = None
    was_stopped: bool = False


def evaluate(model: Model, feed: ArrayDataset, interrupter: Interrupter) -> Evaluation:
    """Loss, metrics and confusion matrix over the feed; nothing where it is empty."""
    if not len(feed):
        return Evaluation()

    def goes_on() -> bool:
        interrupter.glance()
        return not interrupter.reason

    totals = model.evaluate(feed, goes_on)
    if totals is None:
        return Evaluation(was_stopped=True)
    program = model.program
    scores = scores_of(program, totals, feed) | measured(model, feed)
    return Evaluation(scores, confusion_of(program, totals))
