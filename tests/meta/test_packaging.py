"""What is installed is what the project says it is, and the pages about running it name things that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from benchmarks.__main__ import find_benchmarks
from bot.settings import Settings
from tests.meta.source import ROOT, project, rooms
from tests.verify.__main__ import list_names

LOCKS = ("requirements.lock", "requirements-dev.lock")
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
)
NOT_THE_PRODUCT = {"tests", "benchmarks"}
UNDOCUMENTED = {"PATH", "PREPMATE_CRASH_AT", "PREPMATE_BROKEN_GUARD"}
README_LINES = 150


def read(path: str) -> str:
    """Return the text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def settings() -> set[str]:
    """Return the environment variables that there are."""
    return {str(field.alias) for field in Settings.model_fields.values()}


def requirements(lock: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each entry of a lock file: its requirement and the options behind it."""
    text = re.sub(r"^\s*#.*$", "", read(lock), flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(None, (line.strip() for line in text.splitlines())):
        requirement, *options = re.split(r"\s+(?=--)", line)
        yield requirement, options


def test_the_wheel_holds_the_rooms() -> None:
    """The wheel's list, the layers' roots and the packages beside pyproject.toml are the same rooms."""
    found = {init.parent.name for init in ROOT.glob("*/__init__.py")} - NOT_THE_PRODUCT
    tools = project()["tool"]
    assert set(rooms()) == found
    assert set(tools["importlinter"]["root_packages"]) == found
    assert set(tools["mypy"]["packages"]) == found | NOT_THE_PRODUCT
    assert set(tools["ruff"]["lint"]["isort"]["known-first-party"]) == found | NOT_THE_PRODUCT


def test_nobody_else_owns_our_names() -> None:
    """No other installed distribution brings a package of one of our names, as openai-agents brings `agents`."""
    owners = metadata.packages_distributions()
    assert {room: set(owners.get(room, [])) - {project()["project"]["name"]} for room in rooms()} == {
        room: set() for room in rooms()
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_by_hash_and_names_no_registry(lock: str) -> None:
    """Every line of a lock file is one version and its SHA-256 hashes: no address, no path, no index."""
    assert not re.search(r"://|--(?:extra-)?index|--find-links|^-[a-z]|@ ", read(lock), flags=re.MULTILINE)
    entries = list(requirements(lock))
    assert len(entries) > 30
    for requirement, options in entries:
        assert re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+(?: ; .+)?", requirement), requirement
        assert options, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options), requirement


def test_the_lock_pins_what_the_project_needs() -> None:
    """Every dependency of the product and of its embedded extra is in requirements.lock."""
    wanted = project()["project"]["dependencies"] + project()["project"]["optional-dependencies"]["embedded"]
    names = {re.split(r"[<>=;~! \[]", requirement)[0] for requirement in wanted}
    assert names <= {requirement.partition("==")[0] for requirement, _ in requirements("requirements.lock")}


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_on_a_page_exist(page: str) -> None:
    """Each `make`, `python -m tests.verify` and `python -m benchmarks` on a page names something that is there."""
    text = read(page)
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^ *)make ([a-z]+)", text, flags=re.MULTILINE)) <= targets
    assert set(re.findall(r"tests\.verify ([a-z]+)", text)) <= set(list_names())
    assert set(re.findall(r"python -m benchmarks ([a-z]+)", text)) <= set(find_benchmarks())


@pytest.mark.parametrize("page", PAGES)
def test_the_links_on_a_page_lead_somewhere(page: str) -> None:
    """Each relative link leads to a file, and each link within the page to a heading."""
    text, folder = read(page), (ROOT / page).parent
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, heading = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        assert not path or (folder / path).exists(), target
        assert not heading or heading in {_anchor(line) for line in _lines_of(folder / path, text, path)}, target


def _lines_of(file: Path, text: str, path: str) -> list[str]:
    return (file.read_text(encoding="utf-8") if path else text).splitlines()


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lstrip("# ").lower()).replace(" ", "-") if heading.startswith("#") else ""


def test_the_readme_lists_every_setting() -> None:
    """The README's table of settings has every environment variable, each with its default, and no other."""
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \|[^|]*\| ([^|]*?) \|", read("README.md"), flags=re.MULTILINE))
    assert set(rows) == settings() - UNDOCUMENTED
    for field in Settings.model_fields.values():
        if field.alias in rows and isinstance(field.default, str | float | Path):
            assert rows[field.alias] == f"`{str(field.default).removesuffix('.0')}`"


def test_the_image_sets_what_there_is() -> None:
    """Dockerfile and compose.yaml set no variable of ours that PrepMate does not read."""
    ours = r"\b((?:PREPMATE|MONGO(?:DB|D)|OPENAI|TELEGRAM)_[A-Z_]+)(?=[:=])"
    for page in ("Dockerfile", "compose.yaml"):
        named = set(re.findall(ours, read(page)))
        assert named
        assert named <= settings() - UNDOCUMENTED


def test_the_readme_is_short() -> None:
    """The README is at most 150 lines long."""
    assert len(read("README.md").splitlines()) <= README_LINES


def test_decisions_are_short_and_numbered() -> None:
    """Each decision has under 40 lines, and their numbers run on without a gap."""
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        lines = page.read_text(encoding="utf-8").splitlines()
        assert len(lines) < 40, page.name
        assert lines[0].startswith(f"# {int(page.name[:4])}. "), page.name
        assert [line for line in lines if line.startswith("## ")] == ["## Context", "## Decision", "## Consequences"]
