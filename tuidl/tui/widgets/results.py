"""Pages on the scores of many runs: two columns as points, spread over groups, importance."""

import math

from rich.text import Text

from tuidl.charts.box_plot import box_plot
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.parallel import Parallel
from tuidl.charts.scale import readable
from tuidl.charts.scatter import Points, scatter
from tuidl.charts.window import is_wide
from tuidl.glossary.pages import Line as HelpLine
from tuidl.logs.measures import best_is
from tuidl.runs.coordinates import Coordinates
from tuidl.runs.labelling import Groups, group_keys
from tuidl.runs.overlaying import Member
from tuidl.runs.setting_importance import (
    importances,
    scores_of,
    settings_that_differ,
    values_of,
)
from tuidl.tui.widgets.chart import Chart, centred
from tuidl.tui.widgets.coordinates import coordinates_words, drawn_coordinates

PAGES = ("scatter", "boxes", "importance", "coordinates")
NAME, COLUMN = 28, 12


class Results:
    """Scores and settings of runs, and which of them are shown."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.tables = [one.settings for one in members]
        self._coordinates: Coordinates | None = None
        self.scores = scores_of(members)
        self.settings = settings_that_differ(self.tables)
        self.score = next(iter(self.scores), "")
        self.groups = group_keys(self.tables)
        self.group = next(iter(self.groups), "")
        self.across = next(iter([k for k in self.columns if k != self.score]), "")
        self.page = 0

    @property
    def columns(self) -> list[str]:
        """All that can be an axis."""
        return [*self.settings, *self.scores]

    def values(self, column: str) -> tuple[list[float], list[str]]:
        """A column as numbers, and the names of those where it has words."""
        if column in self.scores:
            return self.scores[column], []
        return values_of([table.get(column) for table in self.tables])

    @property
    def score(self) -> str:
        return self._score

    @score.setter
    def score(self, name: str) -> None:
        self._score = name
        if self._coordinates is not None:
            self._coordinates.take(name, self.scores.get(name, []))

    @property
    def coordinates(self) -> Coordinates:
        """Made once they are asked for."""
        if self._coordinates is None:
            scores = self.scores.get(self.score, [])
            self._coordinates = Coordinates(self.settings, self.tables, self.score, scores)
        return self._coordinates


class ResultsPage(Chart):
    """The page that is open."""

    def __init__(self, results: Results) -> None:
        super().__init__(id="results")
        self.results = results
        self._parallel = Parallel()

    def title_now(self) -> str:
        results = self.results
        title = {
            "scatter": f"{results.score} over {results.across}",
            "boxes": f"{results.score} by {results.group}",
            "importance": f"what settings say of {results.score}",
            "coordinates": f"{results.score} and the settings of each run",
        }
        return title[PAGES[results.page]]

    def subtitle_now(self) -> str:
        if PAGES[self.results.page] != "coordinates" or not self.results.score:
            return ""
        return coordinates_words(self.results.coordinates, self.content_size.width)

    def draw(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        if not self.results.score:
            return centred("no scores in these logs", palette, width, height)
        draw = {
            "scatter": self._scatter,
            "boxes": self._boxes,
            "importance": self._importance,
            "coordinates": self._lines,
        }
        return draw[PAGES[self.results.page]](palette, width, height, unicode)

    def _lines(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        return drawn_coordinates(
            self.results.coordinates, self._parallel, palette, width, height, unicode
        )

    def _scatter(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        results = self.results
        x, words = results.values(results.across)
        y = results.scores[results.score]
        points = [Points(results.score, x, y)]
        said = f"{results.across}: " + ", ".join(f"{n} {word}" for n, word in enumerate(words))
        known = [value for value in x if math.isfinite(value)]
        is_log = bool(known) and not words and is_wide(min(known), max(known))
        name = f"{results.across}, log scale" if is_log else results.across
        room = width, height - bool(words)
        lines = scatter(points, palette, *room, x_name=name, log_x=is_log, unicode=unicode)
        if words:
            foot = Grid(width, 1, unicode)
            foot.put(0, 0, fitted(said, width), palette.style("muted"))
            lines += foot.lines()
        return lines

    def _boxes(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        results = self.results
        if not results.group:
            words = "no setting is shared by some of these runs and not by all"
            return centred(words, palette, width, height)
        scores = results.scores[results.score]
        members = Groups(results.group, results.tables).members
        groups = [(name, [scores[n] for n in numbers]) for name, numbers in members.items()]
        return box_plot(groups, palette, width, height, unicode)

    def _importance(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        results = self.results
        found = importances(results.tables, results.scores[results.score])
        if not found:
            return centred("no setting differs between these runs", palette, width, height)
        grid = Grid(width, height, unicode)
        name = min(max(len(one.key) for one in found), max(NAME, width // 3))
        ends = [name + 2 + COLUMN * n for n in (1, 2, 3)]
        for end, word in zip(ends, ("explained", "rank", "values"), strict=True):
            grid.put_right(end, 0, word, palette.style("muted"))
        for y, one in enumerate(found[: height - 1], 1):
            grid.put(0, y, fitted(one.key, name), palette.style("text"))
            cells = (_share(one.share), _rank(one.rank), str(one.values))
            for end, cell in zip(ends, cells, strict=True):
                grid.put_right(end, y, cell, palette.style("text"))
            room = width - ends[-1] - 2
            if math.isfinite(one.share) and room > 0:
                grid.put(ends[-1] + 2, y, "█" * round(room * one.share), palette.style("accent"))
        return grid.lines()

    def about(self, width: int) -> list[HelpLine]:
        """How the numbers are made."""
        return [HelpLine(text, "text") for text in ABOUT]


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1%}"


def _rank(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:+.2f}"


def way_of(score: str) -> str:
    """Which end of a score is the good one, in words."""
    return f"the {best_is(score)} is best" if best_is(score) else ""


def summary(results: Results) -> str:
    """How many runs have the score, and its range."""
    known = [v for v in results.scores.get(results.score, []) if math.isfinite(v)]
    if not known:
        return ""
    ends = f"{readable(min(known))} to {readable(max(known))}"
    return f"{len(known)} runs, {ends}  {way_of(results.score)}"


ABOUT = (
    "A score is the last value of a measure, its best one over the run, or that of",
    "the test part. Each run is one point.",
    "Boxes: quartiles, the median, whiskers to the furthest value within 1.5 times the",
    "distance of the quartiles; beyond, each value alone.",
    "'explained' is the share of the score's variance between runs with equal values",
    "of the setting (of numbers that hardly repeat: the squared rank correlation),",
    "less what as many groups explain by chance (epsilon squared). It looks at one",
    "setting at a time: what two do only together is not in it, and settings that",
    "were always changed together share theirs. 'rank' is Spearman's correlation.",
    "Coordinates: a line for each run, the better its score the brighter (by rank). At",
    "first, settings that say more of the score are further right; 'explained' says how",
    "much. A value that is not set lies at the foot, as –. Of more than 60 runs the",
    "ground shows how many go through a place, and lines are the best tenth.",
    "",
)
