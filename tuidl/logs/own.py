"""Our own events as records, so that they are drawn like any others."""

import msgspec

from tuidl.logs.record import Record
from tuidl.protocol import events
from tuidl.protocol.events import Event

TAGS = frozenset(str(kind.__struct_config__.tag) for kind in Event.__subclasses__())
MEGABYTE = 1e6
STEPS_PART = "steps"
"""Stands in the names of what is said of single steps."""


def event_of(table: object, line: bytes) -> Event | None:
    """The event that a line is; None where it is none, or one of another version."""
    if not isinstance(table, dict) or table.get("event") not in TAGS:
        return None
    try:
        return events.from_json(line)
    except msgspec.MsgspecError:
        return None


def record_of_event(event: Event) -> Record | None:
    """Scores, gradients and learning rate by the epoch; None for what has no numbers to draw."""
    if isinstance(event, events.Progress) and not event.fold:
        x = event.epoch - 1 + event.step / max(event.steps, 1)
        return Record("epoch", x, None, {f"{STEPS_PART}.loss": event.loss})
    if isinstance(event, events.Usage) and not event.fold:
        x = event.epoch - 1 + event.step / max(event.steps, 1)
        memory = None if event.memory is None else event.memory / MEGABYTE
        return Record("epoch", x, None, {"usage.cores": event.cores, "usage.memory MB": memory})
    if not isinstance(event, events.EpochEnded):
        return None
    fold = f"fold {event.fold}." if event.fold else ""
    values: dict[str, float | None] = {f"{fold}learning_rate": event.learning_rate}
    for part, scores in (("train", event.train), ("validation", event.validation or {})):
        values |= {f"{fold}{part}.{name}": value for name, value in scores.items()}
    norms = event.gradient_norms.items()
    values |= {f"{fold}gradient.{layer}": norm for layer, norm in norms}
    return Record("epoch", float(event.epoch), None, values)
