"""How much is held out, and how long is trained in what portions. Pure."""

from dataclasses import dataclass

from tuidl.proposing.facts import Facts
from tuidl.proposing.networks import is_small
from tuidl.proposing.setting import Setting, Settings

FEWEST_FOR_TEST = 100
"""Examples below which a test part would be too small to tell anything."""
HELD_OUT = ((10_000, 0.15), (100_000, 0.1))
"""Up to so many examples, this share for each part: about 1,500 examples put a share of right
answers down to within 2.5 points; 10,000 to within a point."""
HELD_OUT_OF_MANY = 10_000

STEPS = 12_000
"""Of gradient descent, that a network of some thousand parameters needs at most, by experience."""
EPOCHS = (30, 300)
STEPS_IN_SPACE, EPOCHS_IN_SPACE = 4_000, (15, 100)
"""Of pictures and series: their steps take long, and weights that are shared learn from more."""
PATIENCE = (5, 30)
BATCHES = ((1_000, 16), (5_000, 32), (20_000, 64), (100_000, 128))
"""Up to so many examples to train on, this batch: small data need many small, noisy steps, large
data are gone through faster in large ones."""
LARGEST_BATCH = 256


@dataclass(frozen=True)
class Shares:
    """``train``: the examples that are left to train on."""

    validation: float
    test: float
    train: int
    why_validation: str
    why_test: str = ""


@dataclass(frozen=True)
class Schedule:
    """The tables that say how training goes on."""

    optimizer: Settings
    training: Settings
    stopping: Settings


def shares(facts: Facts) -> Shares:
    """What is held out for validation and for test, by the number of examples."""
    rows = facts.rows
    if facts.has_validation:
        return Shares(0.0, 0.0, rows, "")
    if rows < FEWEST_FOR_TEST or facts.has_test:
        few = "few examples, all needed" if rows < FEWEST_FOR_TEST else "a test set is there"
        why = f"a fifth, about {rows // 5}, is held out to see when to stop ({few})"
        return Shares(0.2, 0.0, rows - rows // 5, why)
    share = next((share for most, share in HELD_OUT if rows <= most), None)
    if share is None:
        share = round(HELD_OUT_OF_MANY / rows, 4)
    held = round(share * rows)
    return Shares(
        share,
        share,
        rows - 2 * held,
        f"about {held:,} examples, looked at after every epoch to see when to stop",
        f"about {held:,} examples, looked at once, at the end: the honest score",
    )


def schedule(facts: Facts, train: int) -> Schedule:
    """Batches, epochs and early stopping for so many examples to train on."""
    batch = next((batch for most, batch in BATCHES if train <= most), LARGEST_BATCH)
    steps = max(-(-train // batch), 1)
    wanted, (least, most) = _limits(facts)
    epochs = min(max(round(wanted / steps), least), most)
    patience = min(max(epochs // 10, PATIENCE[0]), PATIENCE[1])
    return Schedule(
        facts.target.optimizer(decays=is_small(facts, train)),
        {
            "epochs": Setting(epochs, "at most: early stopping ends it before"),
            "batch_size": Setting(batch, f"{steps:,} steps an epoch on {train:,} examples"),
        },
        {
            "monitor": facts.target.monitor,
            "patience": Setting(patience, "epochs without a better one; the best is kept"),
        },
    )


def _limits(facts: Facts) -> tuple[int, tuple[int, int]]:
    """Steps that are wanted, and the fewest and most epochs."""
    if facts.target.epochs is not None:
        return STEPS, facts.target.epochs
    return (STEPS, EPOCHS) if facts.is_table else (STEPS_IN_SPACE, EPOCHS_IN_SPACE)
