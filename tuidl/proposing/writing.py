"""A proposal as TOML text to be edited, with a comment where a value has a reason. Pure."""

import textwrap
from typing import Any

import tomli_w

from tuidl.core.printable import printable
from tuidl.proposing.proposal import Proposal
from tuidl.proposing.setting import Setting, Settings

WIDTH = 100
"""Columns of a line with its comment; a longer comment stands above its value."""


def written(proposal: Proposal, command: str = "") -> str:
    """The preset's text. ``command``: what made it, for the first line."""
    notes = [f"Proposed by: {command}"] if command else []
    head = [line for note in (*notes, *proposal.notes) for line in _comment(note)]
    title = [_pair("name", Setting(proposal.name)), _pair("about", Setting(proposal.about))]
    blocks = [
        [*head, "", *title] if head else title,
        _table("[data]", proposal.data),
        *(_table("[[layers]]", layer) for layer in proposal.layers),
        _table("[loss]", proposal.loss),
        _table("[optimizer]", proposal.optimizer),
        _table("[training]", proposal.training),
        _table("[training.early_stopping]", proposal.stopping),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def _table(heading: str, settings: Settings) -> list[str]:
    return [heading, *(_pair(key, setting) for key, setting in settings.items())]


def _pair(key: str, setting: Setting) -> str:
    pair = f"{key} = {_value(setting.value)}"
    if not setting.why:
        return pair
    line = f"{pair:<28} # {printable(setting.why)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join((*_comment(setting.why), pair))


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        printable(text), WIDTH, initial_indent="# ", subsequent_indent="#   ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _value(value: Any) -> str:
    """A value on one line, as TOML has it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {_value(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return tomli_w.dumps({"v": value}).removeprefix("v = ").rstrip("\n")


def _key(name: str) -> str:
    return tomli_w.dumps({name: 0}).rpartition(" = ")[0]
