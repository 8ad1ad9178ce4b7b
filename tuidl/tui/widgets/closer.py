"""What stands beside the curves and the picture on a wide screen, by the kind of task."""

from rich.text import Text

from tuidl.charts.palette import Palette
from tuidl.protocol.probes import AnyAnswer, Layers, Predictions
from tuidl.tui.renderers import examples
from tuidl.tui.renderers.spreads import spreads
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart
from tuidl.tui.widgets.picture import unanswered


class Spreads(Chart, can_focus=False):
    """How the weights of all layers are distributed. Filled by the probe ``layers``."""

    concept = "initialization"
    kinds = ("layers",)

    def on_mount(self) -> None:
        self.border_title = "weights of each layer"

    def begin(self) -> None:
        """Forget the run before."""
        self.shown = Run()
        self.answer: Layers | None = None

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None or all(layer.spread is None for layer in self.answer.layers):
            return unanswered(None, self.shown, palette, width, height)
        return spreads(self.answer, palette, width, height, unicode)


class Closer(Chart, can_focus=False):
    """What the picture of classes has no room for: beside images the confusion matrix, beside
    matrix and examples the first of them, closely."""

    concept = "confusion_matrix"
    kinds = ("predictions",)

    def begin(self) -> None:
        """Forget the run before."""
        self.shown = Run()
        self.answer: Predictions | None = None
        self.problem: str | None = None

    def take(self, answer: AnyAnswer | None, problem: str | None) -> None:
        """Show another answer."""
        self.answer = answer if isinstance(answer, Predictions) else None
        self.problem = problem

    @property
    def _is_of_images(self) -> bool:
        return self.answer is None or len(self.answer.shape) > 1

    def title_now(self) -> str:
        return "confusion matrix" if self._is_of_images else "the first example, closely"

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            return unanswered(self.problem, self.shown, palette, width, height)
        if self._is_of_images:
            return examples.matrix(
                self.answer, palette, width, height, cursor=None, unicode=unicode
            )
        return examples.closely(self.answer, palette, width, height, selected=0, unicode=unicode)
