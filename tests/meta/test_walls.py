"""The walls inside the rooms stand: each test reads the code and names the files that cross one."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterable

import pytest

from tests.meta.source import ROOT, Source, read_product, read_tests
from tools.context import Verb
from tools.registry import VERBS

DRIVERS = {"motor", "pymongo", "bson", "gridfs"}
MODEL_LIBRARIES = {"langchain", "langgraph", "langsmith", "openai", "tiktoken"}
PLATFORM_LIBRARIES = {
    "terminal": {"prompt_toolkit"},
    "discord": {"discord"},
    "telegram": {"telegram", "telegramify_markdown"},
    "web": {"fastapi", "starlette", "uvicorn"},
}
ENVIRONMENT = re.compile(r"os\.(environb?|getenvb?)(?!\.setdefault$)")
CLOCKS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.strftime",
    "time.time",
    "time.time_ns",
}
CHANCE = {"random", "uuid"}
MOST_LINES = 400


def files_where(crosses: Callable[[Source], bool]) -> list[str]:
    """Return the product's files for which `crosses` holds."""
    return [source.path for source in read_product() if crosses(source)]


def imports_any(libraries: Iterable[str]) -> Callable[[Source], bool]:
    """Return whether a file imports one of these, or what belongs to one (langchain_core to langchain)."""
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, libraries))})(?:[._]|$)")
    return lambda source: any(pattern.match(module) for module in source.imports)


def test_the_environment_is_read_in_one_place() -> None:
    """Only bot/settings.py reads environment variables or a .env file; a default may be set for a library."""
    assert not files_where(lambda source: any(ENVIRONMENT.match(name) for name in source.dotted))
    assert files_where(imports_any({"pydantic_settings", "dotenv"})) == ["bot/settings.py"]


def test_the_driver_is_known_to_one_file() -> None:
    """Only store/client.py imports a MongoDB driver."""
    assert files_where(imports_any(DRIVERS)) == ["store/client.py"]


def test_the_model_is_known_to_one_room() -> None:
    """Only agents/ imports LangChain or a model's client."""
    assert {path.partition("/")[0] for path in files_where(imports_any(MODEL_LIBRARIES))} == {"agents"}


def test_who_has_no_key_does_not_wait_for_a_model_s_client() -> None:
    """Importing a model's client takes a second; only what is imported once there is a key needs it."""
    clients = {"openai", "langchain_openai"}
    knowing = ["agents/endpoint.py", "agents/wire/stream.py"]
    assert files_where(lambda source: not clients.isdisjoint(source.needs)) == knowing
    assert files_where(lambda source: "agents.wire.stream" in source.needs) == ["agents/endpoint.py"]
    assert files_where(lambda source: "agents.endpoint" in source.needs) == ["agents/trial.py"]
    assert files_where(lambda source: "agents.trial" in source.needs) == []


@pytest.mark.parametrize("platform", PLATFORM_LIBRARIES)
def test_a_platform_is_known_to_its_door(platform: str) -> None:
    """Only a platform's own folder imports that platform's library."""
    knowing = files_where(imports_any(PLATFORM_LIBRARIES[platform]))
    assert not [path for path in knowing if not path.startswith(f"bot/adapters/{platform}/")]


def test_learning_imports_nothing_but_maths() -> None:
    """learning/ imports the standard library, fsrs and itself."""
    outer = {"pydantic", "httpx", "httpx2", "rapidfuzz", "store", "tools", "prompts", "agents", "bot"}
    knowing = files_where(imports_any(outer | DRIVERS | MODEL_LIBRARIES))
    assert not [path for path in knowing if path.startswith("learning/")]


def test_the_clock_is_passed_in() -> None:
    """Only bot/app.py asks what time it is; everything else is told."""
    assert files_where(lambda source: bool(source.dotted & CLOCKS)) == ["bot/app.py"]


def test_chance_is_passed_in() -> None:
    """No file draws random numbers or makes ids of its own; unguessable secrets are another matter."""
    assert not files_where(imports_any(CHANCE))
    assert not files_where(lambda source: any(_makes_an_id(node) for node in ast.walk(source.tree)))


def _makes_an_id(node: ast.AST) -> bool:
    made = isinstance(node, ast.Call) and not node.args and not node.keywords
    return made and isinstance(node.func, ast.Name) and node.func.id == "ObjectId"  # type: ignore[attr-defined]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_no_verb_names_a_student(verb: Verb) -> None:
    """Whose data a verb touches comes from its context: no verb takes a student as an argument."""
    context, *arguments = inspect.signature(verb.run).parameters
    assert context == "context"
    assert not [name for name in arguments if re.search(r"user|student|owner|account", name)]


def test_files_are_small() -> None:
    """No file of the product is longer than 400 lines."""
    assert not {source.path: source.lines for source in read_product() if source.lines > MOST_LINES}


def test_every_test_says_what_it_claims() -> None:
    """Each test has a docstring of one sentence."""
    silent = [
        f"{source.path}:{node.lineno} {node.name}"
        for source in read_tests()
        if source.path.rpartition("/")[2].startswith("test_")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        if not _is_one_sentence(ast.get_docstring(node) or "")
    ]
    assert not silent


def _is_one_sentence(text: str) -> bool:
    another = re.search(r"[^\d.][.!?]\s+[A-Z“]", " ".join(text.split()).replace("e.g. ", "").replace("i.e. ", ""))
    return not another and "\n\n" not in text and text.rstrip().endswith((".", "!", "?"))


def test_every_folder_of_tests_is_a_package() -> None:
    """Each folder of tests has an __init__.py, without which tests/learning would shadow learning."""
    folders = {(ROOT / source.path).parent for source in read_tests()}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").exists()]
