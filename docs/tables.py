"""Writes the tables of docs/presets.md from the records that presets are read into.

    python docs/tables.py            # rewrites docs/presets.md
    python docs/tables.py --check    # fails where that would change it

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import inspect

from tuidl.core.config import Config
from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.nn.initializer_names import Initializer
from tuidl.nn.layers import LAYERS
from tuidl.nn.layers.base import ActivationName, WeightedLayer
from tuidl.nn.losses import LOSSES, Loss
from tuidl.nn.metrics import METRICS
from tuidl.nn.optimizers import OPTIMIZERS, Optimizer
from tuidl.nn.schedules import Schedule
from tuidl.preset.alerts import Alerts

FILE = Path(__file__).with_name("presets.md")
SCHEDULES = {kind.kind(): kind for kind in Schedule.__args__}
NAMED = {
    tuple(sorted(get_args(ActivationName))): "an activation",
    tuple(sorted(get_args(Initializer))): "an initializer",
}
"""Long lists of names that stand elsewhere on the page."""
SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def number(value: float) -> str:
    """``1,000,000``, ``1e-08``, ``0.33``."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def limits(kind: Any) -> str:
    """What a value may be, where its type says more than 'a number' or 'a text'."""
    if isinstance(kind, inspect.UnionType):
        return " or ".join(dict.fromkeys(filter(None, map(limits, kind.types))))
    if isinstance(kind, inspect.LiteralType):
        return NAMED.get(kind.values, ", ".join(map(str, kind.values)))
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        bounds = {name: getattr(kind, name) for name in SIGNS}
        return ", ".join(f"{SIGNS[k]} {number(v)}" for k, v in bounds.items() if v is not None)
    if isinstance(kind, inspect.VarTupleType):
        inner = limits(kind.item_type)
        exactly = kind.min_length is not None and kind.min_length == kind.max_length
        listed = f"a list of {kind.min_length}" if exactly else "a list"
        return f"{listed}, each {inner}" if inner else listed
    if isinstance(kind, inspect.StructType | inspect.DictType):
        return "a table"
    return ""


def default_of(field: inspect.Field) -> str:
    value = field.default
    if value is msgspec.NODEFAULT:
        return "" if field.required else "none"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return "[]"
    return str(value).lower() if isinstance(value, bool | str) else number(value)


def key(field: inspect.Field) -> str:
    """`` `stride` (1; ≥ 1 ≤ 4,096) ``: the key, its default, its limits."""
    said = "; ".join(filter(None, [default_of(field), limits(field.type)]))
    return f"`{field.encode_name}`" + (f" ({said})" if said else "")


def keys(record: type[Any], base: type[Any]) -> str:
    """The keys that not every record has, with the same default."""
    common = {field.name: field.default for field in msgspec.structs.fields(base)}
    fields = inspect.type_info(record).fields
    return ", ".join(key(f) for f in fields if common.get(f.name, key) != f.default)


def sentence(text: str | None) -> str:
    """The first paragraph of a docstring, as one line of a table."""
    first = " ".join((text or "").split("\n\n")[0].split())
    return first.replace("``", "`").replace("|", "\\|")


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def of_records(kinds: dict[str, type[Any]], base: type[Any], head: str = "type") -> str:
    own = {name: kind for name, kind in kinds.items() if kind.__module__.startswith("tuidl.")}
    rows = [(f"`{name}`", sentence(kind.__doc__), keys(kind, base)) for name, kind in own.items()]
    return table((head, "what it is", "keys (default; limits)"), rows)


def of_metrics() -> str:
    rows = [
        (f"`{name}`", "classes" if metric.of_classes else "numbers")
        for name, metric in METRICS.items()
    ]
    return table(("metric", "of targets that are"), rows)


def of_alerts() -> str:
    rules = {name: get_args(kind)[0] for name, kind in get_type_hints(Alerts).items()}
    rows = [(f"`{n}`", sentence(kind.__doc__), keys(kind, Config)) for n, kind in rules.items()]
    return table(("rule", "what is wrong", "limits (default; what they may be)"), rows)


TABLES = {
    "alerts": of_alerts,
    "layers": lambda: of_records(LAYERS, WeightedLayer),
    "losses": lambda: of_records(LOSSES, Loss),
    "metrics": of_metrics,
    "optimizers": lambda: of_records(OPTIMIZERS, Optimizer),
    "schedules": lambda: of_records(SCHEDULES, msgspec.Struct),
    "sources": lambda: of_records(SOURCES, Source, "source"),
}


def written(text: str) -> str:
    """The document with its tables as the records have them. Raises KeyError for another table."""
    return re.sub(
        r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}",
        text,
        flags=re.S,
    )


def main() -> None:
    text = FILE.read_text(encoding="utf-8")
    if "--check" not in sys.argv:
        FILE.write_text(written(text), encoding="utf-8")
    elif written(text) != text:
        raise SystemExit(f"{FILE}: not what the records say; run 'python docs/tables.py'")


if __name__ == "__main__":
    main()
