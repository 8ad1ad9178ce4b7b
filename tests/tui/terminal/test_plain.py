"""Text on the screen is text: what no source line may forget, and the net where one does."""

import ast
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tests.hostile import HOSTILE, raw
from tests.tui.quiet import quiet
from tuidl.core.printable import printable
from tuidl.tui.terminal.plain import Printable, plain

SOURCES = sorted((Path(__file__).parents[3] / "tuidl" / "tui").rglob("*.py"))
SHOWING = {"Static", "Label", "Button", "Option", "Checkbox", "RadioButton", "Collapsible", "Link"}
"""Widgets whose text Textual reads as markup."""
TITLES = {"border_title", "border_subtitle", "tooltip", "title", "sub_title", "placeholder"}
SAFE = {"plain", "Content", "Text", "assemble", "_painted", "join"}
"""What makes words that are no markup."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
BANNED = {"from_markup", "Markdown", "RichLog", "render_markup", "MarkdownViewer"}


def problems_in(source: str) -> list[str]:
    """Lines that may show text which was not made plain."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    within = {id(node) for function in functions for node in ast.walk(function)}
    found = [n for n in ast.walk(tree) if getattr(n, "attr", getattr(n, "id", "")) in BANNED]
    scopes = [(list(ast.walk(function)), _assigned(function)) for function in functions]
    scopes.append(([node for node in ast.walk(tree) if id(node) not in within], {}))
    for nodes, known in scopes:
        shown = [expression for node in nodes for expression in _shown_by(node)]
        found += [expression for expression in shown if not _is_safe(expression, known)]
    return sorted({f"{node.lineno}: {ast.unparse(node)}" for node in found})


def _assigned(node: ast.AST) -> dict[str, ast.expr]:
    """What a function's names stand for."""
    return {
        target.id: inner.value
        for inner in ast.walk(node)
        if isinstance(inner, ast.Assign)
        for target in inner.targets
        if isinstance(target, ast.Name)
    }


def _shown_by(node: ast.AST) -> list[ast.expr]:
    """The expressions that a call or an assignment shows."""
    if isinstance(node, ast.Assign):
        pairs = [pair for target in node.targets for pair in _pairs(target, node.value)]
        return [v for t, v in pairs if isinstance(t, ast.Attribute) and t.attr in TITLES]
    if not isinstance(node, ast.Call):
        return []
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    named = [word.value for word in node.keywords if word.arg in TITLES]
    is_update = name == "update" and "query_one" in ast.unparse(node.func)
    is_update |= name == "update" and ast.unparse(node.func) in ("problem.update", "self.update")
    if name in SHOWING or is_update:
        return [*node.args[:1], *named]
    return named if name == "Input" else []


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _is_safe(node: ast.expr, known: dict[str, ast.expr]) -> bool:
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or "[" not in node.value
    if isinstance(node, ast.IfExp):
        return _is_safe(node.body, known) and _is_safe(node.orelse, known)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        return name in SAFE or name in ("_row", "row_of")
    if isinstance(node, ast.Name) and node.id in known:
        return _is_safe(known[node.id], {k: v for k, v in known.items() if k != node.id})
    return False


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_text_is_plain_before_a_widget_gets_it(path: Path) -> None:
    assert problems_in(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "Static(name)", "Label(f'{name}')", "Option(run.name)", "panel.border_title = name",
        "a.border_title, b.border_subtitle = 'x', name", "self.query_one(Label).update(name)",
        "Button('[b]')", "x.tooltip = str(path)", "Content.from_markup(name)",
        "Input(placeholder=x)", "Label('x' if a else name)",
    ],
)  # fmt: skip
def test_forgetting_it_is_found(line: str) -> None:
    assert problems_in(f"def show(self, name):\n    {line}\n")


def test_the_net_leaves_only_characters_that_fit_and_the_width_as_it_was() -> None:
    for text in HOSTILE:
        segment = Segment(f"│{text}│", Style(bold=True))
        (shown,) = Strip([segment]).apply_filter(Printable(), Color(0, 0, 0))
        assert not raw(shown.text), ascii(text)
        assert cell_len(shown.text) == cell_len(segment.text), ascii(text)


def test_the_net_takes_links_and_actions_away_and_leaves_the_rest() -> None:
    style = Style(bold=True, link="http://example.com") + Style(meta={"@click": "app.quit"})
    (shown,) = Printable().apply([Segment("x", style)], Color(0, 0, 0))
    assert shown.style is not None
    assert (shown.style.link, shown.style.meta, shown.style.bold) == (None, {}, True)
    own = Segment("x", Style(meta={"option": 3}))
    assert Printable().apply([own], Color(0, 0, 0)) == [own]


def test_markup_is_words() -> None:
    for text in HOSTILE:
        assert plain(text).plain == printable(text)
        assert not plain(text).spans


class Forgetful(Widget):
    """A widget that draws whatever it is given, as none of ours should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self) -> Text:
        return Text(self.text)


class ForgetfulScreen(Screen[None]):
    def compose(self) -> ComposeResult:
        for text in HOSTILE:
            yield Forgetful(text)
            yield Static(Content(text))


@pytest.mark.slow
async def test_what_a_widget_forgets_stays_in_the_net(monkeypatch, tmp_path) -> None:
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(ForgetfulScreen())
        for text in HOSTILE[:60]:
            app.notify(text, title=text, markup=True)
        await pilot.pause()
        for widget in app.screen.walk_children(Widget):
            for strip in widget.render_lines(widget.size.region):
                assert not raw(strip.text), (widget, ascii(strip.text))


async def test_ctrl_c_says_how_to_quit_in_plain_words(monkeypatch, tmp_path) -> None:
    """Textual's own notice has markup, which no notice here is read for."""
    app = quiet(monkeypatch, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
        (said,) = [notice.message for notice in app._notifications]
        assert said == "ctrl+q quits, from anywhere"
