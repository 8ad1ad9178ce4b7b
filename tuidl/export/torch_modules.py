"""Layers that PyTorch does not have: a class of their own in the exported program."""

import ast

from tuidl.core.errors import TuidlError
from tuidl.export.draft import Code, Draft
from tuidl.export.steps import Step
from tuidl.export.templates import torch_template


def by_class(draft: Draft, step: Step) -> Code:
    """A module of the class that is called as the layer's record is, or (where both stand in one
    file) so with ``Module`` behind it; channels last.

    Of the arguments of its ``__init__``, ``features`` is the width of the input, ``steps`` the
    length of a sequence, and any other a field of the layer. Its parameters have the names and
    shapes of the layer's own.
    Raises TuidlError where there is no such class.
    """
    record, parts = type(step.layer).__name__, torch_template().parts
    name = f"{record}Module" if f"{record}Module" in parts else record
    source = parts.get(name, "")
    if not source.startswith("class "):
        kind = step.layer.kind()
        raise TuidlError(f"export to torch: no class {name} for the layer {kind!r}")
    shape = step.node.input_shape
    known = {"features": shape[-1], "steps": shape[0]}
    values = [known.get(key, getattr(step.layer, key, None)) for key in _arguments(source)]
    call = draft.module(step, f"{name}({', '.join(map(repr, values))})")
    return Code(f"{call}({', '.join(draft.turned(x, first=False) for x in step.reads)})")


def _arguments(source: str) -> list[str]:
    """Names of what the class's ``__init__`` takes."""
    (found,) = ast.parse(source).body
    assert isinstance(found, ast.ClassDef)
    for part in found.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return [argument.arg for argument in part.args.args[1:]]
    return []
