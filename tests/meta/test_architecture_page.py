"""The architecture page shows what is: its picture equals the import contracts, its names lead somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

from store.documents import ALL

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

Arrow = tuple[str, str]


def contracts() -> list[dict[str, Any]]:
    """Return the contracts that import-linter holds."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["tool"]["importlinter"]["contracts"])


def layers() -> list[list[str]]:
    """Return the rooms by layer, the highest first."""
    (stack,) = [contract for contract in contracts() if contract["type"] == "layers"]
    return [[room.strip() for room in layer.split("|")] for layer in stack["layers"]]


def allowed_arrows() -> set[Arrow]:
    """Return which room may import which, as the contracts have it."""
    stack = layers()
    rooms = {room for layer in stack for room in layer}
    downwards = {(upper, lower) for one, other in combinations(stack, 2) for upper in one for lower in other}
    forbidden = {
        (source, target)
        for contract in contracts()
        if contract["type"] == "forbidden"
        for source in contract["source_modules"]
        for target in contract["forbidden_modules"]
        if target in rooms
    }
    return downwards - forbidden


def drawn_rooms() -> set[str]:
    """Return the rooms of the picture."""
    return set(re.findall(r"^ +(\w+)\[", picture(), flags=re.MULTILINE))


def drawn_arrows() -> set[Arrow]:
    """Return the arrows of the picture, each as (from, to)."""
    return set(re.findall(r"^ +(\w+) --> (\w+)$", picture(), flags=re.MULTILINE))


def picture() -> str:
    """Return the source of the page's first Mermaid picture."""
    found = re.search(r"```mermaid\n(flowchart.*?)```", PAGE, flags=re.DOTALL)
    assert found, "docs/architecture.md has no flowchart"
    return found[1]


def follow(arrows: Iterable[Arrow]) -> set[Arrow]:
    """Return every pair of which the second can be reached from the first along the arrows."""
    reached = set(arrows)
    while further := {(start, end) for start, middle in reached for other, end in reached if middle == other} - reached:
        reached |= further
    return reached


def test_the_picture_has_the_rooms_of_the_contract() -> None:
    """Every room of the layers contract is drawn, and nothing else is."""
    assert drawn_rooms() == {room for layer in layers() for room in layer}


def test_the_picture_has_the_arrows_of_the_contracts() -> None:
    """What can be reached along the drawn arrows is exactly what the contracts allow to be imported."""
    assert follow(drawn_arrows()) == allowed_arrows()


def test_no_arrow_of_the_picture_says_what_others_say_already() -> None:
    """The picture is the shortest one: without any of its arrows it would say less."""
    arrows = drawn_arrows()
    assert all(arrow not in follow(arrows - {arrow}) for arrow in arrows)


def test_the_table_lists_our_own_collections() -> None:
    """The table of PrepMate's own collections names each of them once, with its document."""
    section = PAGE.partition("## PrepMate's own collections")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \|", section, flags=re.MULTILINE)
    own = [(document.collection, document.__name__) for document in ALL if not document.contract]
    assert sorted(listed) == sorted(own)


def test_the_files_on_the_page_exist() -> None:
    """Every path that the page names in code style leads to a file or a folder."""
    named = re.findall(r"`([\w.-]+/[\w./-]*)`", PAGE)
    assert len(named) > 20
    assert not [path for path in named if not (ROOT / path).exists()]
