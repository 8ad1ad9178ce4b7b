"""Networks that are no chain: what each layer reads, and the ways through them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.style import Style

from tuidl.charts.palette import Palette

Piece = tuple[str, Style | None]


@dataclass(frozen=True)
class LayerBox:
    """A layer as the diagram shows it, or what goes in, which has no ``type``. ``reads`` names
    layers, where not just the one before."""

    name: str
    type: str
    shape: str
    parameters: int = 0
    reads: tuple[str, ...] = ()
    activation: str = ""

    @property
    def what(self) -> str:
        return " ".join(part for part in (self.type, self.activation) if part)


def goes_on(layers: Sequence[LayerBox], i: int) -> bool:
    """Whether a layer reads the one above it."""
    layer = layers[i]
    return bool(i and layer.type) and (not layer.reads or layers[i - 1].name in layer.reads)


def is_branched(layers: Sequence[LayerBox]) -> bool:
    """Whether something begins below the first line that does not read the line above it."""
    return not all(goes_on(layers, i) for i in range(1, len(layers)))


def in_words(layers: Sequence[LayerBox]) -> list[LayerBox]:
    """The same layers, with what they read behind what they do."""
    return [
        replace(layer, type=f"{layer.what} ← {', '.join(layer.reads)}", activation="")
        if layer.reads and not _is_link(layers, i)
        else layer
        for i, layer in enumerate(layers)
    ]


def _is_link(layers: Sequence[LayerBox], i: int) -> bool:
    """Whether a layer reads the one above it, another layer, and nothing else."""
    return goes_on(layers, i) and len(layers[i].reads) < 2 and bool(layers[i - 1].type)


def paths(
    layers: Sequence[LayerBox], palette: Palette, selected: str | None
) -> Iterator[list[Piece]]:
    """Way after way: what is read, the arrows, and the name of what others read from there."""
    text, accent = palette.style("text"), palette.style("accent")
    links = [_is_link(layers, i) for i in range(len(layers))]
    inputs = {layer.name: layer.shape for layer in layers if not layer.type}
    read = {name for i, layer in enumerate(layers) if not links[i] for name in layer.reads}
    before = ""
    for i, layer in enumerate(layers):
        if not layer.type:
            continue
        pieces: list[Piece] = []
        if not links[i]:
            sources = layer.reads or (layers[i - 1].name,)
            pieces.append((" + ".join(_source(name, inputs) for name in sources), accent))
            before = ""
        style = palette.style("train" if layer.parameters else "muted")
        pieces.append((f"─{layer.what}─▶", palette.selected if layer.name == selected else style))
        pieces += [(layer.name, accent)] * (layer.name in read)
        pieces += [(layer.shape, text)] * (layer.shape != before)
        if i + 1 < len(layers) and not links[i + 1]:
            pieces[-1] = (f"{pieces[-1][0]};", pieces[-1][1])
        yield pieces
        before = layer.shape


def _source(name: str, inputs: dict[str, str]) -> str:
    """An input with its size; an id has none."""
    shape = inputs.get(name, "")
    return f"{name} {shape}" if shape[:1].isdigit() else name
