"""Pages on the scores of many runs: two columns as points, spread over groups, importance."""

import math

from rich.text import Text

from tuidl.charts.box_plot import box_plot, groups_that_fit, with_values
from tuidl.charts.grid import Grid, fitted
from tuidl.charts.palette import Palette
from tuidl.charts.parallel import Parallel
from tuidl.charts.scale import readable
from tuidl.charts.scatter import Points, scatter
from tuidl.charts.window import is_wide
from tuidl.glossary.pages import Line as HelpLine
from tuidl.logs.measures import best_is
from tuidl.protocol.formatting import is_share
from tuidl.runs.coordinates import Coordinates
from tuidl.runs.labelling import Groups, group_keys, is_seed, short_keys, usual_group
from tuidl.runs.overlaying import Member
from tuidl.runs.setting_importance import (
    Importance,
    importances,
    scores_of,
    settings_that_differ,
    values_of,
)
from tuidl.tui.widgets.chart import Chart, about_lines, centred
from tuidl.tui.widgets.coordinates import coordinates_words, drawn_coordinates

PAGES = ("scatter", "boxes", "importance", "coordinates")
NAME, COLUMN = 28, 11


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
        self.group = usual_group(self.tables)
        self.row = 0
        """The first group or setting that is seen."""
        self._boxes: tuple[tuple[str, str], list[tuple[str, list[float]]]] | None = None
        self._importances: tuple[str, list[Importance]] | None = None
        self.across = self._first_column()
        self.page = 0

    @property
    def columns(self) -> list[str]:
        """All that can be an axis."""
        return [*self.settings, *self.scores]

    def _first_column(self) -> str:
        """The number that says most of the score, no seed; else any other column."""
        numbers = [one.key for one in self.importances if self._is_number(one.key)]
        others = [key for key in self.columns if key != self.score]
        return next(iter((*numbers, *others)), "")

    def _is_number(self, key: str) -> bool:
        return not is_seed(key) and not self.values(key)[1]

    def values(self, column: str) -> tuple[list[float], list[str]]:
        """A column as numbers, and the names of those where it has words."""
        if column in self.scores:
            return self.scores[column], []
        return values_of([table.get(column) for table in self.tables])

    @property
    def is_log(self) -> bool:
        """Whether the score is drawn by its factors."""
        known = [value for value in self.scores[self.score] if math.isfinite(value)]
        return bool(known) and not is_share(self.score) and is_wide(min(known), max(known))

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

    @property
    def boxes(self) -> list[tuple[str, list[float]]]:
        """The scores of each group that has some; made once for a score and a key."""
        key = (self.score, self.group)
        if self._boxes is None or self._boxes[0] != key:
            scores = self.scores[self.score]
            members = Groups(self.group, self.tables).members
            found = [(name, [scores[n] for n in numbers]) for name, numbers in members.items()]
            self._boxes = (key, with_values(found))
        return self._boxes[1]

    @property
    def importances(self) -> list[Importance]:
        """Made once for a score."""
        if self._importances is None or self._importances[0] != self.score:
            found = importances(self.tables, self.scores.get(self.score, []))
            self._importances = (self.score, found)
        return self._importances[1]

    def held(self, count: int, fit: int) -> int:
        """The first row that is seen of so many, held within what there is."""
        self.row = min(max(self.row, 0), max(count - fit, 0))
        return self.row

    def rows_words(self, height: int) -> str:
        """Which groups or settings are seen, where not all are."""
        page = PAGES[self.page]
        if not self.score or page not in ("boxes", "importance"):
            return ""
        if page == "boxes" and not self.group:
            return ""
        what, count, fit = (
            ("groups", len(self.boxes), groups_that_fit(height)) if page == "boxes"
            else ("settings", len(self.importances), max(height - 1, 1))
        )  # fmt: skip
        first = self.held(count, fit)
        return f"{what} {first + 1} to {first + fit} of {count} (up, down)" if count > fit else ""


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
        """What of the page is seen, where that is not all."""
        results, page = self.results, PAGES[self.results.page]
        if page == "coordinates" and results.score:
            return coordinates_words(results.coordinates, self.content_size.width)
        return results.rows_words(self.content_size.height)

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
        short = short_keys(results.settings).get(results.across, results.across)
        name = f"{short}, log" if is_log else short  # a longer one hides the scale beside it
        room = width, height - bool(words)
        log_y = results.is_log
        lines = scatter(
            points, palette, *room, x_name=name, log_x=is_log, log_y=log_y, unicode=unicode
        )
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
        first = results.held(len(results.boxes), groups_that_fit(height))
        log = results.is_log
        return box_plot(results.boxes, palette, width, height, unicode, first, log)

    def _importance(self, palette: Palette, width: int, height: int, unicode: bool) -> list[Text]:
        results = self.results
        found = results.importances
        if not found:
            return centred("no setting differs between these runs", palette, width, height)
        grid = Grid(width, height, unicode)
        name = min(max(len(one.key) for one in found), max(NAME, width // 3))
        ends = [name + 2 + COLUMN * n for n in (1, 2, 3, 4)]
        for end, word in zip(ends, ("explained", "of ranks", "rank", "values"), strict=True):
            grid.put_right(end, 0, word, palette.style("muted"))
        first = results.held(len(found), max(height - 1, 1))
        for y, one in enumerate(found[first : first + height - 1], 1):
            grid.put(0, y, fitted(one.key, name), palette.style("text"))
            cells = (_share(one.share), _share(one.of_ranks), _rank(one.rank), str(one.values))
            for end, cell in zip(ends, cells, strict=True):
                grid.put_right(end, y, cell, palette.style("text"))
            room = width - ends[-1] - 2
            if math.isfinite(one.share) and room > 0:
                grid.put(ends[-1] + 2, y, "█" * round(room * one.share), palette.style("accent"))
        return grid.lines()

    def about(self, width: int) -> list[HelpLine]:
        """How the numbers are made."""
        return about_lines(ABOUT, width)


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
    "A score is the last value of a measure, its best one over the run, or that of the test part. "
    "Each run is one point.",
    "Boxes: quartiles, the median, whiskers to the furthest value within 1.5 times the distance of "
    "the quartiles; beyond, each value alone.",
    "'explained' is the share of the score's variance between runs with equal values of the "
    "setting, less what as many groups explain by chance (epsilon squared). Of numbers that hardly "
    "repeat: between 3 to 8 equally large parts of them in order, or the squared rank correlation, "
    "whichever is more. 'of ranks' is the same of the scores' ranks: some runs that went very "
    "badly do not drown the rest. Both look at one setting at a time: what two do only together is "
    "not in them, and settings that were always changed together share theirs. 'rank' is "
    "Spearman's correlation.",
    "Coordinates: a line for each run, the better its score the brighter (by rank). At first, "
    "settings that say more of the score are further right; 'of ranks' says how much. A value that "
    "is not set lies at the foot, as –. Of more than 60 runs the ground shows how many go through "
    "a place, and lines are the best tenth.",
)
