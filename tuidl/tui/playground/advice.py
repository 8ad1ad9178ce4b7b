"""What to try where a playground's network learns no more."""

from statistics import fmean

from tuidl.tui.playground.scene import Scene
from tuidl.verdicts.courses import MARGIN, RISE

STEPS, SHARE = 3000, 0.25
"""The last stretch of the run that is looked at: so many steps, and that share of all."""
LEAST_LOOKS = 8
FALL = 0.03
"""By less than this share from one half of the stretch to the other it is level."""
POOR, POOR_LOSS = 0.9, 0.3
"""Points that are right, and of numbers the share of the first loss, that are not good yet."""
SMALL = 12
"""Neurons in all hidden layers of a small network."""
TOO_SMALL = "level loss, small network: try ] a layer, + neurons, 3 to 7 inputs"
TIMES = 3.0
"""The loss is by so much higher than it was at its lowest, both as means of some looks."""
RATE = "the loss was {lowest:.3g} and is {now:.3g}: a lower rate lets it settle"


def advice(scene: Scene) -> str:
    """That a small network may be too small for the points, where its loss stays level and poor,
    or that the rate may be too high, where the loss was far lower; else empty. Losses of other data
    or of another network, from before they were changed, count for nothing."""
    if said := _risen(scene):
        return said
    is_small = sum(scene.state.hidden) <= SMALL
    return TOO_SMALL if is_small and _is_poor(scene) and _is_level(scene) else ""


def is_by_heart(scene: Scene) -> bool:
    """By the rule of the verdict "learned by heart", with means of some looks for epochs."""
    history = [(training, held) for _, training, held in scene.problem_history if held is not None]
    if len(history) < 2 * LEAST_LOOKS:
        return False
    training, held = _means([loss for loss, _ in history]), _means([loss for _, loss in history])
    lowest = min(range(len(held)), key=held.__getitem__)
    is_worse = held[-1] >= RISE * held[lowest] and held[-1] >= MARGIN * training[-1]
    return is_worse and training[-1] <= training[lowest]


def _means(losses: list[float]) -> list[float]:
    """Of some looks each, and of the last ones."""
    starts = range(0, len(losses) - LEAST_LOOKS + 1, LEAST_LOOKS)
    return [fmean(losses[i : i + LEAST_LOOKS]) for i in (*starts, len(losses) - LEAST_LOOKS)]


def _risen(scene: Scene) -> str:
    losses = [loss for _, loss, _ in scene.problem_history]
    if len(losses) < 2 * LEAST_LOOKS or not _is_poor(scene):
        return ""
    means = _means(losses)
    lowest, now = min(means), means[-1]
    return RATE.format(lowest=lowest, now=now) if now > TIMES * lowest else ""


def _is_level(scene: Scene) -> bool:
    history = scene.problem_history
    if not history:
        return False
    now = history[-1][0]
    start = now - max(STEPS, SHARE * (now - scene.problem_since))
    losses = [loss for step, loss, _ in history if step >= start]
    if history[0][0] > start or len(losses) < LEAST_LOOKS:
        return False
    half = len(losses) // 2
    return fmean(losses[half:]) > (1 - FALL) * fmean(losses[:half])


def _is_poor(scene: Scene) -> bool:
    scores = scene.look.answer.scores.get("training") if scene.look else None
    history = scene.problem_history
    if not scores or not history:
        return False
    accuracy = scores.get("accuracy")
    if accuracy is not None:
        return accuracy < POOR
    return history[-1][1] > POOR_LOSS * history[0][1]
