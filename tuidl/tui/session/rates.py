"""The learning rates that keys change: one, or one for each objective."""

from dataclasses import dataclass

from tuidl.nn.schedules import Constant
from tuidl.preset.schema import Preset
from tuidl.protocol.commands import editable_rate
from tuidl.tui.session.run import Run


@dataclass(frozen=True)
class Rate:
    """The rate of an ``objective``, whose name is empty where there is one; ``base``: what the
    preset says. ``is_scheduled``: it is what a schedule starts from."""

    objective: str
    base: float
    is_scheduled: bool = False

    @property
    def key(self) -> str:
        """What it is called in a command."""
        return editable_rate(self.objective)

    def of(self, run: Run) -> float:
        """Its value by the last edit, or as the preset has it."""
        edits = [edit.value for edit in run.edits if edit.key == self.key]
        return edits[-1] if edits else self.base

    def in_words(self, run: Run) -> str:
        """``rate of critic 0.003``; empty where there is one objective."""
        if not self.objective:
            return ""
        start = "base rate of" if self.is_scheduled else "rate of"
        return f"{start} {self.objective} {self.of(run):.3g}"


def rates_of(preset: Preset) -> tuple[Rate, ...]:
    """In the order of the objectives."""
    named = [(each.name, each.optimizer) for each in preset.objectives]
    return tuple(
        Rate(name, optimizer.learning_rate, not isinstance(optimizer.schedule, Constant))
        for name, optimizer in named or [("", preset.optimizer)]
    )
