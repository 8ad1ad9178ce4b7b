"""What is said of a run, and the rules by which it is said, as a page of help."""

import textwrap
from collections.abc import Sequence

from tuidl.glossary.pages import Line, Role
from tuidl.verdicts import Finding, Rule

INDENT = 2


def verdict_page(findings: Sequence[Finding], rules: Sequence[Rule], width: int) -> list[Line]:
    """What was found by these rules, then each rule with what may help."""
    mine = [one for one in findings if one.rule in rules]
    lines = [Line("What is said here, and when", "heading")]
    for one in mine:
        lines += _wrapped(f"Now: {one.text}", "short", width)
    for rule in rules:
        lines += [Line("", "text"), *_wrapped(rule.title, "title", width)]
        lines += _wrapped(rule.words, "text", width, INDENT)
        lines += _wrapped(rule.cure, "example", width, INDENT)
    return [*lines, Line("", "text")]


def _wrapped(text: str, role: Role, width: int, indent: int = 0) -> list[Line]:
    start = " " * indent
    return [
        Line(line, role)
        for line in textwrap.wrap(text, width, initial_indent=start, subsequent_indent=start)
    ]
