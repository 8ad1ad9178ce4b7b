"""A list of layers -> nodes: names, what each layer reads, and parts of layers that have parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tuidl.compiler.nodes import Node
from tuidl.core.errors import PresetError, suggestion
from tuidl.nn.layers.base import Layer, LayerName, Parameter, Shape, ShapeError
from tuidl.plugins.loading import guarding


@dataclass(frozen=True)
class Chain:
    """What a list of layers is built from. ``key``: where they stand in the preset. ``network``:
    the name before theirs. ``call``: set where the network's parameters are there already.
    ``sealed``: numbers of what gets no gradient from here. ``whole``: the layer that these are the
    parts of, whose name stands before theirs; then all have its ``key`` and its ``number``."""

    layers: tuple[Layer, ...]
    key: str = "layers"
    network: str = ""
    call: str = ""
    frozen: frozenset[str] = frozenset()
    sealed: frozenset[int] = frozenset()
    whole: str = ""
    number: int = -1

    def name(self, index: int) -> str:
        """A layer's own name, or its type and how many of that type there were: ``conv2d_2``."""
        layer = self.layers[index]
        if layer.name is not None:
            return layer.name
        number = sum(other.kind() == layer.kind() for other in self.layers[: index + 1])
        return f"{layer.kind()}_{number}"

    def place(self, index: int) -> str:
        """Where a layer stands in the preset."""
        return self.key if self.whole else f"{self.key}[{index}]"

    def full(self, own: str) -> str:
        """A layer's name in its network."""
        return f"{self.whole}_{own}" if self.whole else own

    def names(self, own: str) -> tuple[str, str]:
        """A node's name and its owner's."""
        own = self.full(own)
        if not self.network:
            return own, ""
        owner = f"{self.network}.{own}"
        return (f"{self.network}@{self.call}.{own}", owner) if self.call else (owner, "")


def build_chain(
    chain: Chain, inputs: Mapping[str, int], shape_of: Callable[[int], Shape], first: int
) -> tuple[list[Node], int]:
    """Nodes, numbered from ``first`` on, and the number of what comes out at the end.

    ``inputs``: names under which layers may read what the chain is given, the first by default.
    Raises PresetError where shapes do not fit.
    """
    builder = _Builder(chain, dict(inputs), shape_of, first, next(iter(inputs.values())))
    for i, layer in enumerate(chain.layers):
        builder.position = chain.number if chain.whole else i
        builder.add(layer, chain.name(i), chain.place(i))
    return builder.nodes, builder.last


@dataclass
class _Builder:
    """``known``: numbers of what layers may read, by name. ``last``: of the layer before.
    ``position``: which layer of the list it is at."""

    chain: Chain
    known: dict[str, int]
    shape_of: Callable[[int], Shape]
    first: int
    last: int
    nodes: list[Node] = field(default_factory=list)
    position: int = -1

    def __post_init__(self) -> None:
        self.given = frozenset(self.known)

    def add(self, layer: Layer, name: str, place: str) -> None:
        """The layer's node, or those of its parts."""
        self._require_free(name, place)
        reads = self._numbers(layer.inputs or (), f"{place}.inputs[{{}}]") or (self.last,)
        if not layer.enabled:
            self.last = self.known[name] = reads[0]
            return
        others = {
            key: self._numbers((other,), f"{place}.{key}")[0]
            for key, other in layer.other_inputs().items()
        }
        every = (*reads, *others.values())
        try:
            with guarding(layer, place):
                parts = layer.parts(tuple(map(self._shape, every)))
                if not parts:
                    self._add_node(layer, name, place, every)
        except ShapeError as error:
            raise PresetError(f"{place} ({layer.kind()})", str(error)) from None
        if parts:
            ports = dict(zip(layer.ports, reads, strict=False))
            self._add_parts(parts, name, place, ports | others)
        self.last = self.known[name] = self.first + len(self.nodes) - 1

    def _add_node(self, layer: Layer, name: str, place: str, reads: tuple[int, ...]) -> None:
        shapes = tuple(map(self._shape, reads))
        full, owner = self.chain.names(name)
        lender = self._lender(layer, place)
        if lender is None:
            output, parameters = layer.merged_shape(shapes), layer.merged_parameters(shapes)
            if (owner or full) in self.chain.frozen:
                parameters = _frozen(name, parameters)
        else:
            parameters, owner = lender.parameters, lender.key
            output = layer.borrowing_shape(shapes, lender.name, lender.layer, parameters)
        stopped = frozenset(reads) & self.chain.sealed
        network, position = self.chain.network, self.position
        self.nodes.append(
            Node(full, layer, reads, shapes, output, parameters, network, owner, stopped, position)
        )

    def _add_parts(
        self, parts: tuple[Layer, ...], name: str, place: str, ports: Mapping[str, int]
    ) -> None:
        """Their nodes; other layers may read them by the names of both, ``block_1_attention``."""
        whole, number = self.chain.full(name), self.position
        chain = replace(self.chain, layers=parts, key=place, whole=whole, number=number)
        start = self.first + len(self.nodes)
        built, _ = build_chain(chain, ports, self._shape, start)
        for i, part in enumerate(parts):
            own = f"{name}_{part.name}"
            self._require_free(own, place)
            self.known[own] = start + i
        self.nodes += built

    def _shape(self, index: int) -> Shape:
        own = index - self.first
        return self.nodes[own].shape if own >= 0 else self.shape_of(index)

    def _require_free(self, name: str, place: str) -> None:
        if name in self.known:
            taken_by = "the examples" if name in self.given else "an earlier layer"
            raise PresetError(f"{place}.name", f"{name!r} is taken by {taken_by}")

    def _lender(self, layer: Layer, place: str) -> Node | None:
        """The node whose parameters the layer has, if it has none of its own."""
        borrowed = layer.borrows()
        if borrowed is None:
            return None
        key, name = borrowed
        own = self._numbers((name,), f"{place}.{key}")[0] - self.first
        if own < 0:
            raise PresetError(f"{place}.{key}", f"{name!r} is no layer of this network")
        return self.nodes[own]

    def _numbers(self, names: tuple[LayerName, ...], place: str) -> tuple[int, ...]:
        """Numbers of the nodes that a layer names. ``place``: where, with {} for which of them.

        Raises PresetError for a name not known so far.
        """
        for j, name in enumerate(names):
            if name not in self.known:
                problem = f"no earlier layer {name!r}{suggestion(name, self.known)}"
                raise PresetError(place.format(j), problem)
        return tuple(self.known[name] for name in names)


def _frozen(name: str, parameters: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """The parameters, none of which is learned. Raises PresetError where the layer would change
    all the same."""
    if not all(parameter.trainable for parameter in parameters):
        problem = f"{name!r} cannot be frozen: its averages follow the batches"
        raise PresetError("weights.frozen", problem)
    return tuple(replace(parameter, trainable=False, frozen=True) for parameter in parameters)
