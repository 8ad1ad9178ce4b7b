"""What recurrent layers share: their states, time first, to outputs, examples first, and back."""

from tuidl.tape import Batch, Scope, View


def emit_outputs(scope: Scope, states: View, return_sequences: bool) -> None:
    """Write the output of a layer whose ``states`` (steps + 1, examples, units) are known.

    The first state is the one before the first step.
    """
    steps, units = scope.input_shape[0], scope.shape[-1]
    if return_sequences:
        after = states.part(Batch(units), steps, Batch(), units)
        scope.forward("swap_time", after, scope.y)
    else:
        last = states.part(Batch(steps * units), Batch(units))
        scope.forward("copy", last, scope.y.flat)


def emit_output_gradient(scope: Scope, return_sequences: bool) -> View:
    """Write dL/dstate (steps, examples, units) that comes from above, and return its buffer."""
    assert scope.dy is not None
    steps, units = scope.input_shape[0], scope.shape[-1]
    d_states = scope.buffer("d_states", steps, Batch(), units)
    name = "swap_time" if return_sequences else "last_step_gradient"
    scope.backward(name, scope.dy, d_states)
    return d_states
