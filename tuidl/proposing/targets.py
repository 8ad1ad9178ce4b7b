"""Which column is probably the one to predict."""

from collections.abc import Sequence

from tuidl.core.errors import PresetError, guess

USUAL = (
    "target", "label", "labels", "class", "y", "outcome", "response", "output", "result", "rating",
    "stars",
)  # fmt: skip
"""Names that a target usually has, the most telling first."""

MOST_LISTED = 50


def likely_target(names: Sequence[str]) -> tuple[str, str]:
    """The likeliest of the columns, and why: by its name, else the last one."""
    plain = {name.strip().casefold(): name for name in reversed(names)}
    for usual in USUAL:
        if usual in plain:
            return plain[usual], f"columns named {usual!r} usually are"
    return names[-1], "it is the last column"


def chosen_target(names: Sequence[str], wanted: str, has_header: bool) -> str | int:
    """The target as ``[data]`` says it: a name, or a number from 1. Raises PresetError.

    A column's number counts where no column has that name.
    """
    if has_header and wanted in names:
        return wanted
    if wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted)
    if len(several := [part.strip() for part in wanted.split(",")]) > 1 and {*several} <= {*names}:
        key = f"data.target = {several}"
        raise PresetError(
            "--target", f"one column; several need a preset with [[objectives]]: {key}"
        )
    problem = f"no column {wanted!r}{guess(wanted, names)}"
    raise PresetError("--target", f"{problem} (columns: {listed(names)})")


def missing_target(names: Sequence[str]) -> PresetError:
    """The error where no target was named: it lists the columns and guesses one."""
    name, why = likely_target(names)
    return PresetError(
        "--target",
        f"which column is to be predicted? My guess is {name!r}, as {why}: --target "
        f"{_quoted(name)} (columns: {listed(names)})",
    )


def listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)
