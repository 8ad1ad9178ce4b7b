"""A training at some step: what is trained, on which examples, and how far it has come.

All that reads or reports a training (snapshots, events, probes, the diagnosis of a divergence)
takes this record. The trainer alone moves it on.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import msgspec
import numpy as np

from tuidl.backends.base import ArrayDataset, BatchPlan, Engine, Turns
from tuidl.compiler.program import Program
from tuidl.data.dataset import Split
from tuidl.data.preprocessing import Preprocessing, as_first_written, identity
from tuidl.data.spec import sampled_target
from tuidl.kernels.step_state import STEP
from tuidl.model.model import Model
from tuidl.nn.optimizers import Optimizer
from tuidl.preset.schema import Preset
from tuidl.protocol.baseline import Baseline
from tuidl.protocol.commands import EPOCHS, editable_rate, steps_key, weight_of
from tuidl.protocol.edits import At
from tuidl.protocol.events import Edited, Place
from tuidl.training.early_stopping import EarlyStopper
from tuidl.training.edits import Edits
from tuidl.training.feeds import feeds_of, learned_from
from tuidl.training.fingerprint import fingerprint
from tuidl.training.learning_rate import LearningRate
from tuidl.training.progress import TrainProgress
from tuidl.training.rotation import Rotation
from tuidl.training.shuffling import balanced_order, permutation


@dataclass
class TrainState:
    """``held_out``: the parts "validation" and "test", empty where nothing is held out.

    ``fold``: its number from 1 on in a cross-validation, whose folds share the ``edits``.
    ``preprocessing``: what was learned from the data besides the weights. ``resumed``: where the
    run goes on from, None for one from the start. ``plans`` and ``learning_rates``: of each
    objective; ``rotation`` says whose turn it is. ``epochs``: to train in all, which are those of
    the preset unless the run was made longer. ``is_saved``: whether snapshots are taken.
    ``changes``: how often the preset was changed while it trained.
    """

    preset: Preset
    model: Model
    train_feed: ArrayDataset
    held_out: dict[str, ArrayDataset]
    plans: tuple[BatchPlan, ...]
    progress: TrainProgress
    learning_rates: tuple[LearningRate, ...]
    rotation: Rotation
    stopper: EarlyStopper
    preprocessing: Preprocessing
    epochs: int
    is_saved: bool = True
    changes: int = 0
    edits: Edits = field(default_factory=Edits)
    fold: int | None = None
    resumed: Place | None = None
    known_baseline: tuple[Preset, Baseline | None] | None = None
    """Of ``training/baseline.py``, with the preset that it is of."""
    _ordered: tuple[int, ArrayDataset] | None = None

    @classmethod
    def initial(
        cls,
        preset: Preset,
        model: Model,
        split: Split,
        batch: int,
        fold: int | None = None,
        edits: Edits | None = None,
        *,
        is_saved: bool = True,
    ) -> Self:
        """Before the first step, in batches of ``batch`` examples. ``is_saved``: whether snapshots
        will be taken. Raises DataError, or PresetError where a score is watched that is not."""
        if not len(split.validation):
            preset.require_unwatched("the validation part is empty")
        feeds = feeds_of(preset, model, split)
        train = feeds.pop("train")
        objectives = model.program.graph.objectives
        plans = tuple(
            BatchPlan.of(objective.train, batch, len(train))
            for objective in model.program.objectives
        )
        steps, epochs = plans[0].steps(len(train)), preset.training.epochs
        statistics = sum(size for _, size in model.program.statistics.values())
        return cls(
            preset=preset,
            model=model,
            train_feed=train,
            held_out=feeds,
            plans=plans,
            progress=TrainProgress(np.zeros(statistics)),
            learning_rates=tuple(
                LearningRate(optimizer, epochs, steps) for optimizer in optimizers_of(preset)
            ),
            rotation=Rotation(tuple(objective.steps for objective in objectives)),
            stopper=EarlyStopper(preset.training.stopping, is_saved=is_saved),
            preprocessing=learned_from(preset, model, split),
            epochs=epochs,
            is_saved=is_saved,
            edits=edits or Edits(),
            fold=fold,
        )

    @property
    def program(self) -> Program:
        return self.model.program

    @property
    def engine(self) -> Engine:
        return self.model.engine

    @property
    def batches(self) -> BatchPlan:
        """Of the first objective; all have the same number of examples in a step."""
        return self.plans[0]

    @property
    def rates(self) -> LearningRate:
        """Of the first objective."""
        return self.learning_rates[0]

    @property
    def steps(self) -> int:
        """Of an epoch."""
        return self.batches.steps(len(self.train_feed))

    @property
    def place(self) -> tuple[int, int]:
        """The epoch and how many of its steps are done."""
        return self.progress.epoch, self.progress.step

    @property
    def here(self) -> At:
        """The same with the fold, as edits have it."""
        return self.fold or 1, *self.place

    @property
    def next_place(self) -> At:
        """Where the run goes on: in the epoch after this one, if this one has ended."""
        fold, epoch, step = self.here
        return (fold, epoch + 1, 0) if self.progress.epochs == epoch else (fold, epoch, step)

    @property
    def updates(self) -> int:
        """Steps done in the whole run."""
        return int(self.engine.step_state[STEP])

    @contextmanager
    def counting(self, number: int) -> Iterator[None]:
        """Have the engine count the steps of one objective, as its optimizer does; afterwards its
        counter is that of all again."""
        if len(self.plans) == 1:
            yield
            return
        step_state = self.engine.step_state
        before = self.updates
        own = self.rotation.steps_of(number, before)
        step_state[STEP] = own
        try:
            yield
        finally:
            self.engine.step_state[STEP] = before + self.engine.step_state[STEP] - own

    @contextmanager
    def in_turn(self, turns: Turns) -> Iterator[None]:
        """Have the engine count each objective's steps, as optimizers do; afterwards its counter is
        that of all again."""
        try:
            yield
        finally:
            self.engine.step_state[STEP] = turns.counts.sum()

    @cached_property
    def data_sha256(self) -> str:
        """Over the training examples."""
        return fingerprint(self.train_feed.x, self.train_feed.y)

    @property
    def data_sha256_before_numbers(self) -> str:
        """The same, as it was before examples had numbers that their changes are drawn by."""
        y = self.train_feed.y[:, : self.program.graph.numbers_start]
        return fingerprint(self.train_feed.x, y)

    @cached_property
    def preprocessing_sha256(self) -> str:
        """Over what was learned from the data besides, which may change where examples do not."""
        return hashlib.sha256(msgspec.json.encode(identity(self.preprocessing))).hexdigest()

    @property
    def first_preprocessing_sha256(self) -> str:
        """The same, as it was written before tables had dates and units."""
        return hashlib.sha256(as_first_written(self.preprocessing)).hexdigest()

    def ordered(self, epoch: int) -> ArrayDataset:
        """The training examples in an epoch's order; that of the last one asked for is kept."""
        feed, training = self.train_feed, self.preset.training
        if training.sampling is not None:
            return replace(
                feed, order=balanced_order(self._sampled, training.seed, epoch), epoch=epoch
            )
        if not training.shuffle or self.batches.batch >= len(feed):
            return replace(feed, epoch=epoch)
        if self._ordered is None or self._ordered[0] != epoch:
            order = permutation(len(feed), training.seed, epoch)
            self._ordered = epoch, replace(feed, order=order, epoch=epoch)
        return self._ordered[1]

    def forget(self) -> None:
        """Forget what was computed from the examples, which are others now."""
        self._ordered = self.known_baseline = None
        for name in ("data_sha256", "preprocessing_sha256", "_sampled"):
            self.__dict__.pop(name, None)

    @cached_property
    def _sampled(self) -> Any:
        """(examples,) the class of each by which examples are drawn."""
        column = sampled_target(self.program.graph.spec)
        assert column is not None
        return self.train_feed.y[:, column]

    def learning_rate(self, epoch: int, step: int) -> float:
        """The first objective's, of a step counted from 0 in an epoch counted from 1."""
        return float(self.rates.of(epoch, step, 1)[0])

    @property
    def editable(self) -> dict[str, LearningRate]:
        """What can be changed while training goes on, by its key."""
        names = [objective.name for objective in self.program.objectives]
        keys = [editable_rate(name) for name in names]
        return dict(zip(keys, self.learning_rates, strict=True))

    def has_weight(self, key: str) -> bool:
        """Whether the key names one of the network's weights."""
        weight = weight_of(key)
        if weight is None or weight[0] not in self.model.parameters:
            return False
        return weight[1] < self.model.parameters[weight[0]].size

    def edit(self, key: str, value: float) -> Edited:
        """Change a learning rate, or one weight, before the next step. Raises KeyError for another
        key."""
        self._set(key, value)
        return self.edits.new(self.next_place, self.fold, key, value)

    def _set(self, key: str, value: float) -> None:
        weight = weight_of(key)
        if weight is None:
            self.editable[key].base = value
        else:
            with self.model.lock.hold():
                self.model.parameters[weight[0]].reshape(-1)[weight[1]] = value

    def lengthen(self, epochs: int) -> None:
        """Train so many epochs in all; from the next step on, schedules go by that, too."""
        self.epochs = epochs
        for rates in self.learning_rates:
            rates.epochs = epochs

    def repeat(self, edit: Edited) -> None:
        """Make an edit again that was made before a run went back, or one that was planned."""
        if edit.key == EPOCHS:
            self.lengthen(int(edit.value))
        elif edit.key in self.editable or self.has_weight(edit.key):
            self._set(edit.key, edit.value)
        elif edit.key in (turns := self.turns):
            self._insert(turns[edit.key], int(edit.value))

    @property
    def turns(self) -> dict[str, int]:
        """The number of each of several objectives by the key of its steps out of turn."""
        names = [objective.name for objective in self.program.objectives]
        return {steps_key(name): number for number, name in enumerate(names) if len(names) > 1}

    def insert_steps(self, key: str, count: int) -> Edited:
        """Have the next ``count`` steps be those of an objective. Raises KeyError for no key of
        ``turns``."""
        self._insert(self.turns[key], count)
        return self.edits.new(self.next_place, self.fold, key, count)

    def _insert(self, number: int, count: int) -> None:
        self.rotation = self.rotation.with_steps(self.updates, number, count)


def optimizers_of(preset: Preset) -> list[Optimizer]:
    """Those of all objectives, as the preset of this training has them."""
    if not preset.objectives:
        return [preset.optimizer]
    return [objective.optimizer for objective in preset.objectives]
