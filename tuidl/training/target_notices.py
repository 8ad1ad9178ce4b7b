"""What the user should know of targets that are scaled, or are not and had better be."""

from collections.abc import Iterator

from tuidl.data.scaling import LARGE
from tuidl.training.advice import cure_for_targets as cure
from tuidl.training.advice import size_of_targets
from tuidl.training.state import TrainState


def notices_of_targets(state: TrainState) -> Iterator[str]:
    """A sentence each, with the key that changes it."""
    scaling = state.preprocessing.targets
    is_unsaid = getattr(state.preset.data, "normalize_targets", False) is None
    if scaling is not None and is_unsaid:
        how = f"(target - {scaling.offset[0]:.6g}) / {scaling.scale[0]:.6g}"
        if len(scaling.scale) > 1:
            how = "each output by its own mean and deviation"
        yield (
            f"targets are far from 1 and were scaled, {how}: the loss is of scaled targets, mae in "
            "the targets' own unit; data.normalize_targets = false leaves them as they are"
        )
    elif scaling is None and (size := size_of_targets(state)) > LARGE:
        yield f"targets are as large as {size:.3g}, which is hard to train on: {cure(state.preset)}"
