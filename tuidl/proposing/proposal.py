"""From facts about data to a preset in which every value has its reason. Pure."""

from dataclasses import dataclass, replace
from pathlib import Path

from tuidl.proposing.facts import Facts
from tuidl.proposing.networks import hidden_layers
from tuidl.proposing.schedule import Shares, schedule, shares
from tuidl.proposing.setting import Setting, Settings


@dataclass(frozen=True)
class Proposal:
    """The tables of a preset, in the order in which they are written.

    ``notes``: what the user should know before training, in words.
    """

    name: str
    about: str
    data: Settings
    layers: tuple[Settings, ...]
    loss: Settings
    optimizer: Settings
    training: Settings
    stopping: Settings
    notes: tuple[str, ...] = ()

    def seen_from(self, folder: Path) -> "Proposal":
        """The same, with paths of files below ``folder`` relative to it, so that both can move."""
        data = {key: _relative(setting, folder.absolute()) for key, setting in self.data.items()}
        return replace(self, data=data)


def proposed(facts: Facts) -> Proposal:
    """A preset that fits the data: its task follows from the target, its size from the rows."""
    parts, target = shares(facts), facts.target
    plan = schedule(facts, parts.train)
    scaling = target.scaling(has_numbers=not facts.are_texts_alone)
    hidden = hidden_layers(facts, parts.train)
    return Proposal(
        facts.name,
        facts.sentence,
        {**facts.data, **_held_out(parts), **scaling, **facts.data},
        target.network(parts.train) or (*hidden, target.last_layer),
        target.loss,
        plan.optimizer,
        {**plan.training, **target.metrics},
        plan.stopping,
        _notes(facts, parts),
    )


def _relative(setting: Setting, folder: Path) -> Setting:
    value = setting.value
    is_below = isinstance(value, str) and Path(value).is_relative_to(folder)
    return Setting(Path(value).relative_to(folder).as_posix(), setting.why) if is_below else setting


def _held_out(parts: Shares) -> Settings:
    settings = {}
    if parts.validation:
        settings["validation"] = Setting(parts.validation, parts.why_validation)
    if parts.test:
        settings["test"] = Setting(parts.test, parts.why_test)
    return settings


def _notes(facts: Facts, parts: Shares) -> tuple[str, ...]:
    notes = [*facts.notes, *facts.target.notes]
    if facts.in_order:
        notes.append(
            f"{facts.in_order}. A random part is held out, which judges filling in between "
            "neighbours; to judge forecasting, hold out the last rows: data.split = 'ordered'"
        )
    if not parts.test and not facts.has_test:
        why = "there is none" if facts.has_validation else f"{facts.rows} examples are too few"
        notes.append(
            f"no test part ({why}): the validation scores, by which the best epoch is chosen, are "
            "a little flattering"
        )
    return tuple(notes)
