"""Cases of losses, of counts for metrics and of what joins two paths."""

import numpy as np

from tests.kernels.case import Arrays, Case


def _labels(arrays: Arrays) -> None:
    classes = next(a.shape[1] for a in arrays.values() if a.ndim == 2)
    label = arrays["label"]
    label[:] = np.arange(len(label)) % classes


def _highest_labels(arrays: Arrays) -> None:
    """All are right."""
    arrays["label"][:] = arrays["scores"].argmax(axis=1)


def _equal_scores(arrays: Arrays) -> None:
    """Of equal scores the first class is taken for the higher one."""
    _labels(arrays)
    arrays["scores"][:] = 1.0


def _masked_labels(arrays: Arrays) -> None:
    """Some answers do not count."""
    _labels(arrays)
    arrays["label"][::3] = -1


def _mask(arrays: Arrays) -> None:
    """Weights of which some are 0, and their sums by shards."""
    arrays["weights"][:] = np.arange(len(arrays["weights"])) % 3
    if "sums" in arrays:
        arrays["sums"][:] = [arrays["weights"].sum(), 0, 4]


def _all_masked(arrays: Arrays) -> None:
    arrays["weights"][:] = 0
    arrays["sums"][:] = 0


def _far_apart(arrays: Arrays) -> None:
    """Boxes that do not touch, one without an area, one exactly right."""
    arrays["prediction"][:, :2] += 10
    arrays["prediction"][1:2, 2] = 0
    arrays["prediction"][2:3] = arrays["target"][2:3]


def _weighed_answers(arrays: Arrays) -> None:
    """Every third answer does not count, and has targets that are none."""
    weights, target = arrays["weights"], arrays["target"]
    weights[:] = np.abs(weights)
    weights[::3] = 0
    target[::3] = np.nan


def _probabilities(arrays: Arrays) -> None:
    e = np.exp(arrays["y"])
    arrays["y"][:] = e / e.sum(axis=1, keepdims=True)


ROWS = [(1, 1), (5, 10), (33, 3), (0, 4)]

CASES: list[Case] = []
for n, f in ((700, 3), (2, 1500), (40, 65)):  # more than are added up at once, or too wide
    sizes, batch = {"n": n, "f": f, "a": 1}, {"batch": 2 * n}
    CASES += [
        Case("softmax_cross_entropy", sizes, batch, fix=_labels),
        Case("binary_cross_entropy", sizes, {**batch, "smoothing": 0.2}),
    ]

for n, f in ((40, 16), (40, 65)):  # classes that are looked through in vectors
    sizes = {"n": n, "f": f}
    CASES += [
        Case("largest", sizes),
        *(
            Case("count_correct", {**sizes, "a": 1}, {"threshold": 0.5}, fix=fix)
            for fix in (_labels, _highest_labels, _equal_scores)
        ),
        Case("count_confusions", {**sizes, "a": f * f}, {"threshold": 0.5}, fix=_masked_labels),
    ]
for n, f in ROWS:
    sizes = {"n": n, "f": f}
    CASES += [
        Case("softmax", sizes),
        Case("softmax_gradient", sizes, fix=_probabilities),
        Case("mean_squared_error", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("softmax_cross_entropy", {**sizes, "a": 1}, {"batch": 2 * n}, fix=_labels),
        Case("mean_absolute_error", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("huber", {**sizes, "a": 1}, {"batch": 2 * n, "delta": 0.7}),
        *(
            Case("binary_cross_entropy", {**sizes, "a": 1}, {"batch": 2 * n, "smoothing": share})
            for share in (0.0, 0.2)
        ),
        Case("one_hot", sizes, {"smoothing": 0.1}, fix=_labels),
        Case("smooth_targets", sizes, {"smoothing": 0.1}),
        Case("categorical_cross_entropy", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("mean_squared_error_rows", sizes),
        Case("mean_absolute_error_rows", sizes),
        Case("huber_rows", sizes, {"delta": 0.7}),
        Case("binary_cross_entropy_rows", sizes, {"smoothing": 0.2}),
        Case("categorical_cross_entropy_rows", sizes),
        Case("weigh_rows", {**sizes, "s": 3, "a": 1, "e": 2}, {"batch": 2 * n}, fix=_mask),
        Case("weigh_rows", {**sizes, "s": 3, "a": 1, "e": 2}, {"batch": 2 * n}, fix=_all_masked),
        Case("sum_weights", {"n": n, "s": 3}, {"lane": 1}),
        Case("mask_labels", {"n": n}, fix=_mask),
        Case("count_in_top", {**sizes, "a": 1}, {"k": 2}, fix=_masked_labels),
        Case("count_correct", {**sizes, "a": 1}, {"threshold": 0.0}, fix=_masked_labels),
        Case(
            "count_confusions",
            {**sizes, "a": max(f, 2) ** 2},
            {"threshold": 0.5},
            fix=_masked_labels,
        ),
        Case("largest", sizes),
        *(Case(name, sizes) for name in ("prelu", "prelu_gradient", "prelu_shares")),
        *(Case(name, {"n": n, "k": f}) for name in ("dot", "dot_gradient")),
        *(
            Case("count_correct", {**sizes, "a": 1}, {"threshold": t}, fix=_labels)
            for t in (0.0, 0.5)
        ),
        Case("count_correct", {**sizes, "a": 1}, {"threshold": 0.5}, fix=_equal_scores),
        *(Case("count_in_top", {**sizes, "a": 1}, {"k": k}, fix=_labels) for k in (1, 2)),
        Case("count_in_top", {**sizes, "a": 1}, {"k": 2}, fix=_equal_scores),
        Case("count_confusions", {**sizes, "a": max(f, 2) ** 2}, {"threshold": 0.5}, fix=_labels),
        Case("sum_absolute_error", sizes),
        Case("sum_squared_error", sizes),
        Case("sum_weighted_absolute_error", {**sizes, "k": 1}, fix=_weighed_answers),
        Case("sum_weighted_squared_error", {**sizes, "k": sizes["f"]}, fix=_weighed_answers),
    ]

for n, f in ((1, 4), (3, 4), (70, 4), (5, 12)):
    sizes = {"n": n, "f": f}
    CASES += [
        Case("generalized_iou", {**sizes, "a": 1}, {"batch": 2 * n}),
        Case("generalized_iou", {**sizes, "a": 1}, {"batch": 2 * n}, fix=_far_apart),
        Case("generalized_iou_rows", sizes),
        Case("sum_box_iou", {**sizes, "a": 1}),
        Case("sum_weighted_box_iou", {**sizes, "k": f // 4, "a": 1}, fix=_weighed_answers),
    ]
