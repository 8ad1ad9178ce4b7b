"""Outputs that no target is held against, such as those of a generator."""

from tuidl.tasks.base import Task


class Generation(Task):
    """Numbers; nothing says which would be right."""

    @property
    def probes(self) -> tuple[str, ...]:
        return ()
