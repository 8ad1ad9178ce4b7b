"""What ties a trainer to the model that it trains, which a change of the preset may replace."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tuidl.model.model import Model
from tuidl.training.chunks import ChunkRunner
from tuidl.training.interruption import Interrupter


class Binding:
    """``chunks``: how its steps are run. ``is_free``: threads are tried out."""

    def __init__(self, model: Model, interrupter: Interrupter, *, is_free: bool) -> None:
        self._interrupter, self._is_free = interrupter, is_free
        self._training = ExitStack()
        self._is_training = False
        self._bind(model)

    def _bind(self, model: Model) -> None:
        self.model = model
        most = model.engine.threads if self._is_free and model.program.shards > 1 else 1
        self.chunks = ChunkRunner(model.engine, most)
        stop = model.engine.stop  # without the trainer, which would outlive its run in a cycle
        self._interrupter.on_stop = lambda: stop.fill(1)
        if self._is_training:
            self._training.close()
            self._training.enter_context(model.in_training())

    @contextmanager
    def in_training(self) -> Iterator[None]:
        """The block is a training of the model. Raises DataError while there is another one."""
        with self._training:
            self._training.enter_context(self.model.in_training())
            self._is_training = True
            yield

    def follow(self, model: Model) -> None:
        """Go on with this model, where it is another one."""
        if model is not self.model:
            self._bind(model)
