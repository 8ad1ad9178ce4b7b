"""The keys that work now, in one line. One widget: Textual's own footer makes one of every key,
anew with each change of focus, which took most of the time that a key took to be answered."""

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Protocol, runtime_checkable

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.events import Click
from textual.screen import Screen
from textual.widget import Widget

from tuidl.charts.grid import ASCII
from tuidl.tui.widgets.chart import looks_of

GAP = 2
ALWAYS = frozenset(("go", "leave", "close", "app.exit_playground", "explain"))
"""Actions whose keys are named however little room there is: to train, to leave, to be helped."""
ARROWS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


@dataclass(frozen=True)
class Hint:
    """``keys``: what to press, each with how it is written; ``words``: what they do."""

    keys: tuple[tuple[str, str], ...]
    words: str
    compact: bool = False
    always: bool = False

    @property
    def between(self) -> str:
        return "" if self.compact else " "

    @property
    def width(self) -> int:
        keys = self.between.join(shown for _, shown in self.keys)
        return cell_len(f"{keys} {self.words}")


@runtime_checkable
class SaysWhatKeysDo(Protocol):
    """A screen or panel whose keys do one thing now and another thing later."""

    def hint(self, action: str) -> str | None:
        """What the key of an action does now; None: as its binding says; empty: nothing."""


class KeyLine(Widget):
    """A click on a key presses it."""

    DEFAULT_CSS = "KeyLine { dock: bottom; height: 1; padding: 0 1; background: $surface; }"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _changed(self, screen: Screen[Any]) -> None:
        self.refresh()

    _shown: tuple[Hint, ...] = ()

    def renew(self) -> None:
        """Name what keys do now, if that is another thing than what is named."""
        if tuple(self.hints) != self._shown:
            self.refresh()

    @property
    def hints(self) -> list[Hint]:
        """What there is room for."""
        bindings = [
            binding
            for active in self.screen.active_bindings.values()
            if active.binding.show and active.enabled
            and (binding := binding_now(active.binding, active.node)) is not None
        ]  # fmt: skip
        return fitting(hints_of(bindings, self.app.get_key_display), self.content_size.width)

    def render(self) -> Text:
        palette, unicode = looks_of(self)
        text = Text(no_wrap=True)
        self._shown = tuple(self.hints)
        for hint in self._shown:
            keys = hint.between.join(shown for _, shown in hint.keys)
            keys = keys if unicode else keys.translate(ASCII)
            text.append(keys, palette.style("accent", bold=True))
            text.append(f" {hint.words}{' ' * GAP}", palette.style("muted"))
        return text

    def on_click(self, event: Click) -> None:
        key = key_at(self.hints, event.x - self.styles.padding.left)
        if key:
            self.app.simulate_key(key)


def binding_now(binding: Binding, node: object) -> Binding | None:
    """A binding of ``node`` with words for what its key does now; None where it does nothing."""
    action = binding.action.partition("(")[0]
    words = node.hint(action) if isinstance(node, SaysWhatKeysDo) else None
    if words is None:
        return binding
    group = binding.group and replace(binding.group, description=words)
    return replace(binding, description=words, group=group) if words else None


def hints_of(bindings: list[Binding], display: Any) -> list[Hint]:
    """One hint for each action, or for each group of them; ``display``: binding -> its key."""
    first: dict[str, Binding] = {}
    for binding in bindings:
        first.setdefault(binding.action, binding)
    hints = []
    for group, found in groupby(first.values(), lambda binding: binding.group):
        those = list(found)
        keys = [(binding.key, _written(display(binding))) for binding in those]
        if group is not None:
            hints.append(Hint(tuple(keys), group.description, group.compact))
            continue
        hints += [
            Hint((key,), binding.description, always=binding.action in ALWAYS)
            for key, binding in zip(keys, those, strict=True)
        ]
    return hints


def _written(key: str) -> str:
    return ARROWS.get(key, key)


def fitting(hints: list[Hint], width: int) -> list[Hint]:
    """Those that are always named, and of the others as many of the first as fit beside them."""
    room = width + GAP - sum(hint.width + GAP for hint in hints if hint.always)
    kept = []
    for hint in hints:
        if not hint.always:
            room -= hint.width + GAP
        if hint.always or room >= 0:
            kept.append(hint)
    return kept


def key_at(hints: list[Hint], x: int) -> str:
    """The key to press for a click on cell ``x``, for words the first of theirs; empty beside all
    of them."""
    start = 0
    for hint in hints:
        if start <= x < start + hint.width:
            return _key_in(hint, x - start)
        start += hint.width + GAP
    return ""


def _key_in(hint: Hint, x: int) -> str:
    end = 0
    for key, shown in hint.keys:
        end += cell_len(shown) + len(hint.between)
        if x < end:
            return key
    return hint.keys[0][0]
