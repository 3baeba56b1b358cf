"""Names that a function of Python takes from one around it, and where that binds them.

``nonlocal`` is the one statement that is wrong without another: Python does not compile it where
no function around it binds the name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from specpc.structure.parts.trees import names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

# What binds names, and the field of it in which they stand; all of it where that is none.
_BINDS: Final = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "named_expression": "name",
    "as_pattern_target": None,
    "import_statement": "name",
    "import_from_statement": "name",
    "function_definition": "name",
    "class_definition": "name",
}
_FUNCTIONS: Final = names("function_definition lambda")
# In these, a name is looked up: nothing in them is bound.
_LOOKS_UP: Final = names("attribute subscript call lambda")


@dataclass
class _Scope:
    """A function, class or module: all places are bytes.

    Attributes:
        function: whether those inside can take its names.
        bound: where each of its names is bound first.
        taken: names it takes from outside, and where it says so.
        asked: those that functions inside take, and where they say so.
    """

    function: bool
    bound: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)


def taken_names(root: Node) -> Iterator[tuple[int, int]]:
    """Where ``nonlocal`` stands, and where the name is bound that it takes: first bytes."""
    scopes = [_Scope(function=False)]
    waiting: list[Node | None] = [root]
    while waiting:
        node = waiting.pop()
        if node is None:
            yield from _leave(scopes.pop(), scopes[-1])
            continue
        if node.type in _BINDS:
            part = _BINDS[node.type]
            _bind(scopes[-1], node.children_by_field_name(part) if part else [node])
        elif node.type == "nonlocal_statement":
            scopes[-1].taken |= {_name(one): node.start_byte for one in node.named_children}
        if node.type in _FUNCTIONS or node.type == "class_definition":
            scopes.append(_Scope(node.type in _FUNCTIONS))
            _bind(scopes[-1], node.children_by_field_name("parameters"))
            waiting.append(None)
        waiting += reversed(node.named_children)


def _leave(scope: _Scope, outer: _Scope) -> Iterator[tuple[int, int]]:
    """What is found in a scope that ends; the rest is asked of the one around it."""
    for name, place in scope.asked:
        if scope.function and name in scope.bound and name not in scope.taken:
            yield place, scope.bound[name]
        else:
            outer.asked.append((name, place))
    outer.asked += scope.taken.items()


def _bind(scope: _Scope, parts: Iterable[Node]) -> None:
    """Note the names that stand in parts of a statement."""
    waiting = [*parts]
    while waiting:
        node = waiting.pop()
        if node.type == "identifier":
            scope.bound.setdefault(_name(node), node.start_byte)
        elif node.type.endswith("parameter"):  # after the name, its type and default value
            waiting += node.named_children[:1]
        elif node.type not in _LOOKS_UP:
            waiting += reversed(node.named_children)


def _name(node: Node) -> str:
    return node.text.decode("utf-8", "replace") if node.text else ""
