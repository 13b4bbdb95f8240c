from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.adapters.terminal.convert import clean, decode, incoming_of, plain, rich_answer
from bot.adapters.terminal.names import NameRefused, account_of, login_name
from bot.messages import check_text


def rendered(text: str, *, width: int = 60) -> str:
    """The answer as a terminal without colours shows it."""
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(rich_answer(text, []))
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b", "ab"),
        ("\x9b31mred\x9d52;c;aGk=\x07!", "red!"),
        ("\x1bcreset \x1b(0box", "reset box"),
        ("a\rb\x08\x7f\x00c", "abc"),
        ("one\r\ntwo\n\tthree", "one\ntwo\n\tthree"),
        ("\u202eabc\u2066", "abc"),
        ("half \ud800", "half "),
        ("é👩‍💻שלום", "é👩‍💻שלום"),
    ],
)
def test_a_terminal_obeys_nothing_in_a_text(text: str, shown: str) -> None:
    """Escape sequences, control characters and turned directions are gone; everything else stays."""
    assert clean(text) == shown


def test_receipts_cannot_break_out_of_their_line() -> None:
    """A receipt stays one line without escapes, whatever a title in it holds."""
    assert plain("done", [{"line": "a\n\x1b[2Jb"}]) == "done\n✓ a b"


def test_code_and_angle_brackets_are_shown_as_written() -> None:
    """`vector<int>` is not taken for HTML, and a line's end is a line's end."""
    shown = rendered("use vector<int> here\nand there <b>\n\n```\nx <y>\n```")
    assert "use vector<int> here\n" in shown.replace(" \n", "\n").replace("  ", "").replace(" \n", "\n")
    assert "and there <b>" in shown
    assert "x <y>" in shown


def test_a_heading_stands_on_the_left() -> None:
    """A heading is text at the margin, not a title page."""
    assert rendered("# Graphs").startswith("Graphs")


def test_bytes_that_are_no_text_are_refused_at_the_door() -> None:
    """A line that is not UTF-8 becomes something that the door refuses with a sentence."""
    text = decode(b"abc \xff\r\n")
    with pytest.raises(Exception, match="surrogate"):
        check_text(text, 100)
    assert decode("é\r\n".encode()) == "é"


def test_a_message_has_a_key_of_its_own() -> None:
    """A message's key names its session and its number in it."""
    first, second = (incoming_of("x", account="a", name="A", address="a/1", number=n) for n in (1, 2))
    assert first.key == "terminal:a/1:1"
    assert first.key != second.key
    assert (first.account, first.address, first.platform) == ("a", "a/1", "terminal")


@pytest.mark.parametrize(("name", "account"), [("Ada", "ada"), (" o.b-1_x ", "o.b-1_x"), ("Jürgen", "jürgen")])
def test_names_differ_by_more_than_case(name: str, account: str) -> None:
    """A name's account ignores case and the spaces around it."""
    assert account_of(name) == account


@pytest.mark.parametrize("name", ["", " ", "../etc", "a/b", ".hidden", "a b", "$where", "x" * 41, "a\x00", "a\ud800"])
def test_what_is_no_name_is_refused(name: str) -> None:
    """A name that could be a path, an operator or nothing is refused with a sentence."""
    with pytest.raises(NameRefused, match="begins with a letter"):
        account_of(name)


def test_the_login_name_can_always_be_used() -> None:
    """Whoever is logged in has a name that is accepted."""
    assert account_of(login_name())
