"""The task's own picture: what the network makes of its examples, right now."""

import textwrap
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding

from tuidl.charts.hstack import hstack
from tuidl.charts.palette import Palette
from tuidl.protocol import probes
from tuidl.protocol.clusters import Clusters
from tuidl.protocol.generated import Diffused
from tuidl.protocol.picture_answers import Boxes, Masks, Reconstructions
from tuidl.protocol.probes import AnyAnswer
from tuidl.protocol.rating_answers import Recommended
from tuidl.tasks.base import Picture as TaskPicture
from tuidl.tui.renderers import clusters, diffused, examples, generated, ratings, sample
from tuidl.tui.renderers.boxes import boxes
from tuidl.tui.renderers.masks import masks
from tuidl.tui.renderers.places import places
from tuidl.tui.renderers.reconstructions import reconstructions
from tuidl.tui.renderers.series import forecast
from tuidl.tui.renderers.shapes import curve, plane
from tuidl.tui.renderers.values import values
from tuidl.tui.renderers.waiting import awaited
from tuidl.tui.session.run import Run
from tuidl.tui.widgets.chart import Chart, centred

WIDE = 60
"""The width from which on probabilities stand beside the images."""

OF_MATRIX = "held out: true against predicted"
NO_PICTURE = "no picture for this kind of data"


def picture_of(
    answer: AnyAnswer, palette: Palette, width: int, height: int, unicode: bool
) -> list[Text]:
    """The picture of one answer to a task's probe, predictions aside."""
    room = (palette, width, height, unicode)
    match answer:
        case probes.Curve():
            return curve(answer, *room)
        case probes.Plane():
            return plane(answer, *room)
        case probes.Forecast():
            return forecast(answer, *room)
        case probes.Places():
            return places(answer, *room)
        case Boxes():
            return boxes(answer, *room)
        case Masks():
            return masks(answer, *room)
        case Reconstructions():
            return reconstructions(answer, *room)
        case probes.Values():
            return values(answer, *room)
        case Diffused():
            return diffused.step_back(answer, -1, *room, arrows=False)
        case probes.Generated():
            return generated.points(answer, *room)
        case probes.GeneratedPictures():
            return generated.pictures(answer, *room)
        case Clusters():
            return clusters.clusters(answer, *room)
        case probes.Sample():
            return sample.written(sample.Written(answer.given, answer.tokens, goes_on=True), *room)
        case Recommended():
            return ratings.picture(answer, *room)
        case probes.EmbeddingMap():
            return sample.embedding_map(answer, *room)
    return centred(NO_PICTURE, palette, width, height)


def unanswered(
    problem: str | None, run: Run, palette: Palette, width: int, height: int
) -> list[Text]:
    """Why there is no picture: the ``problem`` of the probe, or what is awaited, and for how
    long."""
    rows = textwrap.wrap(problem or awaited(run), max(width - 2, 1))[:height]
    above = (height - len(rows)) // 2
    texts = [""] * above + rows + [""] * (height - above - len(rows))
    return [Text(text[:width].center(width), palette.style("muted")) for text in texts]


class Picture(Chart):
    """Drawn from the answer to the task's probe, or its ``problem``; v switches what is shown of
    images."""

    BINDINGS: ClassVar = [
        Binding("v", "turn", "images, matrix"),
        Binding("left", "move(-1)", "Select", show=False),
        Binding("right", "move(1)", "Select", show=False),
    ]

    concept = "validation"

    def __init__(self, picture: TaskPicture, name: str = "picture") -> None:
        super().__init__(id=name)
        self._picture = picture
        self.kinds = (picture.probe,)  # type: ignore[misc]
        self.matrix, self.selected = False, 0
        self.begin()

    def begin(self) -> None:
        """Forget the run before."""
        self.shown = Run()
        self.answer: AnyAnswer | None = None
        self.problem: str | None = None
        self.selected = 0

    def take(self, answer: AnyAnswer | None, problem: str | None) -> None:
        """Show another answer, the same example selected."""
        if isinstance(answer, probes.Predictions):
            before = self.answer if isinstance(self.answer, probes.Predictions) else None
            self.selected = examples.kept_selection(before, self.selected, answer)
        self.answer, self.problem = answer, problem

    def title_now(self) -> str:
        found = self._picture if self.answer is None else self._picture.of(self.answer.kind)
        is_matrix = isinstance(self.answer, probes.Predictions) and (
            self.matrix or len(self.answer.shape) == 1
        )
        return OF_MATRIX if is_matrix else found.title

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if self.answer is None:
            return unanswered(self.problem, self.shown, palette, width, height)
        if isinstance(self.answer, probes.Predictions):
            return self._examples(self.answer, palette, width, height, unicode)
        return picture_of(self.answer, palette, width, height, unicode)

    def _examples(
        self, answer: probes.Predictions, palette: Palette, width: int, height: int, unicode: bool
    ) -> list[Text]:
        if self.matrix:
            return examples.matrix(answer, palette, width, height, cursor=None, unicode=unicode)
        if len(answer.shape) == 1:
            return examples.matrix_and_rows(
                answer, palette, width, height, selected=self.selected, unicode=unicode
            )
        room = width if width < WIDE else max(width * 3 // 5, 30)
        left = examples.list_of(
            answer, palette, room, height, selected=self.selected, unicode=unicode
        )
        if room == width:
            return left
        right = examples.closely(
            answer, palette, width - room - 2, height, selected=self.selected, unicode=unicode
        )
        return hstack(left, right, gap=2)

    def hint(self, action: str) -> str | None:
        """``v`` switches between pictures of images and the matrix, of nothing else."""
        if action != "turn":
            return None
        is_of_images = isinstance(self.answer, probes.Predictions) and len(self.answer.shape) > 1
        return ("images" if self.matrix else "matrix") if is_of_images else ""

    def action_turn(self) -> None:
        self.matrix = not self.matrix
        self.changed()

    def action_move(self, way: int) -> None:
        if isinstance(self.answer, probes.Predictions) and self.answer.examples:
            self.selected = (self.selected + way) % len(self.answer.examples)
            self.changed()
