"""A bound program that takes examples and answers with its loss and gradients."""

from typing import Any

import numpy as np

from tuidl.backends.base import Array, ArrayDataset
from tuidl.core.errors import DataError
from tuidl.model.bound import Bound
from tuidl.model.feeding import feed_of
from tuidl.tasks.choice import task_for


class Differentiable(Bound):
    """What ``Model`` has for examples: taking them, and the gradient of their loss."""

    def feed(self, x: Any, y: Any = None) -> ArrayDataset:
        """Examples as the engine takes them.

        Parameters
        ----------
        x : array of real numbers, shape (examples, *input shape)
            Of any kind and layout; lists and arrays of other libraries too. Values that are not
            finite are taken as they are.
        y : array of real numbers, shape (examples, target width) or (examples,), optional
            Class numbers from 0 on where the targets are classes.

        Raises
        ------
        DataError
            Where shapes do not fit, for what is no array of real numbers or hides some (masked),
            for finite numbers too large for the model's dtype, and for classes that are none.
        """
        graph = self.program.graph
        return feed_of(task_for(graph.spec, graph.preset.loss), self.engine.dtype, x, y)

    def loss_and_gradients(
        self, x: Any, y: Any, objective: str | None = None
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
        loss, gradients, _ = self.differentiate(x, y, objective)
        return loss, gradients

    def differentiate(
        self, x: Any, y: Any, objective: str | None = None
    ) -> tuple[float, dict[str, Array], Array | None]:
        """``loss_and_gradients``, and the gradient of the inputs where the model was built so."""
        if y is None:
            raise DataError("y: the loss needs targets")
        chosen = self.program.objective(objective)
        routine, feed = chosen.train, self.feed(x, y)
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
