"""Quiet logs: everything goes to a file in the data directory, nothing to the student's screen, no secret anywhere."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.settings import Settings

ROOMS = ("bot", "agents", "tools", "store", "learning", "prompts")
LOG_BYTES = 2_000_000
HIDDEN = "[hidden]"
_SHORTEST_SECRET = 4


class SecretsHidden(logging.Formatter):
    """Writes a record with every secret replaced, also where a traceback or a library's words hold it."""

    def __init__(self, form: str, secrets: Iterable[str]) -> None:
        super().__init__(form)
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(re.escape(secret) for secret in known)) if known else None

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or the lines, of a record."""
        text = super().format(record)
        return self._secrets.sub(HIDDEN, text) if self._secrets else text


def open_log(settings: Settings, directory: Path) -> Path:
    """Send the log of this process to `prepmate.log` in `directory`, which exists; return the file.

    Libraries are heard from WARNING on, our own rooms from the level that the settings name. The file is put aside
    as `prepmate.log.1` when it has grown long; several processes may write to it.

    Raises: OSError when it cannot be written.
    """
    path = directory / "prepmate.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_name("prepmate.log.1"))
    path.touch(mode=0o600)
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(
        SecretsHidden("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", secrets_of(settings))
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for room in ROOMS:
        logging.getLogger(room).setLevel(settings.log_level)
    return path


def secrets_of(settings: Settings) -> list[str]:
    """Return every text of the settings that may be written nowhere."""
    secrets = []
    if settings.openai_api_key:
        secrets.append(settings.openai_api_key.get_secret_value())
    for address in (settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else "", settings.openai_base_url):
        password = _password_of(address or "")
        secrets += [password, unquote(password)]
    return secrets


def _password_of(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""
