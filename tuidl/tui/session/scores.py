"""Which scores of a run are shown, and in which order."""

from tuidl.protocol.events import Scores
from tuidl.protocol.formatting import weighed
from tuidl.tui.session.run import Run

LOSS = "loss"


def loss_of(run: Run) -> str:
    """What the run's loss is called: of several objectives it is that of the first one."""
    if run.started is None or run.started.objectives < 2:
        return LOSS
    scores = run.train or {}
    return next((name for name in scores if name.endswith(f".{LOSS}")), LOSS)


def shown_scores(run: Run, scores: Scores) -> Scores:
    """Those that say most first; not the run's loss beside the objective's whose it is."""
    own = loss_of(run)
    return {k: v for k, v in weighed(scores).items() if own == LOSS or k != LOSS}
