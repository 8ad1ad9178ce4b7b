"""Functions that exported programs are put together from: read as text, never imported."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Template:
    """The top-level functions and classes of a file, and what each of them uses.

    ``imports``: the statement that brings a name in; ``uses``: names, of parts and imports.
    """

    parts: dict[str, str]
    imports: dict[str, str]
    uses: dict[str, frozenset[str]]

    def needed(self, names: set[str]) -> tuple[list[str], list[str]]:
        """Import statements and the source of the parts ``names``, with all that these use.

        Both in the order of the file; names that the file does not define are passed over.
        """
        found, todo = set(names), list(names)
        while todo:
            new = self.uses.get(todo.pop(), frozenset()) - found
            found |= new
            todo += new
        imports = [text for name, text in self.imports.items() if name in found]
        return imports, [text for name, text in self.parts.items() if name in found]


@cache
def template(name: str) -> Template:
    """The file ``name``.py of this folder."""
    text = Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    parts: dict[str, str] = {}
    imports: dict[str, str] = {}
    uses: dict[str, frozenset[str]] = {}
    for node in ast.parse(text).body:
        source = ast.get_source_segment(text, node) or ""
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= {alias.asname or alias.name: source for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            parts[node.name] = source
            uses[node.name] = frozenset(names_in(source))
    return Template(parts, imports, uses)


def names_in(source: str) -> set[str]:
    """The names that a program's text mentions."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
