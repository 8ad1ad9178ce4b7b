"""Reads the body of one of Keras's tests as data: assignments, calls, loops over a range.

Nothing of it is executed by Python. Names mean what the reader is given for them, attributes are
looked up in namespaces of ours and in a few of NumPy's, and whatever else is written there is out
of scope. A value that could not be had spreads: what is made of it is out of scope too.
"""

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

NUMPY = (
    *("arange", "array", "asarray", "ones", "zeros", "full", "tile", "float32"),
    *("abs", "add", "exp", "log", "minimum", "multiply", "square", "subtract", "sum"),
)
ARRAY_METHODS = ("reshape", "astype", "sum")
GOLDEN = ("assertAllClose", "assertAlmostEqual")
OTHER_CHECKS = ("assert", "run_", "skip")
OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


class OutOfScope(Exception):  # noqa: N818
    """Says in a few words what the test uses that tuidl, or this reader, does not have."""


@dataclass(frozen=True)
class Missing:
    """A value that is out of scope."""

    reason: str


class Namespace:
    """Names after a dot: ``layers.GRU``."""

    def __init__(self, name: str, **values: Any) -> None:
        self.name, self.values = name, values

    def get(self, name: str) -> Any:
        if name not in self.values:
            raise OutOfScope(f"{self.name}.{name}")
        return self.values[name]


class Replayed:
    """An object of a test that tuidl plays; ``names`` are the attributes that tests may use.

    ``changes``: whether a call on it, or with it, may change it.
    """

    names: tuple[str, ...] = ()
    changes = False


@dataclass
class Reader:
    """Walks through a test. ``ran``: golden checks that held; ``skipped``: why others did not run.

    ``known``: what names mean; ``methods``: what ``self`` has. A check that does not hold raises
    AssertionError.
    """

    known: dict[str, Any]
    methods: dict[str, ast.FunctionDef] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    ran: int = 0
    skipped: list[str] = field(default_factory=list)

    def read(self, body: list[ast.stmt]) -> None:
        for statement in body:
            try:
                self._statement(statement)
            except OutOfScope as problem:
                self._give_up(statement, Missing(str(problem)))

    def _statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assign):
            value = self._value(statement.value)
            for target in statement.targets:
                self._assign(target, value)
        elif isinstance(statement, ast.Expr):
            self._expression(statement.value)
        elif isinstance(statement, ast.For):
            for value in self._value(statement.iter):
                self._assign(statement.target, value)
                self.read(statement.body)
        else:
            raise OutOfScope(f"a statement of the kind {type(statement).__name__}")

    def _give_up(self, statement: ast.stmt, missing: Missing) -> None:
        """What the statement would have set, or changed, is missing from here on."""
        for part in ast.walk(statement):
            if not isinstance(part, ast.Name):
                continue
            value = self.known.get(part.id)
            may_change = isinstance(value, Replayed) and value.changes
            if may_change or isinstance(part.ctx, ast.Store):
                self.known[part.id] = missing

    def _assign(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.known[target.id] = value
        elif isinstance(target, ast.Tuple):
            for part, one in zip(target.elts, value, strict=True):
                self._assign(part, one)
        elif _is_of_self(target):
            self.own[target.attr] = value  # type: ignore[attr-defined]
        else:
            raise OutOfScope("an assignment to a part")

    def _expression(self, node: ast.expr) -> None:
        """Golden checks are made, checks of another kind are left out, other calls are done."""
        name = node.func.attr if isinstance(node, ast.Call) and _is_of_self(node.func) else ""
        if name in GOLDEN:
            self._check(node)
        elif not name.startswith(OTHER_CHECKS):
            self._value(node)

    def _check(self, call: ast.Call) -> None:
        try:
            actual, golden = (np.asarray(self._value(argument)) for argument in call.args[:2])
            options = {k.arg: self._value(k.value) for k in call.keywords}
            extra = [self._value(argument) for argument in call.args[2:]]
        except OutOfScope as problem:
            self.skipped.append(str(problem))
            return
        if call.func.attr == "assertAlmostEqual":  # type: ignore[attr-defined]
            decimal = extra[0] if extra else options.get("decimal", 3)
            np.testing.assert_almost_equal(actual, golden, decimal=decimal)
        else:
            near = {name: options.get(name, 1e-6) for name in ("rtol", "atol")}
            np.testing.assert_allclose(actual, golden, **near)
        self.ran += 1

    def _value(self, node: ast.expr) -> Any:
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is None:
            raise OutOfScope(f"an expression of the kind {type(node).__name__}")
        value = reader(node)
        if isinstance(value, Missing):
            raise OutOfScope(value.reason)
        return value

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        return self.known.get(node.id, Missing(f"the name {node.id}"))

    def _list(self, node: ast.List) -> Any:
        return [self._value(part) for part in node.elts]

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._value(part) for part in node.elts)

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return self._operator(node.op)(self._value(node.operand))

    def _binop(self, node: ast.BinOp) -> Any:
        return self._operator(node.op)(self._value(node.left), self._value(node.right))

    def _operator(self, op: ast.AST) -> Callable[..., Any]:
        if type(op) not in OPERATORS:
            raise OutOfScope(f"the operator {type(op).__name__}")
        return OPERATORS[type(op)]

    def _subscript(self, node: ast.Subscript) -> Any:
        return self._value(node.value)[self._value(node.slice)]

    def _slice(self, node: ast.Slice) -> Any:
        ends = (node.lower, node.upper, node.step)
        return slice(*(end and self._value(end) for end in ends))

    def _attribute(self, node: ast.Attribute) -> Any:
        if _is_of_self(node):
            return self._of_self(node.attr)
        value = self._value(node.value)
        if isinstance(value, Namespace):
            return value.get(node.attr)
        allowed = value.names if isinstance(value, Replayed) else ()
        allowed = ARRAY_METHODS if isinstance(value, np.ndarray) else allowed
        if node.attr not in allowed:
            raise OutOfScope(f"the attribute {node.attr}")
        return getattr(value, node.attr)

    def _of_self(self, name: str) -> Any:
        if name in self.own:
            return self.own[name]
        if name in self.methods:
            return partial(self._method, self.methods[name])
        raise OutOfScope(f"self.{name}")

    def _method(self, method: ast.FunctionDef, *arguments: Any, **options: Any) -> Any:
        """Read a helper of the test's class: its own names, and what it returns at the end."""
        names = [a.arg for a in method.args.args[1:]]
        defaults = [self._value(default) for default in method.args.defaults]
        bound = dict(zip(reversed(names), reversed(defaults), strict=False))
        outside, self.known = self.known, dict(self.known)
        self.known |= bound | dict(zip(names, arguments, strict=False)) | options
        answer = None
        for statement in method.body:
            if isinstance(statement, ast.Return) and statement.value:
                answer = self._value(statement.value)
                break
            self._statement(statement)
        self.known = outside
        return answer

    def _call(self, node: ast.Call) -> Any:
        function = self._value(node.func)
        arguments = [self._value(argument) for argument in node.args]
        options = {k.arg or "**": self._value(k.value) for k in node.keywords}
        return function(*arguments, **options)


def _is_of_self(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def numpy_namespace() -> Namespace:
    """The few functions of NumPy that tests may use; random numbers are the same every time."""
    functions = {name: getattr(np, name) for name in NUMPY}
    random = np.random.default_rng(0).random
    return Namespace("np", **functions, random=Namespace("np.random", random=random))
