"""How many examples there are of each class."""

from tuidl.data.dataset import Source


def class_counts(source: Source) -> tuple[int, ...]:
    """Examples of each class, () where targets are numbers. Raises DataError."""
    import numpy as np

    classes = source.spec().classes
    if not classes:
        return ()
    labels = source.load().y[:, 0]
    labels = labels[np.isfinite(labels)].astype(np.int64)
    return tuple(np.bincount(labels, minlength=len(classes)).tolist())
