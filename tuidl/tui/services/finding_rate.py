"""Looking for a learning rate of the preset that is edited, by a range test."""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App

from tuidl.core.own_files import reason_of
from tuidl.preset.schema import Preset
from tuidl.protocol.rate_curve import RateCurve
from tuidl.tui.dialogs.choose import ChooseScreen
from tuidl.tui.dialogs.find_rate import FindRateScreen
from tuidl.tui.services.child_output import json_of

Use = Callable[[str, float], None]
"""Gets the key of the rate and the one that was taken."""


def ask_for_rate(app: App[Any], preset: Preset, use: Use) -> None:
    """Show the test's curve, and have its suggestion used if it is taken; asks first whose rate,
    where the preset has several objectives."""

    def found(curve: RateCurve | None) -> None:
        if curve is not None and curve.suggested is not None:
            use(curve.key, curve.suggested)

    def find(objective: str | None) -> None:
        if objective is not None:
            test = partial(_tested, preset, objective)
            app.push_screen(FindRateScreen(preset.name, test), found)

    names = {objective.name: "" for objective in preset.objectives}
    if len(names) > 1:
        app.push_screen(ChooseScreen("Whose learning rate?", names, next(iter(names))), find)
    else:
        find("")


async def _tested(preset: Preset, objective: str) -> tuple[bytes, str]:
    """The curve as JSON; nothing, and why, where there is none."""
    options = ("--objective", objective) if objective else ()
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "preset.toml")
            file.write_text(preset.to_toml(), encoding="utf-8")
            return await json_of("find-rate", str(file), "--json", *options)
    except OSError as error:
        return b"", f"the preset could not be written for its test: {reason_of(error)}"
