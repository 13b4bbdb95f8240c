"""Fixed texts in another language: what is translated is spoken, what is not stays English."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

import texts
from texts import later, say, say_count, speaking
from texts.__main__ import Text, TextsError, places_of, read_texts, template, update, write_template, wrong_places

PIRATE = "tlh"
HELLO, FILES = "Hello {name}!", ("{count} file", "{count} files")


@pytest.fixture
def pirate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of its own with another language in it: the path of that language's file."""
    monkeypatch.setattr(texts, "LOCALE", tmp_path)
    catalog = Catalog(locale="de", charset="utf-8")
    catalog.add(HELLO, "Ahoi {name}!")
    catalog.add(FILES, ("{count} Kiste", "{count} Kisten"))
    catalog.add("Untranslated", "")
    path = tmp_path / PIRATE / "LC_MESSAGES" / f"{texts.DOMAIN}.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    return path


def wanted(*more: str | tuple[str, ...]) -> Catalog:
    """Return a template with these texts and the ones of the other language."""
    catalog = Catalog(charset="utf-8")
    for text in (HELLO, FILES, "Untranslated", *more):
        catalog.add(text)
    return catalog


def test_another_language_is_spoken_where_it_has_words(pirate: Path) -> None:
    """A compiled catalogue is used inside of `speaking`, for a regional tag too, English where it says nothing."""
    update(pirate, wanted("New since then"))
    with speaking(f"{PIRATE}-AQ"):
        assert say("Hello {name}!", name="Ada") == "Ahoi Ada!"
        assert say_count("{count} file", "{count} files", 1) == "1 Kiste"
        assert say_count("{count} file", "{count} files", 2) == "2 Kisten"
        assert [say("Untranslated"), say("New since then"), say(later("Unheard of"))] == [
            "Untranslated",
            "New since then",
            "Unheard of",
        ]
    assert say("Hello {name}!", name="Ada") == "Hello Ada!"
    with speaking("xx"):
        assert say("Hello {name}!", name="Ada") == "Hello Ada!"


def test_a_language_keeps_its_words_when_it_is_brought_up_to_date(pirate: Path) -> None:
    """A new text comes in without a translation, and those that there are stay."""
    update(pirate, wanted("New since then"))
    with pirate.open("rb") as file:
        catalog = read_po(file)
    assert [str(m.string) for m in catalog if m.id in (HELLO, "New since then")] == ["Ahoi {name}!", ""]


def test_a_translation_cannot_ask_for_what_is_not_there(pirate: Path) -> None:
    """A {place} that the original does not have is refused before it can break an answer."""
    pirate.write_text(pirate.read_text("utf-8").replace("Ahoi {name}!", "Ahoi {captain}!"), "utf-8")
    with pytest.raises(TextsError, match=r"\{captain\}, which the original has not"):
        update(pirate, wanted())


def test_every_way_to_hand_a_text_over_is_found() -> None:
    """Literals, joined literals, plurals, f-strings' insides and constants are all found, once each."""
    source = """
GREETING = later("Good morning")
line = f"{say('Inside')}: {say_count('one {x}', 'many {x}', 2, x=x)}"
both = say(
    "first "
    "and second {place:,}",
    place=3,
)
again = say(GREETING), say(module.GREETING), listener.say("not ours")
"""
    assert list(read_texts(source, "a.py")) == [
        Text(("Good morning",), "a.py"),
        Text(("Inside",), "a.py"),
        Text(("one {x}", "many {x}"), "a.py"),
        Text(("first and second {place:,}",), "a.py"),
    ]
    assert places_of("first and second {place:,}") == {"place"}


@pytest.mark.parametrize("call", ['say(f"Hello {name}")', "say(text)", 'say("a" + b)', 'say_count("one", many, 2)'])
def test_a_text_that_cannot_be_found_is_told(call: str) -> None:
    """A text that is put together when it is said is an error with its place: nobody could translate it."""
    with pytest.raises(TextsError, match=r"a\.py:1: say"):
        list(read_texts(call, "a.py"))


def test_the_template_is_up_to_date() -> None:
    """texts/locale/prepmate.pot holds exactly what the code says; `make texts` writes it anew."""
    assert (texts.LOCALE / "prepmate.pot").read_text("utf-8") == write_template(template()), "run: make texts"


def test_every_language_is_up_to_date() -> None:
    """Each language has every text of the template, each translation with places that its original has."""
    ids = {message.id for message in template() if message.id}
    found = list(texts.LOCALE.glob("*/LC_MESSAGES/prepmate.po"))
    assert found
    for path in found:
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.parent.name)
        assert {message.id for message in catalog if message.id} == ids, "run: make texts"
        assert not wrong_places(catalog)
        assert path.parent.parent.name == texts.ENGLISH or path.with_suffix(".mo").exists(), "run: make texts"
