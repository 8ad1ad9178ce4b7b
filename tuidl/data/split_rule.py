"""The key ``data.split``: how examples are dealt out to the parts."""

from tuidl.core.errors import PresetError, guess

RANDOM, ORDERED, BY = "random", "ordered", "by "


def check_rule(rule: str | None) -> None:
    """Raises PresetError for a rule that is none."""
    if rule in (None, RANDOM, ORDERED) or group_name(rule):
        return
    problem = f"expected {RANDOM!r}, {ORDERED!r} or 'by NAME', got {rule!r}"
    raise PresetError("data.split", f"{problem}{guess(str(rule), (RANDOM, ORDERED))}")


def group_name(rule: str | None) -> str:
    """The column or array that a rule groups by; empty where it does not."""
    return rule.removeprefix(BY).strip() if rule is not None and rule.startswith(BY) else ""
