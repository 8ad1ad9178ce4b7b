"""When something was so: the step that a panel is of, in words."""

from dataclasses import dataclass

from tuidl.tui.session.run import Phase, Run


@dataclass(frozen=True)
class Moment:
    """``step`` steps of ``epoch`` are done; ``weights_of``: the epoch that the parameters were set
    back to since."""

    epoch: int
    step: int
    weights_of: int | None = None

    @classmethod
    def of(cls, run: Run) -> "Moment":
        """Where a run stands."""
        return cls(run.epoch, run.step, run.weights_of if run.phase is Phase.ENDED else None)

    @property
    def words(self) -> str:
        if self.weights_of:
            return f"weights of epoch {self.weights_of}"
        return f"epoch {self.epoch}, step {self.step}"

    def against(self, now: "Moment") -> str:
        """The same, marked where it is another moment than that of the screen."""
        return self.words if self == now else f"stale: as of {self.words}"
