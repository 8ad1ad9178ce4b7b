"""What to try where a playground's network learns no more."""

from statistics import fmean

from tuidl.tui.playground.scene import Scene

STEPS, SHARE = 3000, 0.25
"""The last stretch of the run that is looked at: so many steps, and that share of all."""
LEAST_LOOKS = 8
FALL = 0.03
"""By less than this share from one half of the stretch to the other it is level."""
POOR, POOR_LOSS = 0.9, 0.3
"""Points that are right, and of numbers the share of the first loss, that are not good yet."""
SMALL = 12
"""Neurons in all hidden layers of a small network."""
TOO_SMALL = "the loss stays level and the network is small: try ] a layer, + neurons, 3 to 7 inputs"


def advice(scene: Scene) -> str:
    """That a small network may be too small for the points, where its loss stays level and poor;
    else empty."""
    is_small = sum(scene.state.hidden) <= SMALL
    return TOO_SMALL if is_small and _is_poor(scene) and _is_level(scene) else ""


def _is_level(scene: Scene) -> bool:
    if not scene.history:
        return False
    now = scene.history[-1][0]
    start = now - max(STEPS, SHARE * now)
    losses = [loss for step, loss, _ in scene.history if step >= start]
    if scene.history[0][0] > start or len(losses) < LEAST_LOOKS:
        return False
    half = len(losses) // 2
    return fmean(losses[half:]) > (1 - FALL) * fmean(losses[:half])


def _is_poor(scene: Scene) -> bool:
    scores = scene.look.answer.scores.get("training") if scene.look else None
    if not scores or not scene.history:
        return False
    accuracy = scores.get("accuracy")
    if accuracy is not None:
        return accuracy < POOR
    return scene.history[-1][1] > POOR_LOSS * scene.history[0][1]
