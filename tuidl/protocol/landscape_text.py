"""What a landscape is of, in words."""

from tuidl.protocol.formatting import columns
from tuidl.protocol.landscapes import LandscapeHead, LandscapePath
from tuidl.protocol.probes import Number

NAMES = {"random": "random direction", "path": "principal component"}


def direction_name(head: LandscapeHead, number: int) -> str:
    """``1st principal component of the path, 92.7% of its variance``."""
    which = ("1st", "2nd")[number]
    if head.plane == "random":
        return f"{which} {NAMES[head.plane]}, filter-normalised, seed {head.seed}"
    of = "path" if len(head.paths) == 1 else "paths"
    return f"{which} {NAMES[head.plane]} of the {of}, {100 * head.shares[number]:.1f}% of variance"


def about_lines(head: LandscapeHead) -> list[str]:
    """What, on which data, with which statistics; the centre against the log."""
    of = "all" if head.examples == head.total else f"{head.examples:,} of"
    lines = [
        f"centre: step {head.updates:,} (epoch {head.epoch}, step {head.step}) of {head.run}",
        f"the plane's loss is over {of} {head.total:,} {head.part} examples",
        _centre(head),
        f"across: {direction_name(head, 0)}",
        f"upwards: {direction_name(head, 1)}",
    ]
    if head.averages:
        lines.append(
            "what is not trained (averages of batch normalisation, frozen layers) is that of the "
            "centre; at points of a path it is their own"
        )
    return lines


def path_lines(path: LandscapePath, most: int = 20) -> list[str]:
    """Points of a path with their own losses, at most so many of them."""
    points = path.points
    shown = sorted({round(i * (len(points) - 1) / max(most - 1, 1)) for i in range(most)})
    rows: list[tuple[str, ...]] = [("step", "across", "upwards", "off the plane", "loss")]
    for point in (points[i] for i in shown if i < len(points)):
        place = (point.first, point.second, point.distance)
        rows.append((f"{point.updates:,}", *(f"{v:.3g}" for v in place), loss_text(point.loss)))
    title = f"{path.run}: {len(points)} kept weights, own losses"
    return [title, *columns(rows, aligned_left=())]


def loss_text(loss: Number) -> str:
    return "not finite" if loss is None else f"{loss:.4g}"


def _centre(head: LandscapeHead) -> str:
    text = f"loss at the centre over all {head.total:,}: {loss_text(head.centre)}"
    if head.logged is None:
        return f"{text} (amid an epoch: nothing was logged here)"
    is_same = head.logged == head.centre
    return f"{text}, {'as logged' if is_same else f'but {loss_text(head.logged)} was logged'}"
