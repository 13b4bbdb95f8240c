"""The project's own Python files, parsed once for the tests that read the code."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One file: its path from the root with forward slashes, its syntax tree and how many lines it has."""

    path: str
    tree: ast.Module
    lines: int

    @cached_property
    def imports(self) -> set[str]:
        """Return the modules that the file imports, wherever in it, under their full names."""
        return _modules(ast.walk(self.tree))

    @cached_property
    def needs(self) -> set[str]:
        """Return the modules without which the file cannot be imported: those that it names outside of everything."""
        return _modules(self.tree.body)

    @cached_property
    def dotted(self) -> set[str]:
        """Return every dotted name that the file uses, at its full length and spelled from the module on.

        `from datetime import datetime as dt` and `dt.now` give "datetime.datetime.now".
        """
        known = dict(_imported(self.tree))
        within = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Attribute)}
        used: set[str] = set()
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Attribute | ast.Name) or id(node) in within:
                continue
            if name := _spell(node):
                first, _, rest = name.partition(".")
                full = known.get(first, first)
                used.add(f"{full}.{rest}" if rest else full)
        return used


def _modules(nodes: Iterable[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _spell(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (before := _spell(node.value)):
        return f"{before}.{node.attr}"
    return None


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def rooms() -> tuple[str, ...]:
    """Return the packages that make up the product, as the wheel lists them."""
    return tuple(project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


@cache
def read_product() -> tuple[Source, ...]:
    """Return every file of the product."""
    return tuple(_read(path) for room in rooms() for path in sorted((ROOT / room).rglob("*.py")))


@cache
def read_tests() -> tuple[Source, ...]:
    """Return every file of the tests."""
    return tuple(_read(path) for path in sorted((ROOT / "tests").rglob("*.py")))


def _read(path: Path) -> Source:
    text = path.read_text(encoding="utf-8")
    return Source(path.relative_to(ROOT).as_posix(), ast.parse(text, str(path)), len(text.splitlines()))
