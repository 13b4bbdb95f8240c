"""The real command line on a real embedded database, as processes of their own."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mongo import mongod_program, shared_server

ROOT = Path(__file__).parents[2]
SECONDS = 60.0
ANSWER = {
    "reply", "requests", "question", "receipts", "understood", "tokens", "model", "conversation_id", "turn_id"
}  # fmt: skip


class Home:
    """A data directory and the environment of the programs that share it."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "data"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "PREPMATE_DATA_DIR": str(self.directory),
            "MONGOD_BIN": str(mongod_program()),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
        }
        self.cwd = root

    def run(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            env=self.environment,
            cwd=self.cwd,
            input=stdin if stdin is not None else b"",
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )

    def ask(self, text: str, user: str = "ada") -> dict[str, Any]:
        """Have one message answered as JSON."""
        done = self.run("chat", "--user", user, "--json", "--once", text)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


class Terminal:
    """A session that stays open, talked to through its pipes."""

    def __init__(self, home: Home, user: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "chat", "--user", user],
            env=home.environment,
            cwd=home.cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )

    def say(self, text: str) -> None:
        """Write a message."""
        assert self.process.stdin
        self.process.stdin.write(text.encode() + b"\n")

    def hear(self, word: str) -> str:
        """Return what was answered, up to where it holds `word`."""
        assert self.process.stdout
        heard, deadline = b"", time.monotonic() + SECONDS
        while word.encode() not in heard:
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            piece = os.read(self.process.stdout.fileno(), 65_536) if ready else b""
            assert piece, f"{word!r} was not answered, only {heard!r}"
            heard += piece
        return heard.decode()

    def leave(self) -> int:
        """Close the input and return the exit status."""
        _, _ = self.process.communicate(timeout=SECONDS)
        return self.process.returncode


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home whose database stays warm while these tests run."""
    home = Home(tmp_path_factory.mktemp("home"))
    with shared_server(home.directory):
        yield home


def test_what_one_process_learned_the_next_one_knows(home: Home) -> None:
    """A restart between two messages loses nothing: the second process knows, and undoes, what the first wrote."""
    first = home.ask("i solved two sum in 12 min with help")
    assert set(first) == ANSWER
    assert first["model"] == "offline coach"
    assert first["tokens"] > 0
    assert "Two Sum" in first["receipts"][0]["line"]
    second = home.ask("undo that")
    assert second["conversation_id"] == first["conversation_id"]
    assert "Two Sum" in second["receipts"][0]["line"]


def test_a_program_speaks_in_lines_of_json_for_several_students(home: Home) -> None:
    """Texts and requests are answered in order, each its own student's, with what ran; a bad line is told."""
    lines = [
        {"text": "i solved 3sum in 12 min with help", "user": "grace"},
        {
            "request": {"verb": "record_attempt", "arguments": {"problem": "two sum", "outcome": "unaided"}},
            "user": "alan",
        },
        {
            "request": {"verb": "record_attempt", "arguments": {"problem": "two sum", "outcome": "great"}},
            "user": "alan",
        },
        {"request": {"verb": "fly"}},
        {"text": "undo that", "user": "grace"},
        {"text": 7},
        {"text": "x", "user": "no such name"},
    ]
    asked = "\n".join([*map(json.dumps, lines), '{"text', "how did it go with qwxz"]).encode()
    done = self_checked(home.run("chat", "--json", "--user", "edsger", stdin=asked))
    first, logged, refused, unknown, undone, *errors, given_up = map(json.loads, done)
    assert first["requests"][0] == {
        "verb": "record_attempt",
        "arguments": {"problem": "3sum", "minutes": 12, "outcome": "with-help"},
        "ok": True,
    }
    assert first["question"] == {"slot": "introduction"}
    assert (logged["model"], logged["receipts"][0]["problem"]["title"]) == ("prepmate", "Two Sum")
    assert logged["conversation_id"] != first["conversation_id"]
    assert (refused["requests"][0]["ok"], refused["receipts"]) == (False, [])
    assert "outcome should be" in refused["reply"]
    assert unknown["reply"] == "There is nothing here that is called fly."
    assert "3Sum" in undone["receipts"][0]["line"]
    assert [set(error) for error in errors] == [{"error"}] * 3
    assert (given_up["understood"], logged["understood"]) == (False, True)


def test_one_thing_is_done_from_the_command_line(home: Home) -> None:
    """`do` prints what came of a request; one that is refused or no request prints why and fails."""
    done = self_checked(home.run("do", "add_task", '{"title": "review heaps"}', "--user", "barbara"))
    (answer,) = map(json.loads, done)
    assert set(answer) == ANSWER
    assert answer["receipts"][0]["line"].startswith("review heaps")
    for arguments in ('{"titel": "x"}', "[1]", "{"):
        failed = home.run("do", "add_task", arguments, "--user", "barbara")
        assert (failed.returncode, failed.stdout) == (1, b"")
        assert failed.stderr.strip()
        assert b"Traceback" not in failed.stderr


def self_checked(done: subprocess.CompletedProcess[bytes]) -> list[bytes]:
    """The lines that a command printed, which went well and complained of nothing."""
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.splitlines()


def test_each_line_of_a_pipe_is_answered_in_order(home: Home) -> None:
    """Lines are answered plainly in order; what cannot be read gets a sentence, and nothing of it is kept."""
    lines = [
        b"add a task: review heaps",
        b"",
        b"a\x00b",
        b"abc \xff",
        b"x" * 1_000_000,
        b'{"$where": "1"} a.b.c',
        "\u202eabc\u202c שלום".encode(),
        b"i solved two sum in -5 min",
        b"my tasks",
        b"/quit",
        b"never read",
    ]
    done = home.run("chat", "--user", "bea", stdin=b"\n".join(lines))
    told = done.stdout.decode()
    assert done.returncode == 0
    assert done.stderr == b""
    assert "\x1b" not in told
    places = [told.index(word) for word in ("✓", "empty", "NUL", "surrogate", "1,000,000")]
    assert places == sorted(places)
    assert "You have 1 open task" in told[places[-1] :]


def test_two_terminals_share_a_directory_and_one_may_be_killed(home: Home) -> None:
    """Two terminals of one student work at once; killing one harms neither the other nor what was said."""
    terminals = [Terminal(home, "cem") for _ in range(2)]
    for number, terminal in enumerate(terminals):
        terminal.say(f"add a task: chapter {number}")
    for number, terminal in enumerate(terminals):
        assert f"chapter {number}" in terminal.hear("✓").lower()
    terminals[0].process.kill()
    terminals[0].process.wait()
    terminals[1].say("my tasks")
    told = terminals[1].hear("hapter 1").lower()
    assert "chapter 0" in told
    assert terminals[1].leave() == 0


def test_what_cannot_be_done_ends_with_a_sentence(home: Home) -> None:
    """Bad calls exit non-zero with one clear sentence on standard error and nothing on standard output."""
    for arguments, word in (
        (["chat", "--once", ""], "empty"),
        (["chat", "--user", "../etc", "--once", "hi"], "name"),
    ):
        done = home.run(*arguments)
        assert done.returncode != 0
        assert done.stdout == b""
        assert word in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()


def test_help_does_not_wait_for_the_agents() -> None:
    """Asking for help imports no agent library, so it answers at once."""
    script = (
        "import sys; from typer.testing import CliRunner; from bot.__main__ import app; "
        "assert CliRunner().invoke(app, ['chat', '--help']).exit_code == 0; "
        "print([name for name in sys.modules if name.split('.')[0] in ('langchain', 'openai', 'motor', 'agents')])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=SECONDS, check=True)
    assert done.stdout.strip() == b"[]"
