"""A learning rate in the text of a preset."""

import tomllib

from tuidl.preset.toml_edit import with_value
from tuidl.preset.toml_lines import KeyPath


def with_rate(text: str, key: str, rate: float) -> str:
    """``text`` with ``rate`` at ``optimizer.learning_rate``, or at that of an objective by its
    name: ``objectives.NAME.optimizer.learning_rate``. The rest stays as its author wrote it."""
    names = [table.get("name") for table in tomllib.loads(text).get("objectives", [])]
    steps = key.split(".")
    path: KeyPath = tuple(steps)
    if steps[0] == "objectives":
        path = ("objectives", names.index(steps[1]), *steps[2:])
    return with_value(text, path, rate)
