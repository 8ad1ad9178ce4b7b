"""How well two groupings of the same examples agree: ARI and NMI, whatever groups are called."""

from tuidl.core.lazy import Array


def contingency(first: Array, second: Array) -> Array:
    """How many examples are in each group of ``first`` (row) and of ``second`` (column); labels are
    whole numbers (n,)."""
    import numpy as np

    rows, i = np.unique(first, return_inverse=True)
    columns, j = np.unique(second, return_inverse=True)
    flat = np.bincount(i * len(columns) + j, minlength=len(rows) * len(columns))
    return flat.reshape(len(rows), len(columns))


def adjusted_rand_index(first: Array, second: Array) -> float:
    """Of Hubert and Arabie (1985): 1 where groups are the same, 0 on average for random ones."""
    return ari_of(contingency(first, second))


def normalized_mutual_information(first: Array, second: Array) -> float:
    """Mutual information / the mean of the two entropies: 1 where groups are the same, 0 where
    neither says anything about the other. One group alone on both sides is the same: 1."""
    return nmi_of(contingency(first, second))


def ari_of(counts: Array) -> float:
    """The adjusted Rand index of a ``contingency``; its numbers are whole."""
    table = counts.astype(int).astype(object)  # whole numbers of any size
    count = int(table.sum())
    both = int((table**2).sum()) - count
    only_first = int((table.sum(axis=1) ** 2).sum()) - count - both
    only_second = int((table.sum(axis=0) ** 2).sum()) - count - both
    if not only_first and not only_second:
        return 1.0
    neither = count * (count - 1) - both - only_first - only_second
    below = (both + only_second) * (only_second + neither)
    below += (both + only_first) * (only_first + neither)
    return 2.0 * (both * neither - only_first * only_second) / below


def nmi_of(counts: Array) -> float:
    """The normalised mutual information of a ``contingency``."""
    import numpy as np

    shares = counts / max(counts.sum(), 1)
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    if (rows > 0).sum() <= 1 and (columns > 0).sum() <= 1:
        return 1.0
    known = shares > 0
    apart = np.outer(rows, columns)[known]
    mutual = float((shares[known] * np.log(shares[known] / apart)).sum())
    mean = (entropy(rows) + entropy(columns)) / 2
    return max(mutual, 0.0) / mean if mean > 0 and mutual > 1e-15 else 0.0


def entropy(shares: Array) -> float:
    """In nats, of shares (k,) that add up to 1."""
    import numpy as np

    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum())
