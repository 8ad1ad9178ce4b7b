"""Who may know whom in the playground. The layers themselves are a contract in pyproject.toml."""

import ast
import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from textual.app import App
from textual.widget import Widget

import tuidl
import tuidl.tui

PACKAGE = Path(tuidl.__file__).parent
SOURCES = sorted((PACKAGE / "tui").rglob("*.py"))
MOST_AT_THE_ROOT = 8
EVERY_APPLICATION = {*dir(App), "console"}
"""What each has; ``console`` is set when it is made."""


def names_of_the_application(tree: ast.AST) -> set[str]:
    """Attributes of ``x.app`` that a file reads, as ``x.app.name`` or by ``getattr``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _is_application(node.value):
            found.add(node.attr)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "getattr",
            "setattr",
            "hasattr",
        ):
            first, name, *_ = node.args
            if _is_application(first):
                found.add(ast.unparse(name))
    return found


def _is_application(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "app"


def test_the_names_are_found() -> None:
    text = "self.app.kept.resume(run); getattr(widget.app, 'cost', 0); self.app.push_screen(x)"
    assert names_of_the_application(ast.parse(text)) == {"kept", "'cost'", "push_screen"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_screens_use_only_what_every_textual_application_has(path: Path) -> None:
    """The session and the ways to other screens come in their constructors."""
    names = names_of_the_application(ast.parse(path.read_text(encoding="utf-8")))
    assert names - EVERY_APPLICATION == set()


def test_only_the_entry_point_imports_the_application() -> None:
    importing = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "tuidl.tui.app" in path.read_text(encoding="utf-8")
    }
    assert importing == {"cli/playing.py"}


PRIVATE = re.compile(r"\b(?:textual|rich)\._\w+|(?<!self)\._[a-z]\w*")
INTERNALS = PACKAGE / "tui" / "terminal" / "internals.py"


def test_one_file_alone_knows_what_textual_and_rich_keep_to_themselves() -> None:
    """Their next version may rename it: what has to be mended then stands there."""
    known = set(PRIVATE.findall(INTERNALS.read_text(encoding="utf-8")))
    assert {"textual._styles_cache", "._border_title", "._dirty_widgets"} <= known
    for path in set(SOURCES) - {INTERNALS}:
        found = set(PRIVATE.findall(path.read_text(encoding="utf-8")))
        assert not found & known, path
        assert not any(name.startswith(("textual", "rich")) for name in found), path


def test_the_root_holds_what_belongs_to_the_application_as_a_whole() -> None:
    assert len(list((PACKAGE / "tui").glob("*.py"))) <= MOST_AT_THE_ROOT


def test_no_two_widgets_have_the_same_name() -> None:
    """Textual looks for a class of widgets by its name, and finds one with the same name, too."""
    for module in walk_packages(tuidl.tui.__path__, "tuidl.tui."):
        import_module(module.name)
    places = defaultdict(set)
    left: list[type] = [Widget]
    while left:
        for kind in left.pop().__subclasses__():
            left.append(kind)
            if kind.__module__.startswith("tuidl."):
                places[kind.__name__].add(kind.__module__)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
