"""Outputs that no target is held against, such as those of a generator."""

from typing import ClassVar

from tuidl.tasks.base import JudgedAs, Task


class Generation(Task):
    """Numbers; nothing says which would be right."""

    judged_as: ClassVar[JudgedAs] = "nothing"

    @property
    def probes(self) -> tuple[str, ...]:
        return ()
