"""A bound program that takes examples and answers with its loss and gradients."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tuidl.backends.base import ArrayDataset
from tuidl.compiler.augmentation import HALF
from tuidl.core.errors import DataError
from tuidl.core.lazy import Array
from tuidl.model.bound import Bound
from tuidl.model.feeding import feed_of
from tuidl.model.weighing import (
    checked_weights,
    class_weights,
    is_balanced,
    weight_columns,
)
from tuidl.tasks.choice import task_for


class Differentiable(Bound):
    """What ``Model`` has for examples: taking them, and the gradient of their loss."""

    class_weights: Mapping[str, Array] | None = None
    """How much each class counts in each loss that weighs them, by the loss's name; those that are
    "balanced" are counted in the training part of the preset's data, unless they are given."""

    def feed(
        self, x: Any, y: Any = None, sample_weight: Any = None, numbers: Array | None = None
    ) -> ArrayDataset:
        """Examples as the engine takes them.

        Parameters
        ----------
        x : array of real numbers, shape (examples, *input shape)
            Of any kind and layout; lists and arrays of other libraries too. Values that are not
            finite are taken as they are.
        y : array of real numbers, shape (examples, target width) or (examples,), optional
            Class numbers from 0 on where the targets are classes.
        sample_weight : array of real numbers, shape (examples,), optional
            How much each example counts in the loss, 1 by default, of a preset with
            ``data.weight``.
        numbers : array of int64, shape (examples,), optional
            What ``data.augment`` knows each example by; by default they are counted from 0 on.

        Raises
        ------
        DataError
            Where shapes do not fit, for what is no array of real numbers or hides some (masked),
            for finite numbers too large for the model's dtype, and for classes that are none.
        """
        graph = self.program.graph
        feed = feed_of(task_for(graph.spec, graph.preset.loss), self.engine.dtype, x, y)
        return feed if y is None else self._numbered(self._weighed(feed, sample_weight), numbers)

    def _numbered(self, feed: ArrayDataset, numbers: Array | None) -> ArrayDataset:
        """With the examples' own numbers behind all else, where what is done to them follows."""
        if not self.program.graph.preset.data.augment:
            return feed
        numbers = np.arange(len(feed)) if numbers is None else numbers
        columns = np.stack([numbers % HALF, numbers // HALF], axis=1).astype(feed.y.dtype)
        return replace(feed, y=np.concatenate([feed.y, columns], axis=1))

    def _weighed(self, feed: ArrayDataset, sample_weight: Any) -> ArrayDataset:
        """With the weights of the answers behind the targets, where the loss has some."""
        graph, dtype = self.program.graph, self.engine.dtype
        if sample_weight is not None:
            if not graph.preset.data.is_weighted:
                raise DataError("sample_weight: the preset has no data.weight")
            sample_weight = checked_weights(sample_weight, len(feed), dtype)
        if not any(head.weights is not None for head in graph.heads):
            return feed
        classes = self.class_weights
        if classes is None:
            classes = self.class_weights = self._counted_weights()
        columns = weight_columns(graph, feed.y, sample_weight, classes)
        return replace(feed, y=np.concatenate([feed.y, *columns], axis=1).astype(dtype))

    def _counted_weights(self) -> dict[str, Array]:
        graph = self.program.graph
        is_counted = any(is_balanced(head) for head in graph.heads)
        y = graph.preset.source.split().train.y if is_counted else np.zeros((0, 1))
        return class_weights(graph, y)

    def loss_and_gradients(
        self, x: Any, y: Any, objective: str | None = None, sample_weight: Any = None
    ) -> tuple[float, dict[str, Array]]:
        """Mean loss over the examples as in training, and its gradient by each parameter.

        Penalties on weights count. Batch normalisation sees the examples in batches of the size
        that the model was built for; dropout draws the masks of the step that comes next. Changes
        neither parameters, moving averages nor the optimizer's state.

        Parameters
        ----------
        x : array, shape (examples, *input shape)
        y : array, shape (examples, target width) or (examples,)
        objective : str, optional
            Of several, the one whose loss is meant; the first by default.
        sample_weight : array, shape (examples,), optional
            As in ``feed``.

        Returns
        -------
        loss : float
        gradients : dict of arrays
            Names and shapes of ``parameters``, in the model's dtype; zeros for those that are not
            learned. New arrays.

        Raises
        ------
        DataError
            For examples that do not fit, and where there are none: nothing has no mean.
        """
        loss, gradients, _ = self.differentiate(x, y, objective, sample_weight)
        return loss, gradients

    def differentiate(
        self, x: Any, y: Any, objective: str | None = None, sample_weight: Any = None
    ) -> tuple[float, dict[str, Array], Array | None]:
        """``loss_and_gradients``, and the gradient of the inputs where the model was built so."""
        if y is None:
            raise DataError("y: the loss needs targets")
        chosen = self.program.objective(objective)
        routine, feed = chosen.train, self.feed(x, y, sample_weight)
        if not len(feed):
            raise DataError("x: no examples: the mean loss of none is not defined")
        total = np.zeros(self.program.span)
        d_inputs: list[Array] = []
        loss = 0.0
        stretch = self._stretch(self._statistics)
        with self.lock.exclusive():
            for count in self._walk(routine, feed, stretch):
                share = count / len(feed)
                loss += share * float(stretch.losses[0])
                total += share * self.summed_gradients(chosen)
                if routine.emitted.dx is not None:
                    d_inputs.append(share * self._read(routine, routine.emitted.dx, count))
        gradients = {
            slot.name: total[slot.offset : slot.offset + slot.size]
            .reshape(slot.shape)
            .astype(self.engine.dtype)
            if slot.trainable
            else np.zeros(slot.shape, self.engine.dtype)
            for slot in self.program.parameters
        }
        return loss, gradients, np.concatenate(d_inputs) if d_inputs else None
