"""Moments of a run in words."""

from tuidl.protocol.formatting import columns, score_text
from tuidl.protocol.moments import Compared, LayerChange, Moment, Standing
from tuidl.protocol.probes import Number


def place_text(moment: Moment) -> str:
    """``step 531 (epoch 12, step 36 of 45)``."""
    return f"step {moment.updates:,} (epoch {moment.epoch}, step {moment.step} of {moment.steps})"


def how_text(moment: Moment) -> str:
    """How the moment was reached, and how long that took."""
    count = moment.updates - moment.origin
    took = f"in {moment.seconds * 1000:.0f} ms"
    if not count:
        return f"as it was kept, read {took}"
    steps = f"{count:,} step{'' if count == 1 else 's'}"
    return f"{steps} computed again, {took}, from what was kept of step {moment.origin:,}"


def standing_lines(standing: Standing) -> list[str]:
    """All that is known of one moment, a line each."""
    rows = [[name, value] for name, value in _facts(standing)]
    return [place_text(standing.moment), *columns(rows, aligned_left=(0, 1))]


def compared_lines(compared: Compared) -> list[str]:
    """Two moments side by side, and how far each layer went between them."""
    first, second = compared.first, compared.second
    pairs = zip(_facts(first)[:-1], _facts(second)[:-1], strict=True)
    rows = [["", f"step {first.moment.updates:,}", f"step {second.moment.updates:,}"]]
    rows += [[name, one, other] for (name, one), (_, other) in pairs]
    lines = columns(rows, aligned_left=(0, 1, 2))
    if compared.changed is not None:
        total = f"of {second.examples:,} {second.part} examples"
        lines.append(f"another class: {compared.changed:,} {total}")
    layers = [("layer", "first", "second", "moved by", "share"), *map(_layer, compared.layers)]
    return [*lines, "", "weights (length of each layer's vector)", *columns(layers)]


def _facts(standing: Standing) -> list[tuple[str, str]]:
    moment = standing.moment
    return [
        ("place", f"epoch {moment.epoch}, step {moment.step} of {moment.steps}"),
        ("learning rate", f"{moment.learning_rate:.4g}"),
        (f"{standing.part} ({standing.examples:,} examples)", _scores(standing.scores)),
        ("training, mean of the epoch", _train(standing)),
        ("weights sha256", standing.weights_sha256[:12]),
        ("reached", how_text(moment)),
    ]


def _train(standing: Standing) -> str:
    if not standing.seen:
        return "before its first step"
    return f"{_scores(standing.train)}, {standing.seen:,} seen"


def _scores(scores: dict[str, Number]) -> str:
    return ", ".join(
        f"{name} {'not finite' if value is None else score_text(name, value)}"
        for name, value in scores.items()
    )


def _layer(change: LayerChange) -> tuple[str, ...]:
    share = "" if change.share is None else f"{100 * change.share:.3g}%"
    lengths = (change.first, change.second, change.difference)
    return (change.layer, *(f"{length:.4g}" for length in lengths), share)
