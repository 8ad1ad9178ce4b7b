"""Facts about a folder of pictures."""

from pathlib import Path

from tuidl.core.errors import DataError
from tuidl.data.image_folder import listed
from tuidl.data.mask_folder import MASKS, PICTURES
from tuidl.data.picture import picture_size, read_picture
from tuidl.proposing.facts import Facts, whole_path
from tuidl.proposing.setting import Setting
from tuidl.proposing.sources import source_of, stated
from tuidl.proposing.target_kinds import ClassTarget

LONGEST_SIDE = 64
"""Pixels: more take long to learn from on a processor."""
SAMPLED = 100
"""Pictures that are looked at for their size and colours."""
MULTIPLE = 4
"""Sides become multiples of it, so that halving them loses no pixels."""


def picture_facts(path: Path, overrides: tuple[str, ...] = ()) -> Facts:
    """Classes, sizes and colours of the pictures in a folder. Raises DataError."""
    if (path / PICTURES).is_dir() and (path / MASKS).is_dir():
        raise DataError(
            f"{path}: pictures with masks, for which none is proposed",
            "a preset with data.source = 'masks' learns them; 'segment_shapes' has a network",
        )
    folders = listed(path)
    folder = folders.train
    labels = [label for _, label, *_ in folder.files]
    sample = _sample([Path(name) for name, *_ in folder.files])
    size, why_size = _size(sample)
    channels, why_channels = _channels(sample)
    data = {
        "source": Setting("images"),
        "path": Setting(whole_path(path)),
        "size": Setting(list(size), why_size),
        "channels": Setting(channels, why_channels),
    }
    data = stated(data, overrides)
    counts = tuple(labels.count(i) for i in range(len(folder.classes)))
    return Facts(
        name=path.absolute().name or "pictures",
        data=data,
        rows=len(folder.files),
        shape=source_of(data).spec().shape,
        target=ClassTarget(folder.classes, counts),
        has_validation=folders.validation is not None,
        has_test=folders.test is not None,
    )


def _sample(paths: list[Path]) -> list[Path]:
    """Some of the pictures, from everywhere; broken ones are passed over, for it is the reading of
    all that decides about them. Raises DataError where none can be read."""
    found, problem = [], DataError("no pictures")
    for path in paths[:: max(len(paths) // SAMPLED, 1)]:
        try:
            picture_size(path)
            found.append(path)
        except DataError as error:
            problem = error
    if not found:
        raise problem
    return found


def _size(sample: list[Path]) -> tuple[tuple[int, int], str]:
    """Height and width to which all pictures are scaled: their median, if that is not too much."""
    from statistics import median_high

    sizes = [picture_size(path) for path in sample]
    height, width = (median_high(side) for side in zip(*sizes, strict=True))
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    scaled = _side(height * scale), _side(width * scale)
    alike = "all" if len(set(sizes)) == 1 else "by the median"
    why = f"[height, width]; the pictures are {height} x {width} ({alike} of {len(sizes)})"
    if scale < 1:
        why += f", scaled to at most {LONGEST_SIDE} to be fast"
    return scaled, why


def _side(pixels: float) -> int:
    if pixels < 2 * MULTIPLE:
        return max(round(pixels), 1)
    return round(pixels / MULTIPLE) * MULTIPLE


def _channels(sample: list[Path]) -> tuple[int, str]:
    """1 where all pictures are grey, in whatever mode they are stored."""
    for path in sample:
        pixels = read_picture(path, (16, 16), 3)
        if (pixels[..., :1] != pixels).any():
            return 3, "colour"
    return 1, f"grey: {len(sample)} of {len(sample)} that were looked at have no colour"
