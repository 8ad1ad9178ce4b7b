"""A panel of a view that draws what the view was answered."""

from typing import Any, Generic, Protocol, TypeVar

from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered


class Asking(Protocol):
    """A view that asks the engine: the ``answer``, or why there is none."""

    @property
    def answer(self) -> Any: ...
    @property
    def problem(self) -> str | None: ...
    @property
    def frame(self) -> Run: ...


V = TypeVar("V", bound=Asking)


class ViewPanel(Chart, Generic[V]):
    """Says what it waits for until there is an answer."""

    def __init__(self, view: V) -> None:
        super().__init__()
        self.view = view

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.view.answer is None:
            return unanswered(self.view.problem, self.view.frame, palette, width, height)
        return self.picture(self.view.answer, palette, width, height, unicode)

    def picture(
        self, answer: Any, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        """The lines once there is an answer."""
        raise NotImplementedError
