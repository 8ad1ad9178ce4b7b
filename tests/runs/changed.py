"""Runs whose preset is changed while they train."""

import random
from collections.abc import Callable, Iterator

from tests.plane.drawn import drawn_state
from tuidl.plane.presets import preset_of
from tuidl.plane.state import PlaneState
from tuidl.protocol.events import Edited, Event
from tuidl.training.changing import changed
from tuidl.training.interruption import Interrupter
from tuidl.training.state import TrainState

Planned = tuple[int, str]
"""After how many steps, and the line of the state to change to, or KEY=VALUE of one weight."""
FIXED = ("seed",)


def drawn_plan(seed: int, count: int, most: int) -> list[Planned]:
    """So many changes at most ``most`` steps apart, each of one setting or of all."""
    draw, state, plan, step = random.Random(seed), drawn_state(seed), [], 0
    for number in range(count):
        other = drawn_state(1000 * seed + number)
        names = [name for name in PlaneState.__struct_fields__ if name not in FIXED]
        chosen = names if draw.random() < 0.1 else [draw.choice(names)]
        state = state.with_(**{name: getattr(other, name) for name in chosen})
        if state.is_empty:
            state = state.with_(shape="circles")
        state = state.with_(rate=min(state.rate, 0.01), optimizer="adam")
        step += draw.randint(0, most)
        plan.append((step, state.line()))
    return plan


class Changer(Interrupter):
    """Makes planned changes at their steps, and stops after ``until`` of them; ``record`` gets
    each edit."""

    def __init__(
        self, plan: list[Planned], until: int, record: Callable[[Event], None] = lambda event: None
    ) -> None:
        super().__init__()
        self._plan, self._until, self._record = list(plan), until, record
        self.made: list[Edited] = []

    def attach(self, state: TrainState) -> None:
        self._state = state
        self._plan = [planned for planned in self._plan if planned[0] >= state.updates]

    def allowed(self, left: int) -> int:
        done = self._state.updates
        while self._plan and self._plan[0][0] <= done:
            *_, edit = self._change(self._plan.pop(0)[1])
            assert isinstance(edit, Edited)
            self._record(edit)
            self.made.append(edit)
        if done >= self._until:
            self.stop("stopped")
        left = min(left, self._state.steps - self._state.progress.step)
        ends = [self._until, *(step for step, _ in self._plan[:1])]
        return max(min(left, *(end - done for end in ends)), 1)

    def _change(self, text: str) -> Iterator[Event]:
        """To the preset of a line; or one weight, KEY=VALUE."""
        if text.startswith("weights."):
            return iter([self._state.edit(*_weight(text))])
        return changed(self._state, text_of(text))


def _weight(text: str) -> tuple[str, float]:
    key, value = text.split("=")
    return key, float(value)


def text_of(line: str) -> str:
    return preset_of(PlaneState.parse(line)).to_toml()
