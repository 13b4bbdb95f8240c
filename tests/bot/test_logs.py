from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import openai
import pytest
from pydantic import Field, SecretStr

from bot.logs import HIDDEN, LOG_BYTES, ROOMS, Secrets, SecretsHidden, open_log
from bot.settings import Settings
from tests.fakes.openai import FakeOpenAI, Fault, Rule
from tests.meta.source import ROOT

KEY = "sk-planted-0123456789"
SECRETS = {
    "OPENAI_API_KEY": SecretStr("sk-secret-1"),
    "MONGODB_URI": SecretStr("mongodb://u:p%40ssword@h/"),
    "OPENAI_BASE_URL": "http://u:gateway-pw@h/v1",
}


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {room: logging.getLogger(room).level for room in ROOMS}
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    for room, before in levels.items():
        logging.getLogger(room).setLevel(before)
    logging.captureWarnings(capture=False)


def test_no_secret_is_written() -> None:
    """Key and passwords are hidden in a message, its arguments and its traceback, in both spellings."""
    form = SecretsHidden("%(message)s", Secrets.of(Settings(**SECRETS)))  # type: ignore[arg-type]
    error = ValueError("sk-secret-1 and p@ssword")
    record = logging.LogRecord("x", 30, "x", 1, "%s gateway-pw", ("p%40ssword",), (ValueError, error, None))
    line = form.format(record)
    assert line.count(HIDDEN) >= 4
    assert not any(secret in line for secret in ("sk-secret-1", "p@ssword", "p%40ssword", "gateway-pw"))


def test_a_secret_setting_of_tomorrow_is_hidden_as_well() -> None:
    """Whatever is declared as a secret is one, a bot's token for instance, without being named in two places."""

    class Later(Settings):
        bot_token: SecretStr = Field(default=SecretStr("123:abc/def"))

    hidden = Secrets.of(Later()).hide("https://api.example/bot123:abc/def/x and bot123%3Aabc%2Fdef")
    assert hidden == f"https://api.example/bot{HIDDEN}/x and bot{HIDDEN}"


def settings_in(directory: Path, **more: object) -> Settings:
    """Return settings whose data directory is this."""
    return Settings(data_dir=directory, **more)  # type: ignore[arg-type]


@pytest.mark.usefixtures("_logging_restored")
async def test_a_key_in_a_library_s_exception_is_not_logged(tmp_path: Path) -> None:
    """A provider that echoes the key, and a client that names the address asked for, leave no trace of it."""
    path = open_log(settings_in(tmp_path, openai_api_key=SecretStr(KEY)))
    assert path is not None
    log = logging.getLogger("somebody.else")
    async with FakeOpenAI(key=KEY) as fake, httpx2.AsyncClient(verify=False) as http:
        fake.script(Rule(fault=Fault(status=400, message=f"{KEY} may not do this")))
        client = openai.AsyncOpenAI(api_key=KEY, base_url=fake.url, http_client=http, max_retries=0)
        with pytest.raises(openai.APIStatusError, match=KEY) as refused:
            await client.chat.completions.create(model=fake.model, messages=[{"role": "user", "content": "x"}])
        log.error("refused: %s", refused.value.response.text, exc_info=refused.value)
        with pytest.raises(httpx2.HTTPStatusError, match=KEY) as lost:
            (await http.get(f"{fake.url}/nothing", params={"key": KEY})).raise_for_status()
        log.error("not found", exc_info=lost.value)
    text = path.read_text()
    assert KEY not in text
    assert "BadRequestError" in text
    assert text.count("Traceback") >= 2
    assert text.count(HIDDEN) >= 3


@pytest.mark.usefixtures("_logging_restored")
def test_the_log_is_a_private_file_that_does_not_grow_for_ever(tmp_path: Path) -> None:
    """The log can be read by its owner only, and a long one is put aside at the next start."""
    settings = settings_in(tmp_path)
    path = open_log(settings)
    assert path is not None
    path.write_bytes(b"x" * (LOG_BYTES + 1))
    assert open_log(settings) == path
    logging.getLogger("bot.test").info("hello")
    logging.getLogger("somebody.else").info("noise")
    assert path.stat().st_mode & 0o77 == 0
    text = path.read_text()
    assert "hello" in text
    assert "noise" not in text
    assert path.with_name("prepmate.log.1").stat().st_size > LOG_BYTES


@pytest.mark.usefixtures("_logging_restored")
def test_without_a_directory_nothing_reaches_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where the directory cannot be used a traceback goes nowhere, and certainly not to the student."""
    (tmp_path / "holiday.jpg").touch()
    assert open_log(settings_in(tmp_path)) is None
    logging.getLogger("bot").error("something went wrong")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("command", [["doctor"], ["catalogue", "load"]])
def test_every_command_logs_alike(command: list[str], tmp_path: Path) -> None:
    """A command that cannot go on says so in a sentence without a password, and leaves its log in the directory."""
    settings = {"PREPMATE_DATA_DIR": str(tmp_path), "MONGODB_URI": "mongodb://u:hunter2@/x"}
    environment, run = {"PATH": os.environ["PATH"], **settings}, [sys.executable, "-m", "bot", *command]
    done = subprocess.run(run, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "MONGODB_URI" in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    assert (tmp_path / "logs" / "prepmate.log").exists()
