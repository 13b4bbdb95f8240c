"""What PrepMate says in fixed words: one gettext catalogue, in the language of whoever is spoken to.

The English text stands in the code and is its own key. `locale/prepmate.pot` lists all of them.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

DOMAIN: Final = "prepmate"
ENGLISH: Final = "en"
LOCALE: Final = Path(__file__).parent / "locale"

_TAG: Final = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything in a language (IETF tag) while the block runs; English where there is no such catalogue."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    """Return the language in which everything is said here and now (IETF tag)."""
    return _language.get()


def languages() -> tuple[str, ...]:
    """Return the languages that there are texts in (IETF tags), English first."""
    found = {path.parent.parent.name.replace("_", "-") for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


def later(text: str) -> str:
    """Return a text as it is: for a constant that `say` says later, to whoever it is then."""
    return text


def say(text: str, **values: Any) -> str:
    """Return a text in the language that is spoken, with `values` in its {places}."""
    said = _catalogue(_language.get()).gettext(text)
    return said.format(**values) if values else said


def say_count(one: str, many: str, count: int, **values: Any) -> str:
    """Return the form of a text that fits `count`, which stands in its place {count}."""
    return _catalogue(_language.get()).ngettext(one, many, count).format(count=count, **values)


@lru_cache(maxsize=64)
def _catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language: "pt-BR" is looked for as pt_BR, then as pt."""
    if not _TAG.fullmatch(language):  # platforms pass on what people's apps say
        return gettext.NullTranslations()
    tag = language.replace("-", "_")
    return gettext.translation(DOMAIN, LOCALE, languages=[tag, tag.partition("_")[0]], fallback=True)
