"""Loads plugins: Python files that lie beside a preset, and installed packages' entry points."""

import linecache
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tuidl.core.discovery import records_in
from tuidl.core.errors import PresetError, TuidlError
from tuidl.core.extensions import EXTENSIONS, withdraw
from tuidl.core.own_files import FileError, read_bounded
from tuidl.data.catalog import SOURCES
from tuidl.data.dataset import Source
from tuidl.nn.layers import LAYERS, Layer
from tuidl.nn.layers.base import ShapeError
from tuidl.nn.losses import LOSSES, Loss
from tuidl.nn.metrics import METRICS, Metric
from tuidl.nn.optimizers import OPTIMIZERS, Optimizer
from tuidl.plugins.permission import FLAG, is_allowed

GROUP = "tuidl.plugins"
LARGEST = 1 << 20
MOST = 32
FILE = re.compile(r"[A-Za-z_]\w*\.py", re.ASCII)

KINDS: tuple[tuple[type[Any], dict[str, Any]], ...] = (
    (Layer, LAYERS),
    (Loss, LOSSES),
    (Optimizer, OPTIMIZERS),
    (Source, SOURCES),
)


@dataclass(frozen=True)
class Plugin:
    """A file that was run: its text, that text's SHA-256, and what it brought."""

    name: str
    source: bytes
    sha256: str
    brought: frozenset[int]


PLUGINS: dict[str, Plugin] = {}
"""Files that this process has run, by their names."""


def load(names: tuple[str, ...], folder: Path) -> None:
    """Run the files, which must lie in ``folder`` itself; those that ran before are not run again.

    Raises PresetError where that is not allowed, a file is not a plain one of that folder, or
    cannot be run, or brings nothing, or has changed since it ran.
    """
    for i, name in enumerate(names):
        key = f"plugins[{i}]"
        if not FILE.fullmatch(name):
            problem = f"{name!r} is not the name of a Python file beside the preset: 'my_layers.py'"
            raise PresetError(key, problem)
        if not is_allowed():
            how = f"{FLAG} allows it (in Python: load_preset(..., allow_plugins=True))"
            raise PresetError(key, f"{name!r} is Python code, which a preset may not run; {how}")
        try:
            source = read_bounded(folder / name, LARGEST)
        except FileError as error:
            raise PresetError(key, str(error)) from None
        _load_once(name, source, folder / name, key)


def _load_once(name: str, source: bytes, path: Path, key: str) -> None:
    import hashlib  # only where there is a plugin: OpenSSL takes some milliseconds to load

    sha256 = hashlib.sha256(source).hexdigest()
    if name not in PLUGINS:
        PLUGINS[name] = _run(name, source, sha256, path, key)
    elif PLUGINS[name].sha256 != sha256:
        problem = f"{name!r} is not the file of that name that this process has run"
        raise PresetError(key, f"{problem}: start tuidl again")


def _run(name: str, source: bytes, sha256: str, path: Path, key: str) -> Plugin:
    module = ModuleType(f"tuidl_plugin_{path.stem}")
    module.__file__ = str(path)
    lines = source.decode("utf-8", errors="replace").splitlines(keepends=True)
    linecache.cache[str(path)] = (len(source), None, lines, str(path))
    sys.modules[module.__name__], count = module, len(EXTENSIONS)
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
        brought = _register(module)
    except PresetError as error:
        _withdraw(module, count)
        raise PresetError(key, f"{name}: {error.problem}") from None
    except (Exception, SystemExit) as error:
        _withdraw(module, count)
        said = f"{type(error).__name__}: {error}"
        raise PresetError(key, f"{name}: line {_line(error, path)}: {said}") from None
    return Plugin(name, source, sha256, frozenset(map(id, brought)))


def _withdraw(module: ModuleType, count: int) -> None:
    """Forget a plugin that failed, so that it can be mended and run again."""
    del sys.modules[module.__name__]
    withdraw(count)


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file that the error came through."""
    found = getattr(error, "lineno", None) or 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            found = trace.tb_lineno
        trace = trace.tb_next
    return int(found)


def _register(module: ModuleType) -> list[Any]:
    """Add what the module defines to the kinds that presets may name; what that was.

    Raises PresetError for nothing, and for a name that is taken.
    """
    found: list[tuple[dict[str, Any], str, Any]] = [
        (kinds, name, record)
        for base, kinds in KINDS
        for name, record in records_in([module], base).items()
    ]
    found += [(METRICS, m.name, m) for m in vars(module).values() if isinstance(m, Metric)]
    if not found:
        raise PresetError("", "brings no layer, loss, metric, optimizer or data source")
    for kinds, name, _ in found:
        if name in kinds:
            raise PresetError("", f"{name!r} is taken: choose another name")
    for kinds, name, record in found:
        kinds[name] = record
    return [record for _, _, record in found]


def usable(kinds: Mapping[str, Any], plugins: Iterable[str]) -> dict[str, Any]:
    """Those of the kinds that a preset may name which has these plugins: not what another preset
    of this process has brought."""
    foreign = {i for name, p in PLUGINS.items() if name not in plugins for i in p.brought}
    return {name: kind for name, kind in kinds.items() if id(kind) not in foreign}


def entry_points(group: str) -> Iterable[Any]:
    from importlib import metadata  # which takes ten milliseconds to load

    return metadata.entry_points(group=group)


def load_installed_for(table: dict[str, Any]) -> None:
    """``load_installed``, where a preset's tables name what is not there so far."""
    if _names_unknown(table):
        load_installed()


def _names_unknown(table: dict[str, Any]) -> bool:
    """Whether the tables name something that is not there so far."""
    networks, objectives = _tables(table, "networks"), _tables(table, "objectives")
    terms = [term for objective in objectives for term in _tables(objective, "losses")]
    named = [
        *((LOSSES, part.get("loss"), "type") for part in (table, *terms)),
        *((OPTIMIZERS, part.get("optimizer"), "type") for part in (table, *objectives)),
        (SOURCES, table.get("data"), "source"),
        *(
            (LAYERS, layer, "type")
            for part in (table, *networks)
            for layer in _tables(part, "layers")
        ),
    ]
    training = table.get("training", {})
    metrics = training.get("metrics", []) if isinstance(training, dict) else []
    kinds: list[tuple[dict[str, Any], Any]] = [
        (known, part.get(tag)) for known, part, tag in named if isinstance(part, dict)
    ]
    kinds += [(METRICS, name) for name in (metrics if isinstance(metrics, list) else [])]
    return any(isinstance(kind, str) and kind not in known for known, kind in kinds)


def _tables(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The tables under a key; what is no table is left out."""
    found = table.get(key)
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


@cache
def load_installed() -> None:
    """What installed packages register under the entry points ``tuidl.plugins``: modules.

    Raises PresetError where one cannot be imported, or brings what is taken.
    """
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            _register(point.load())
        except PresetError as error:
            raise PresetError("", f"the plugin {point.name!r}: {error.problem}") from None
        except Exception as error:  # importing runs the package's own code
            said = f"{type(error).__name__}: {error}"
            raise PresetError("", f"the plugin {point.name!r} cannot be loaded: {said}") from None


@contextmanager
def guarding(record: Any, key: str) -> Iterator[None]:
    """What a plugin's record raises in the block becomes a PresetError; tuidl's own errors, and
    those of its own records, stay what they are."""
    try:
        yield
    except (TuidlError, ShapeError):
        raise
    except Exception as error:
        if type(record).__module__.startswith("tuidl."):
            raise
        said = f"{record.kind()!r}: {type(error).__name__}: {error}"
        raise PresetError(key, said) from error


def sources_of(names: tuple[str, ...]) -> dict[str, bytes]:
    """The text of plugins as they ran, by the names of their files."""
    return {name: PLUGINS[name].source for name in names}
