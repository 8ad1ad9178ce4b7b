"""The live edits of a run while it trains: those to repeat, and numbers for new ones."""

from collections import deque
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from tuidl.protocol.edits import At, place_of
from tuidl.protocol.events import Edited


class Edits:
    """Which live edits are still to be made, by their places. The folds of a run share them."""

    def __init__(self) -> None:
        self._waiting: deque[Edited] = deque()
        self._last = 0
        self._from: tuple[At, int] = (1, 1, 0), 0
        self._made: tuple[At, int] = (1, 1, 0), 0

    def repeat(self, edits: Iterable[Edited]) -> None:
        """Plan these edits at their places; those at places that the run has passed are dropped."""
        given = list(edits)
        numbers = (edit.number for edit in given if edit.number is not None)
        self._last = max(self._last, *numbers, 0)
        self._waiting = deque(sorted([*self._waiting, *given], key=place_of))
        self._leave_out()

    def go_on_from(self, here: At, number: int) -> None:
        """The run continues at this place, where the edits up to ``number`` are already made."""
        self._from = self._made = here, number
        self._leave_out()

    def plan(self, fold: int | None, key: str, value: float, supersedes: bool) -> Edited:
        """Plan an edit before the run's next step, after those that are due there; the caller
        writes it down now. ``supersedes``: edits planned for later places are dropped."""
        here, _ = self._from
        if supersedes:
            self._waiting = deque(edit for edit in self._waiting if place_of(edit) <= here)
        edit = self._numbered(here, fold, key, value, supersedes)
        self.repeat([replace(edit, again=True)])
        return edit

    def new(self, here: At, fold: int | None, key: str, value: float) -> Edited:
        """An edit that is made now."""
        edit = self._numbered(here, fold, key, value, supersedes=False)
        self._made = here, self._last
        return edit

    def _numbered(
        self, here: At, fold: int | None, key: str, value: float, supersedes: bool
    ) -> Edited:
        _, epoch, step = here
        self._last += 1
        return Edited(
            epoch=epoch, step=step, fold=fold, key=key, value=value, number=self._last,
            supersedes=supersedes,
        )  # fmt: skip

    def due(self, here: At) -> Iterator[Edited]:
        """The planned edits that are due here."""
        while self._waiting and place_of(self._waiting[0]) <= here:
            edit = self._waiting.popleft()
            if (edit.fold or 1) < here[0]:
                continue  # beyond the end of a fold
            if edit.number is None:
                self._last += 1
                edit = replace(edit, number=self._last)
            self._made = here, edit.number or 0
            yield edit

    def planned(self, key: str, by: At | None = None) -> int:
        """The last value of ``key`` that is still to be set, ``by`` a place or ever; 0 without."""
        values = [
            edit.value
            for edit in self._waiting
            if edit.key == key and (by is None or place_of(edit) <= by)
        ]
        return int(values[-1]) if values else 0

    def steps_to(self, here: At) -> int | None:
        """The steps of this epoch up to the next edit, where there is one in it."""
        if not self._waiting or place_of(self._waiting[0])[:2] != here[:2]:
            return None
        return self._waiting[0].step - here[2]

    def made_at(self, here: At) -> int:
        """The number of the last edit made at this place; 0 where none was."""
        place, number = self._made
        return number if place == here else 0

    def _leave_out(self) -> None:
        here, number = self._from
        while self._waiting and _is_made(self._waiting[0], here, number):
            self._waiting.popleft()


def _is_made(edit: Edited, here: At, number: int) -> bool:
    """Whether a run at ``here`` that made the edits up to ``number`` there has made this one."""
    place = place_of(edit)
    return place < here or (place == here and edit.number is not None and edit.number <= number)
