from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.logs import HIDDEN, LOG_BYTES, ROOMS, SecretsHidden, open_log, secrets_of
from bot.settings import Settings

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
    form = SecretsHidden("%(message)s", secrets_of(Settings(**SECRETS)))  # type: ignore[arg-type]
    error = ValueError("sk-secret-1 and p@ssword")
    record = logging.LogRecord("x", 30, "x", 1, "%s gateway-pw", ("p%40ssword",), (ValueError, error, None))
    line = form.format(record)
    assert line.count(HIDDEN) >= 4
    assert not any(secret in line for secret in ("sk-secret-1", "p@ssword", "p%40ssword", "gateway-pw"))


@pytest.mark.usefixtures("_logging_restored")
def test_the_log_is_a_private_file_that_does_not_grow_for_ever(tmp_path: Path) -> None:
    """The log can be read by its owner only, and a long one is put aside at the next start."""
    (tmp_path / "prepmate.log").write_bytes(b"x" * (LOG_BYTES + 1))
    path = open_log(Settings(), tmp_path)
    logging.getLogger("bot.test").info("hello")
    logging.getLogger("somebody.else").info("noise")
    assert path.stat().st_mode & 0o77 == 0
    text = path.read_text()
    assert "hello" in text
    assert "noise" not in text
    assert (tmp_path / "prepmate.log.1").stat().st_size > LOG_BYTES
