"""Quiet logs: everything goes to a file in the data directory, nothing to the student's screen, no secret anywhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

from bot.settings import Settings
from store.embedded import claim_directory
from store.errors import StoreError

ROOMS = ("bot", "jobs", "agents", "tools", "store", "sync", "learning", "prompts")
LOG_BYTES = 2_000_000
HIDDEN = "[hidden]"
_FORM = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
_SHORTEST_SECRET = 4


class Secrets:
    """What may be written nowhere: the one place where it is taken out of a text, whoever's words those are."""

    def __init__(self, texts: Iterable[str]) -> None:
        spellings = {one for text in texts for one in (text, quote(text, safe=""), unquote(text))}
        known = sorted((one for one in spellings if len(one) >= _SHORTEST_SECRET), key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(one) for one in known)) if known else None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the secrets of the settings: every one that is declared as such, and passwords in addresses."""
        return cls(_secrets_in(settings))

    def hide(self, text: str) -> str:
        """Return the text without any of them."""
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


class SecretsHidden(logging.Formatter):
    """Writes a record with every secret replaced, also where a traceback or a library's words hold it."""

    def __init__(self, form: str, secrets: Secrets) -> None:
        super().__init__(form)
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or the lines, of a record."""
        return self._secrets.hide(super().format(record))


def open_log(settings: Settings) -> Path | None:
    """Send the log of this process to `logs/prepmate.log` in the data directory; return the file.

    Libraries are heard from WARNING on, our own rooms from the level that the settings name. The file is put aside
    as `prepmate.log.1` when it has grown long; several processes may write to it. Where the directory cannot be used,
    which whoever needs it tells in a sentence, nothing is logged: a traceback on the screen helps nobody.

    Returns: None when nothing is logged.
    """
    path: Path | None = None
    handler: logging.Handler
    try:
        path = _make_room(claim_directory(settings.data_dir).logs / "prepmate.log")
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except (StoreError, OSError):
        path, handler = None, logging.NullHandler()
    handler.setFormatter(SecretsHidden(_FORM, Secrets.of(settings)))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for room in ROOMS:
        logging.getLogger(room).setLevel(settings.log_level)
    return path


def _make_room(path: Path) -> Path:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    path.touch(mode=0o600)
    return path


def _secrets_in(settings: Settings) -> Iterator[str]:
    yield from settings.codes
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
            yield value
        if isinstance(value, str) and "@" in value:
            yield _password_of(value)


def _password_of(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""
