"""The tables of docs/results.md, written between the marks that stand there."""

import re
from collections.abc import Callable
from pathlib import Path

from bench.results.cases import cases_of
from bench.results.records import Range, Results, Row, Run
from tuidl.preset.library import shipped

DOCUMENT = Path(__file__).parents[2] / "docs" / "results.md"
SYSTEMS = ("tuidl", "keras")


def write(results: Results, path: Path = DOCUMENT) -> None:
    """Bring the document's tables up to date."""
    path.write_text(filled(path.read_text(encoding="utf-8"), results), encoding="utf-8")


def filled(text: str, results: Results) -> str:
    """``text`` with each table between its marks made anew."""

    def table(match: re.Match[str]) -> str:
        return f"{match[1]}\n{TABLES[match[2]](results)}\n{match[3]}"

    return re.sub(r"(<!-- table: (\w+) -->)\n.*?(<!-- end -->)", table, text, flags=re.DOTALL)


def presets(results: Results) -> str:
    """One line for each shipped preset that was measured."""
    lines = [
        _line("preset", "measured", "tuidl", "Keras", "seconds, tuidl", "seconds, Keras"),
        _line(*["---"] * 6),
    ]
    for name in shipped():
        if row := results.rows.get(name):
            what = f"{row.part()} {_metric(row)}"
            scores = [_scores(row, system) for system in SYSTEMS]
            seconds = [_seconds(getattr(row, system)) for system in SYSTEMS]
            lines.append(_line(f"`{name}`", what, *scores, *seconds))
    return "\n".join(lines)


def one_start(results: Results) -> str:
    """Losses after the same training from the same weights, with the same examples in each step."""
    lines = [
        _line("preset", "epochs", "training loss, tuidl", "training loss, Keras", "apart by"),
        _line(*["---"] * 5),
    ]
    for name in shipped():
        row = results.rows.get(f"{name}, one start")
        if row and row.keras:
            ours, theirs = (getattr(row, s)[0].scores["train"]["loss"] for s in SYSTEMS)
            cells = [f"{ours:.7f}", f"{theirs:.7f}", f"{abs(ours - theirs) / theirs:.0e}"]
            lines.append(_line(f"`{name}`", str(row.tuidl[0].epochs), *cells))
    return "\n".join(lines)


def overfitting(results: Results) -> str:
    """What each cure does to the loss and the accuracy of what was held out."""
    parts = (("validation", "loss"), ("validation", "accuracy"), ("train", "loss"))
    heads = [f"{part} {name}, {system}" for part, name in parts for system in ("tuidl", "Keras")]
    lines = [_line("cure", *heads), _line(*["---"] * 7)]
    for case in (case for case in cases_of("overfitting") if not case.one_start):
        if row := results.rows.get(case.name):
            cells = [_range(row, s, part, name) for part, name in parts for s in SYSTEMS]
            lines.append(_line(case.label or "none", *cells))
    return "\n".join(lines)


def gradients(results: Results) -> str:
    """How much shorter the first layer's gradient is than the last one's."""
    lines = [
        _line("preset", "validation accuracy", "gradient of the first layer : of the last"),
        _line(*["---"] * 3),
    ]
    for name in ("vanishing_gradients", "vanishing_gradients_cured"):
        if row := results.rows.get(name):
            ratios = Range([run.gradients[0] / run.gradients[-1] for run in row.tuidl])
            shown = _shown(ratios, lambda value: f"{value:.2g}")
            lines.append(_line(f"`{name}`", _scores(row, "tuidl"), shown))
    return "\n".join(lines)


def line_fits(results: Results) -> str:
    """Slopes and intercepts beside those of least squares."""
    lines = [
        _line("preset", "", "least squares", "tuidl", "Keras"),
        _line(*["---"] * 5),
    ]
    orders = {
        "linear_regression": ("slope", "intercept"),
        "linear_regression_gd": ("intercept", "slope"),
    }
    for name, order in orders.items():
        if row := results.rows.get(name):
            for i, what in enumerate(order):
                ranges = [Range([r.parameters[i] for r in getattr(row, s)]) for s in SYSTEMS]
                cells = [_shown(each, lambda value: f"{value:.4f}") for each in ranges]
                lines.append(_line(f"`{name}`", what, f"{row.best[i]:.4f}", *cells))
    return "\n".join(lines)


def taken(results: Results) -> str:
    """When, and with which versions."""
    versions = ", ".join(f"{name} {version}" for name, version in sorted(results.versions.items()))
    return f"Last measured on {results.date}: {versions}."


TABLES: dict[str, Callable[[Results], str]] = {
    "presets": presets,
    "one_start": one_start,
    "overfitting": overfitting,
    "gradients": gradients,
    "line_fits": line_fits,
    "taken": taken,
}


def _metric(row: Row) -> str:
    if row.metric() == "accuracy":
        return "accuracy, %"
    known = row.tuidl[0].scores[row.part()]
    return "cross-entropy" if "accuracy" in known else "mean squared error"


def _scores(row: Row, system: str) -> str:
    return _range(row, system, row.part(), row.metric())


def _range(row: Row, system: str, part: str, name: str) -> str:
    runs: list[Run] = getattr(row, system)
    if not runs:
        return "not measured"
    factor, digits = (100.0, 2) if name == "accuracy" else (1.0, 4)
    values = Range([factor * run.scores[part][name] for run in runs])
    note = "" if len(runs) >= 3 else f", {len(runs)} seed{'s' * (len(runs) > 1)}"
    return _shown(values, lambda value: f"{value:.{digits}f}") + note


def _shown(values: Range, form: Callable[[float], str]) -> str:
    """The mean, and the range if there is one."""
    low, high = form(values.low), form(values.high)
    return form(values.mean) if low == high else f"{form(values.mean)} ({low} to {high})"


def _seconds(runs: list[Run]) -> str:
    if not runs:
        return ""
    mean = Range([run.seconds for run in runs]).mean
    return f"{mean:.2f}" if mean < 10 else f"{mean:.0f}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
