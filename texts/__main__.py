"""The catalogue, made from the code: `python -m texts` writes the template and brings every language up to it.

Needs Babel (a development tool). Texts are found in the syntax tree rather than by Babel's reader, which before
Python 3.12 does not look into f-strings. Lines are not noted: the catalogue changes only when a text does.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from texts import DOMAIN, ENGLISH, LOCALE

ROOT: Final = LOCALE.parent.parent
TEMPLATE: Final = LOCALE / f"{DOMAIN}.pot"
KEYWORDS: Final = {"say": 1, "later": 1, "say_count": 2}
"""The functions that a text is handed to, and how many of their arguments are texts."""

_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a file changes when a text does, not with the day
_NOT_SPOKEN: Final = frozenset({"tests", "benchmarks"})
_HEADER: Final = """\
# What PrepMate says in fixed words. Made by `python -m texts`; edit the texts in the code.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


class TextsError(Exception):
    """The catalogue cannot be made as the code is; the message names the place and says what to do."""


@dataclass(frozen=True)
class Text:
    """A text in the code, with its plural where it has one, and the file it stands in."""

    texts: tuple[str, ...]
    file: str


def find_texts(root: Path = ROOT) -> Iterator[Text]:
    """Yield every text that the product says, file by file. Raises: TextsError."""
    rooms = sorted(init.parent for init in root.glob("*/__init__.py") if init.parent.name not in _NOT_SPOKEN)
    for path in (path for room in rooms for path in sorted(room.rglob("*.py"))):
        source = path.read_text(encoding="utf-8")
        if any(f"{name}(" in source for name in KEYWORDS):
            yield from read_texts(source, path.relative_to(root).as_posix())


def read_texts(source: str, file: str) -> Iterator[Text]:
    """Yield the texts of one file, in order. Raises: TextsError."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name not in KEYWORDS:
            continue
        given = call.args[: KEYWORDS[name]]
        if name == "say" and given and _is_constant(given[0]):
            continue  # its text is where the constant is made, by `later`
        texts = [arg.value for arg in given if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if len(texts) != KEYWORDS[name]:
            raise TextsError(
                f"{file}:{call.lineno}: {name} wants its text written out there, with {{places}} for what changes; a "
                "constant is made with later(…)."
            )
        yield Text(tuple(texts), file)


def template(root: Path = ROOT) -> Catalog:
    """Return the catalogue of all texts, untranslated. Raises: TextsError."""
    catalog = Catalog(domain=DOMAIN, project="PrepMate", charset="utf-8", creation_date=_SOME_DAY)
    for text in find_texts(root):
        plural = len(text.texts) > 1
        python = ["python-brace-format"] if any(map(places_of, text.texts)) else []
        catalog.add(text.texts if plural else text.texts[0], locations=[(text.file, 0)], flags=python)
    return catalog


def write_template(catalog: Catalog) -> str:
    """Return a template as the text of its file."""
    out = BytesIO()
    write_po(out, catalog, omit_header=True, include_lineno=False, width=120)
    return _HEADER + out.getvalue().decode()


def places_of(text: str) -> set[str]:
    """Return the names of the {places} of a text."""
    return {name.partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name}


def wrong_places(catalog: Catalog) -> list[str]:
    """Return, in sentences, each translation with a {place} that its original does not have."""
    return [
        f"{catalog.locale}: “{translation}” has {{{'}, {'.join(sorted(extra))}}}, which the original has not."
        for message in catalog
        if message.id
        for translation in _forms(message.string)
        if (extra := places_of(translation) - set().union(*map(places_of, _forms(message.id))))
    ]


def update(path: Path, wanted: Catalog) -> Catalog:
    """Bring a language's file up to the template, compile it beside itself, and return it. Raises: TextsError."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name, domain=DOMAIN)
    catalog.update(wanted, no_fuzzy_matching=True)
    if path.parent.parent.name == ENGLISH:
        _speak_english(catalog)
    if wrong := wrong_places(catalog):
        raise TextsError(f"{path}: {wrong[0]}")
    with path.open("wb") as file:
        write_po(file, catalog, ignore_obsolete=True, include_lineno=False, width=120)
    if path.parent.parent.name != ENGLISH:  # which stands in the code
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
    return catalog


def _speak_english(catalog: Catalog) -> None:
    catalog.revision_date = _SOME_DAY
    for message in catalog:
        if message.id:
            message.string = message.id


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def _is_constant(argument: ast.expr) -> bool:
    name = argument.id if isinstance(argument, ast.Name) else getattr(argument, "attr", "")
    return str(name).lstrip("_").isupper()


def main() -> int:
    """Write the template and every language's files; return the exit status."""
    try:
        wanted = template()
        TEMPLATE.write_text(write_template(wanted), encoding="utf-8")
        for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
            update(path, wanted)
    except TextsError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
