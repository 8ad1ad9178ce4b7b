"""Several networks -> nodes: each output is a use of a network, each objective a list of losses."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tuidl.compiler.chains import Chain, build_chain
from tuidl.compiler.from_data import completed
from tuidl.compiler.nodes import (
    EXAMPLES,
    FROM_EXAMPLES,
    Head,
    Input,
    Node,
    Target,
)
from tuidl.compiler.target_ranges import require_constant
from tuidl.core.errors import PresetError, suggestion
from tuidl.data.spec import ExampleSpec, Field
from tuidl.nn.layers.base import Shape
from tuidl.nn.metrics import METRICS
from tuidl.preset.networks import LossTerm, Network, Objective, Output, find
from tuidl.preset.schema import Preset
from tuidl.tasks.choice import task_for


@dataclass(frozen=True)
class Assembly:
    """``outputs``: the number of the node that each of them ends in."""

    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: dict[str, int]
    objectives: tuple[Target, ...]


def inputs_of(preset: Preset) -> tuple[Input, ...]:
    """Of the data first, then noise. Raises PresetError for a name used twice."""
    spec, found, start = preset.spec(), [], 0
    for field in spec.inputs or (Field(EXAMPLES, spec.shape),):
        found.append(Input(field.name, field.shape, start))
        start += field.width
    for i, noise in enumerate(preset.inputs):
        if noise.name in [known.name for known in found]:
            raise PresetError(f"inputs[{i}].name", f"{noise.name!r} is an input of the data")
        found.append(Input(noise.name, noise.shape, noise=noise.noise, steps=noise.steps or 0))
    return tuple(found)


def assemble(preset: Preset) -> Assembly:
    """Nodes of every use of a network. Raises PresetError where shapes or names do not fit."""
    spec, inputs = preset.spec(), inputs_of(preset)
    known = {data.name: FROM_EXAMPLES - i for i, data in enumerate(inputs)}
    nodes: list[Node] = []
    used: dict[str, tuple[Shape, ...]] = {}
    outputs: dict[str, int] = {}

    def shape_of(index: int) -> Shape:
        return nodes[index].shape if index >= 0 else inputs[FROM_EXAMPLES - index].shape

    for i, output in enumerate(preset.outputs):
        if output.name in known:
            raise PresetError(f"outputs[{i}].name", f"{output.name!r} is taken by an input")
        network: Network = find(output.network, preset.networks, f"outputs[{i}].network", "network")
        given = _given(output, network, f"outputs[{i}]", known, shape_of, used)
        chain = _chain(preset, spec, output, network, given, is_first=network.name not in used)
        used.setdefault(network.name, tuple(map(shape_of, given.values())))
        built, end = build_chain(chain, given, shape_of, len(nodes))
        nodes += built
        known[output.name] = outputs[output.name] = end
    for i, network in enumerate(preset.networks):
        if network.name not in used:
            raise PresetError(f"networks[{i}]", f"no output uses {network.name!r}")
    drawn = {data.name: FROM_EXAMPLES - i for i, data in enumerate(inputs) if data.noise}
    objectives = tuple(
        _objective(preset, spec, objective, i, outputs, drawn)
        for i, objective in enumerate(preset.objectives)
    )
    _require_names(objectives)
    return Assembly(inputs, tuple(nodes), outputs, objectives)


def _chain(
    preset: Preset, spec: ExampleSpec, output: Output, network: Network, given: dict[str, int],
    *, is_first: bool,
) -> Chain:  # fmt: skip
    """The layers of one use of a network; ``is_first``: the use that has the parameters."""
    names = dict(zip(network.inputs, output.inputs, strict=True))
    return Chain(
        completed(network.layers, spec, _width(preset, spec, network.name), names),
        key=f"networks[{preset.networks.index(network)}].layers",
        network=network.name,
        call="" if is_first else output.name,
        frozen=frozenset(preset.weights.frozen if preset.weights else ()),
        sealed=frozenset(given.values() if output.stop_gradient else ()),
    )


def _given(
    output: Output,
    network: Network,
    key: str,
    known: dict[str, int],
    shape_of: Callable[[int], Shape],
    used: dict[str, tuple[Shape, ...]],
) -> dict[str, int]:
    """What a network is given in one of its uses, by its own names for it."""
    if len(output.inputs) != len(network.inputs):
        problem = f"{network.name!r} takes {len(network.inputs)}, got {len(output.inputs)}"
        raise PresetError(f"{key}.inputs", problem)
    for j, name in enumerate(output.inputs):
        if name not in known:
            problem = f"no input and no earlier output {name!r}{suggestion(name, known)}"
            raise PresetError(f"{key}.inputs[{j}]", problem)
    numbers = [known[name] for name in output.inputs]
    shapes = tuple(map(shape_of, numbers))
    if used.get(network.name, shapes) != shapes:
        before = ", ".join(map(str, used[network.name]))
        problem = f"{network.name!r} was used for {before} before, this is {shapes}"
        raise PresetError(f"{key}.inputs", problem)
    return dict(zip(network.inputs, numbers, strict=True))


def _width(preset: Preset, spec: ExampleSpec, network: str) -> int | None:
    """Numbers that the first loss on an output of a network wants of it."""
    ours = {output.name for output in preset.outputs if output.network == network}
    for i, objective in enumerate(preset.objectives):
        for j, term in enumerate(objective.losses):
            if term.output in ours and term.loss.needs_target:
                if isinstance(term.target, float | int):
                    return 1
                if (drawn := _drawn(preset, spec, term.target)) is not None:
                    return term.loss.outputs(drawn)
                key = f"objectives[{i}].losses[{j}]"
                return term.loss.outputs(spec.of_target(_field(preset, spec, term, key)[0]))
    return None


def _drawn(preset: Preset, spec: ExampleSpec, target: str | float | None) -> ExampleSpec | None:
    """The examples with an input of noise as their target; None where the target is none. One of
    the data's own targets of the same name comes first."""
    if target in [field.name for field in spec.named_targets]:
        return None
    found = next((noise for noise in preset.inputs if noise.name == target), None)
    if found is None:
        return None
    return ExampleSpec(spec.shape, 1).of_target(Field(found.name, found.shape))


def _field(preset: Preset, spec: ExampleSpec, term: LossTerm, key: str) -> tuple[Field, int]:
    """The target that a loss is held against, and where it starts in a row of targets."""
    fields = spec.named_targets
    if term.target is None and len(fields) > 1:
        names = ", ".join(field.name for field in fields)
        raise PresetError(f"{key}.target", f"missing: the data has several ({names})")
    name = term.target if isinstance(term.target, str) else fields[0].name
    find(name, (*fields, *preset.inputs), f"{key}.target", "target")
    return _found(fields, name, f"{key}.target")


def _found(fields: tuple[Field, ...], name: str, key: str) -> tuple[Field, int]:
    field = find(name, fields, key, "target")
    start = sum(other.width for other in fields[: fields.index(field)])
    return field, start


def _objective(
    preset: Preset,
    spec: ExampleSpec,
    objective: Objective,
    number: int,
    outputs: dict[str, int],
    drawn: dict[str, int],
) -> Target:
    key = f"objectives[{number}]"
    for j, name in enumerate(objective.trains or ()):
        find(name, preset.networks, f"{key}.trains[{j}]", "network")
    heads = tuple(
        _head(preset, spec, term, f"{key}.losses[{j}]", outputs, drawn)
        for j, term in enumerate(objective.losses)
    )
    trains = None if objective.trains is None else frozenset(objective.trains)
    return Target(objective.name, heads, objective.optimizer, trains, objective.steps)


def _head(
    preset: Preset,
    spec: ExampleSpec,
    term: LossTerm,
    key: str,
    outputs: dict[str, int],
    drawn: dict[str, int],
) -> Head:
    find(term.output, preset.outputs, f"{key}.output", "output")
    head = Head(term.title, outputs[term.output], term.loss, ExampleSpec(spec.shape, 1),
                weight=term.weight, metrics=term.metrics)  # fmt: skip
    if term.mask is not None:
        head = replace(head, mask=_found(spec.named_targets, term.mask, f"{key}.mask")[1])
    if not term.loss.needs_target:
        _require_no_target(term, key)
    if isinstance(term.target, float | int) or not term.loss.needs_target:
        _require_no_metrics(term, key, "a target that is one number has none")
        number = float(term.target or 0)
        if term.loss.needs_target:
            require_constant(term.loss, number, f"{key}.target")
        return replace(head, constant=number)
    if (noise := _drawn(preset, spec, term.target)) is not None:
        _require_no_metrics(term, key, f"{term.target!r} is noise: it has none")
        head = replace(head, spec=noise, drawn=drawn[str(term.target)])
    else:
        field, start = _field(preset, spec, term, key)
        head = replace(head, spec=spec.of_target(field), start=start)
        _require_metrics(term, head.spec, key)
    if head.mask is not None:
        _require_mask(spec, term, head.spec, f"{key}.mask")
    return head


def _require_no_metrics(term: LossTerm, key: str, why: str) -> None:
    """Raises PresetError where metrics are asked for."""
    if term.metrics:
        raise PresetError(f"{key}.metrics", why)


def _require_no_target(term: LossTerm, key: str) -> None:
    """Raises PresetError where a loss of the outputs alone is to compare them with something."""
    for name in ("target", "mask"):
        if getattr(term, name) is not None:
            problem = f"{term.loss.kind()!r} is of the outputs alone: it takes none"
            raise PresetError(f"{key}.{name}", problem)
    if term.metrics:
        problem = f"{term.loss.kind()!r} has no target that they could be measured against"
        raise PresetError(f"{key}.metrics", problem)


def _require_mask(spec: ExampleSpec, term: LossTerm, own: ExampleSpec, key: str) -> None:
    if not term.loss.knows_weights:
        raise PresetError(key, f"{term.loss.kind()!r} knows no mask")
    mask = _found(spec.named_targets, str(term.mask), key)[0]
    if mask.width != own.rows:
        problem = f"{term.mask!r} has {mask.width} numbers for {own.rows} answers of an example"
        raise PresetError(key, problem)


def _require_metrics(term: LossTerm, own: ExampleSpec, key: str) -> None:
    """Raises PresetError for a metric that does not fit the target."""
    task = task_for(own, term.loss)
    for k, name in enumerate(term.metrics):
        problem = task.metric_problem(METRICS[name])
        if name in term.metrics[:k]:
            problem = f"{name!r} is named twice"
        if problem:
            raise PresetError(f"{key}.metrics[{k}]", problem)


def _require_names(objectives: tuple[Target, ...]) -> None:
    """Raises PresetError where scores of two losses would have the same name."""
    names: set[str] = set()
    for i, objective in enumerate(objectives):
        for j, head in enumerate(objective.heads):
            if head.name in names:
                problem = f"{head.name!r} has a loss already: give this one a name"
                raise PresetError(f"objectives[{i}].losses[{j}].name", problem)
            names.add(head.name)
