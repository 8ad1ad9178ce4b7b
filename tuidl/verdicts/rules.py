"""All rules, the gravest first."""

from tuidl.verdicts.courses import BY_HEART, GAP, GUESSING, PLATEAU, STILL_FALLING
from tuidl.verdicts.evidence import Evidence
from tuidl.verdicts.layers import DEAD_UNITS, EXPLODING, SATURATED_UNITS, VANISHING
from tuidl.verdicts.rule import Finding as Finding
from tuidl.verdicts.rule import Rule as Rule

RULES = (
    EXPLODING, VANISHING, GUESSING, BY_HEART, GAP, DEAD_UNITS, SATURATED_UNITS, STILL_FALLING,
    PLATEAU,
)  # fmt: skip


def found(evidence: Evidence) -> list[Finding]:
    """What each rule that speaks says, the gravest first."""
    said = ((rule, rule.find(evidence)) for rule in RULES)
    return [Finding(rule, one.short, one.text) for rule, one in said if one is not None]


def in_lines(evidence: Evidence) -> list[str]:
    """The same as plain text, a line each."""
    return [f"{one.rule.title}: {one.advice}" for one in found(evidence)]
