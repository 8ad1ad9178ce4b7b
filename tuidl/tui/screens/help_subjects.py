"""What help has to say of a screen: a page for each panel that is seen."""

from collections.abc import Callable
from typing import Any, NamedTuple

from textual.screen import Screen
from textual.widget import Widget

from tuidl.glossary.pages import Line

About = Callable[[int], list[Line]]
ANY_WIDTH = 60


class Subject(NamedTuple):
    """``concept``: a name of the glossary that a panel is about, or nothing; ``about``: what it
    says of itself, in lines of a width."""

    concept: str = ""
    about: About | None = None

    @classmethod
    def of(cls, panel: Widget | None) -> "Subject":
        concept, about = (getattr(panel, name, None) for name in ("concept", "about"))
        return cls(concept or "", about)

    @property
    def is_empty(self) -> bool:
        return not self.concept and not (self.about and self.about(ANY_WIDTH))


def subjects(screen: Screen[Any]) -> list[Subject]:
    """The focused panel first, then the others that are seen, of each concept one."""
    found = [Subject.of(screen.focused)]
    for widget in screen.query(Widget).results(Widget):
        one = Subject.of(widget)
        known = {other.concept for other in found}
        if widget is not screen.focused and one.concept not in known - {""} and _is_seen(widget):
            found += [] if one.is_empty else [one]
    return found


def _is_seen(widget: Widget) -> bool:
    return all(one.display for one in widget.ancestors_with_self if isinstance(one, Widget))
