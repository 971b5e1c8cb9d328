"""Imports point one way: app → eval → assistant → index; prompts import none of them."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ROOMS = ("index", "assistant", "eval", "prompts", "app")
FORBIDDEN = {
    "index": {"assistant", "eval", "app", "prompts", "streamlit"},
    "assistant": {"eval", "app"},
    "eval": {"app"},
    "prompts": {"index", "assistant", "eval", "app"},
}
PAGES = {
    "index/page/library.py",
    "index/page/charts.py",
    "eval/evaluation_page.py",
}  # a room's own page may use streamlit


def _modules() -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path
    yield "app", ROOT / "app.py"


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole module"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _at_import(tree: ast.Module) -> Iterator[str]:
    """The imports that run when the module is loaded: not those in functions or for types only."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(node)


MODULES = dict(_modules())


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_one_way(name: str) -> None:
    path = MODULES[name]
    forbidden = set(FORBIDDEN.get(name.split(".")[0], ()))
    if str(path.relative_to(ROOT)) in PAGES:
        forbidden.discard("streamlit")
    used = {found.split(".")[0] for found in _imports(ast.parse(path.read_text("utf-8")))}
    assert not used & forbidden


def test_no_cycles() -> None:
    graph = {
        name: {
            found for found in _at_import(ast.parse(path.read_text("utf-8")))
            if found in MODULES and found != name
        }
        for name, path in MODULES.items()
    }  # fmt: skip
    TopologicalSorter(graph).prepare()


def _room(name: str) -> str | None:
    """index.store.library → index.store; what stands at the top of a package is in none."""
    return ".".join(name.split(".")[:2]) if name.count(".") > 1 else None


def test_rooms_stand_on_one_another() -> None:
    """Also where only a type is taken: what a room is must be told without the rooms above it."""
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        here = _room(name)
        for found in _imports(ast.parse(path.read_text("utf-8"))) if here else ():
            there = _room(found) if found in MODULES else None
            if there and there != here:
                graph.setdefault(str(here), set()).add(there)
    assert list(TopologicalSorter(graph).static_order())


@pytest.mark.parametrize("name", MODULES)
def test_files_stay_readable(name: str) -> None:
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= 450
