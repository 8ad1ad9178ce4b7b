"""Functions and classes that exported programs are put together from, read as text.

For NumPy the references of layers and what these call; for PyTorch the public functions and classes
of ``export/layers`` and, of plugins, of the files that define their layers.
"""

import ast
import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from tuidl.export import loading
from tuidl.export.layers import MODULES
from tuidl.nn.layers import LAYERS


@dataclass(frozen=True)
class Template:
    """The top-level functions and classes of some files, and what each of them uses.

    ``imports``: the statement that brings a name in; ``uses``: names, of parts and imports.
    """

    parts: dict[str, str]
    imports: dict[str, str]
    uses: dict[str, frozenset[str]]

    @classmethod
    def of(cls, modules: Iterable[ModuleType]) -> "Template":
        """All of the files; imports of tuidl's own modules bring in what is a part already."""
        parts: dict[str, str] = {}
        imports: dict[str, str] = {}
        uses: dict[str, frozenset[str]] = {}
        for text in map(inspect.getsource, modules):
            for node in ast.parse(text).body:
                source = ast.get_source_segment(text, node) or ""
                if isinstance(node, ast.Import):
                    imports |= {alias.asname or alias.name: source for alias in node.names}
                elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                    parts[node.name] = source
                    uses[node.name] = frozenset(names_in(source))
        return cls(parts, imports, uses)

    def needed(self, names: set[str]) -> tuple[list[str], list[str]]:
        """Import statements and the source of the parts ``names``, with all that these use.

        Both in the order of the files; names that the files do not define are passed over.
        """
        found, todo = set(names), list(names)
        while todo:
            new = self.uses.get(todo.pop(), frozenset()) - found
            found |= new
            todo += new
        imports = [text for name, text in self.imports.items() if name in found]
        return imports, [text for name, text in self.parts.items() if name in found]

    def only(self, names: Iterable[str]) -> "Template":
        """These parts, and what they use."""
        _, sources = self.needed(set(names))
        kept = {name: text for name, text in self.parts.items() if text in sources}
        return Template(kept, self.imports, {name: self.uses[name] for name in kept})


def numpy_template() -> Template:
    """What exported NumPy programs can have; a new one where layers have been added."""
    return _numpy_template(tuple(LAYERS))


@cache
def _numpy_template(kinds: tuple[str, ...]) -> Template:
    homes = dict.fromkeys(LAYERS[kind].__module__ for kind in kinds)
    whole = Template.of([*(sys.modules[home] for home in homes), loading])
    references = [LAYERS[kind].reference for kind in kinds if LAYERS[kind].reference]
    return whole.only([*(function.__name__ for function in references), *EXTRA])


EXTRA = ("gru_reset_before", "both_ways", "load_weights")
"""What programs call beside references."""


def torch_template() -> Template:
    """What exported PyTorch programs can have."""
    return _torch_template(tuple(LAYERS))


@cache
def _torch_template(kinds: tuple[str, ...]) -> Template:
    homes = dict.fromkeys(LAYERS[kind].__module__ for kind in kinds)
    foreign = [sys.modules[home] for home in homes if not home.startswith("tuidl.")]
    whole = Template.of([*MODULES, *foreign])
    return whole.only(name for name, uses in whole.uses.items() if uses & {"torch", "nn", "F"})


def names_in(source: str) -> set[str]:
    """The names that a program's text mentions."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
