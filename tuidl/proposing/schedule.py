"""How much is held out, and how long is trained in what portions. Pure."""

from dataclasses import dataclass

from tuidl.proposing.facts import Facts, Setting, Settings
from tuidl.proposing.networks import is_small

FEWEST_FOR_TEST = 100
"""Examples below which a test part would be too small to tell anything."""
HELD_OUT = ((10_000, 0.15), (100_000, 0.1))
"""Up to so many examples, this share for each part: about 1,500 examples put a share of right
answers down to within 2.5 points; 10,000 to within a point."""
HELD_OUT_OF_MANY = 10_000

STEPS = 12_000
"""Of gradient descent, that a network of some thousand parameters needs at most, by experience."""
EPOCHS = (30, 300)
EPOCHS_OF_RATINGS = (30, 30)
STEPS_IN_SPACE, EPOCHS_IN_SPACE = 4_000, (15, 100)
"""Of pictures and series: their steps take long, and weights that are shared learn from more."""
PATIENCE = (5, 30)
BATCHES = ((1_000, 16), (5_000, 32), (20_000, 64), (100_000, 128))
"""Up to so many examples to train on, this batch: small data need many small, noisy steps, large
data are gone through faster in large ones."""
LARGEST_BATCH = 256
RATE, RATE_OF_RATINGS = 1e-3, 3e-3
DECAY = 1.0
"""Of weights, times the learning rate in each step, for small tables of numbers. Of 0, 0.01, 0.1,
0.5, 1 and 2 the middle of those between which no difference was to be seen."""


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
        _of_ratings() if facts.are_ratings else _optimizer(is_small(facts, train)),
        {
            "epochs": Setting(epochs, "at most: early stopping ends it before"),
            "batch_size": Setting(batch, f"{steps:,} steps an epoch on {train:,} examples"),
        },
        {
            "monitor": _monitored(facts),
            "patience": Setting(patience, "epochs without a better one; the best is kept"),
        },
    )


def _limits(facts: Facts) -> tuple[int, tuple[int, int]]:
    """Steps that are wanted, and the fewest and most epochs."""
    if facts.are_ratings:
        return STEPS, EPOCHS_OF_RATINGS
    return (STEPS, EPOCHS) if facts.is_table else (STEPS_IN_SPACE, EPOCHS_IN_SPACE)


def _monitored(facts: Facts) -> Setting:
    if facts.are_ratings:
        return Setting("rmse", "of the validation part; the loss also has what pulls vectors to 0")
    return Setting("loss", "of the validation part")


def _of_ratings() -> Settings:
    """Vectors of ids move only where they come up: a larger rate, and small steps at the end."""
    return {
        "type": Setting("adam", "sizes of steps adapt to each weight: little to tune"),
        "learning_rate": Setting(RATE_OF_RATINGS, "a vector moves only when its id comes up"),
        "schedule": Setting({"type": "cosine"}, "small steps at the end"),
    }


def _optimizer(decays: bool) -> Settings:
    """``decays``: whether weights are drawn towards 0."""
    kind = Setting("adam", "sizes of steps adapt to each weight: little to tune")
    decay = {}
    if decays:
        kind = Setting("adamw", "as adam, with weights that decay")
        why = "few examples: smooth answers hold better for others"
        decay["weight_decay"] = Setting(DECAY, why)
    rate = Setting(RATE, "the usual start; ten times less if the loss jumps")
    return {"type": kind, "learning_rate": rate, **decay}
