"""Markdown to messages: each promise of the rendering by itself."""

from __future__ import annotations

import pytest

from bot.adapters.telegram import render as rendering
from bot.adapters.telegram.pieces import MOST_ENTITIES, MOST_UNITS, FilePiece, TextPiece
from bot.adapters.telegram.render import render

Marks = list[tuple[str, str]]


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def texts_of(markdown: str, *lines: str) -> list[TextPiece]:
    """Return the messages that a Markdown text becomes."""
    return [piece for piece in render(markdown, lines) if isinstance(piece, TextPiece)]


def marks_of(piece: TextPiece) -> Marks:
    """Return what is marked in a message: how, and which letters (of a link also its address)."""
    encoded = piece.text.encode("utf-16-le")
    return [
        (
            ":".join(filter(None, (entity.type, entity.language or entity.url))),
            encoded[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le"),
        )
        for entity in piece.entities
    ]


@pytest.mark.parametrize(
    ("markdown", "text", "marks"),
    [
        ("**b** *i* ~~s~~ `c`", "b i s c", [("bold", "b"), ("italic", "i"), ("strikethrough", "s"), ("code", "c")]),
        ("# Head\ntext", "Head\ntext", [("bold", "Head"), ("underline", "Head")]),
        ("- a\n  - b\n- [ ] c\n- [x] d", "• a\n  • b\n☐ c\n✅ d", []),
        ("3. a\n4. b", "3. a\n4. b", []),
        ("[`Two Sum`](https://x.y/z)", "Two Sum", [("text_link:https://x.y/z", "Two Sum")]),
        ("**a `b` c**", "a b c", [("bold", "a "), ("code", "b"), ("bold", " c")]),
        ("> a\n> > b", "a\nb", [("blockquote", "a\nb")]),
        ("> " + "a " * 150, "a " * 149 + "a", [("blockquote", "a " * 149 + "a")]),
        ("```python title=x\nx = 1\n```", "x = 1", [("pre:python", "x = 1")]),
        ("😀 **b**", "😀 b", [("bold", "b")]),
        ("שלום **עולם**", "שלום עולם", [("bold", "עולם")]),
        ("||secret|| word", "secret word", [("spoiler", "secret")]),
        ("\\(O(n \\log n)\\) is $n$", "O(n log n) is n", [("code", "O(n log n)"), ("code", "n")]),
    ],
)
def test_markdown_is_marked(markdown: str, text: str, marks: Marks) -> None:
    """Each construct becomes the text and the entities that show it on Telegram."""
    (piece,) = texts_of(markdown)
    assert (piece.text, marks_of(piece)) == (text, marks)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a vector<int> of <b>bold</b> <T>", "a vector<int> of <b>bold</b> <T>"),
        ("<div>\n<p>html</p>\n</div>\n\nafter", "<div>\n<p>html</p>\n</div>\n\nafter"),
        ("if a || b || c, x||y", "if a || b || c, x||y"),
        ("a[^1]\n\n[^1]: note", "a[^1]\n\n[^1]: note"),
        ("one<br>two", "one\ntwo"),
        ("[here](#part) [there](javascript:x) ![👍](tg://emoji?id=5368324170671202286)", "here there 👍"),
        ("a_b_c 2 * 3 * 4 \\(x", "a_b_c 2 * 3 * 4 (x"),
        ("$5 or $6, ~5", "$5 or $6, ~5"),
    ],
)
def test_what_is_no_markdown_stays_to_read(markdown: str, text: str) -> None:
    """HTML, type parameters, bars, footnotes and links that lead nowhere are shown as text and lose no word."""
    (piece,) = texts_of(markdown)
    assert (piece.text, piece.entities) == (text, ())


@pytest.mark.parametrize("code", ["a<b>c || d || e", r"\(a\)", "<br>", "[^1]", "| a | b |\n|---|---|"])
def test_code_is_left_alone(code: str) -> None:
    """What is mended in sentences is not touched in code."""
    (piece,) = texts_of(f"```cpp\n{code}\n```")
    assert marks_of(piece) == [("pre:cpp", code)]


def test_code_in_a_list_has_lines_of_its_own() -> None:
    """A code block inside of a list item is glued neither to the words before it nor to those behind."""
    (piece,) = texts_of("1. First\n   ```py\n   x\n   ```\n   then\n2. Second")
    assert piece.text == "1. First\nx\nthen\n2. Second"
    assert marks_of(piece) == [("pre:py", "x")]


def test_a_narrow_table_has_aligned_columns() -> None:
    """A table that a telephone can show is monospaced, aligned, by the width that letters really have."""
    (piece,) = texts_of("| Topic | Due |\n|---|--:|\n| 数组 | 3 |\n| Arrays \\| more | 12 |")
    table = "Topic          Due\n─────────────  ───\n数组             3\nArrays | more   12"
    assert marks_of(piece) == [("pre", table)]


def test_a_wide_table_has_one_record_a_row() -> None:
    """A table wider than a telephone becomes "header: value" lines, its links and marks kept, empty cells left out."""
    (piece,) = texts_of(
        "before\n\n| Problem | Why it is worth your time today |\n|---|---|\n"
        "| [Two Sum](https://x.y) | a **hash** map |\n| LRU Cache | |\n\nafter"
    )
    assert piece.text == (
        "before\n\nProblem: Two Sum\nWhy it is worth your time today: a hash map\n\nProblem: LRU Cache\n\nafter"
    )
    assert ("text_link:https://x.y", "Two Sum") in marks_of(piece)
    assert ("bold", "hash") in marks_of(piece)


def test_a_code_block_is_reopened_with_its_language() -> None:
    """Code longer than a message is two code blocks of one language, none of its lines lost or cut."""
    code = "\n".join(f"    line_{number} = {number}" for number in range(250))
    pieces = texts_of(f"Look:\n\n```java\n{code}\n```\n\nDone.")
    assert len(pieces) > 1
    blocks = [mark for piece in pieces for mark in marks_of(piece)]
    assert {kind for kind, _ in blocks} == {"pre:java"}
    assert "\n".join(text for _, text in blocks) == code
    assert all(units(piece.text) <= MOST_UNITS for piece in pieces)


def test_long_code_is_a_file() -> None:
    """Code of more than two messages' worth is sent as a file, behind the message that says where it is."""
    code = "\n".join(f"int x_{number};\t// π" for number in range(500))
    text, file = render(f"First this.\n\n```c++\n{code}\n```\n\nThen **that**.", ["✓ done"])
    assert isinstance(text, TextPiece)
    assert isinstance(file, FilePiece)
    assert text.text == "First this.\n\n(The code is in the file solution.cpp below.)\n\nThen that.\n\n✓ done"
    assert marks_of(text) == [("bold", "that")]
    assert (file.name, file.content.decode(), file.caption) == ("solution.cpp", f"{code}\n", "solution.cpp: 500 lines")


def test_each_file_has_a_name_of_its_own() -> None:
    """Two long blocks are two files in the order of the text."""
    blocks = "\n".join(f"```{language}\n{'x = 1;' * 1_100}\n```\n" for language in ("python", "strange"))
    names = [piece.name for piece in render(blocks) if isinstance(piece, FilePiece)]
    assert names == ["solution.py", "solution-2.txt"]


def test_a_mark_over_a_cut_goes_on_behind_it() -> None:
    """Bold text that is cut is bold to the last letter of the one message and from the first of the next."""
    pieces = texts_of("**" + "word " * 1_500 + "end**")
    assert [marks_of(piece) for piece in pieces] == [[("bold", piece.text)] for piece in pieces]
    assert len(pieces) == 2


def test_no_message_has_more_entities_than_telegram_reads() -> None:
    """An answer with very many marks is more messages rather than marks that Telegram ignores."""
    pieces = texts_of("`a` " * 250)
    assert [len(piece.entities) for piece in pieces] == [MOST_ENTITIES, MOST_ENTITIES, 50]


def test_tabs_are_spaces_in_messages() -> None:
    """Go code keeps its indentation, of which Telegram would leave one space."""
    (piece,) = texts_of("```go\nfunc f() {\n\treturn\n}\n```")
    assert marks_of(piece) == [("pre:go", "func f() {\n    return\n}")]


@pytest.mark.parametrize(
    "text",
    ["", "  \n\t", "\x00\x00", "\u200b\u2800\u3164", "\u202e", "```\n```", "<!-- -->", "**", "[x]: y", "| |\n|-|"],
)
def test_nothing_is_never_an_empty_message(text: str) -> None:
    """An answer without a letter to show is a sentence, and with receipts it is those."""
    assert all(piece.text.strip() for piece in texts_of(text))
    assert len(texts_of(text)) == 1
    assert texts_of(text, "✓ done")[-1].text.endswith("✓ done")


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = 1\n**b**",
        "**bold *and [link](https://x.y",
        "half \ud83d of a character, NUL \x00, \x1b[31m",
        "\u202eright to left\u2028",
        "> ```\n> x\n- a\n    - ```\n",
        "***a** b* __c*",
        "||a **b|| c**",
        "`" * 3_000,
        "[" * 3_000,
        "> " * 3_000 + "x",
        "\\(" * 3_000,
        "<div>\n" * 3_000,
        "| " * 3_000 + "\n" + "|-" * 3_000,
    ],
)
def test_malformed_markdown_is_still_said(text: str) -> None:
    """Unclosed, crossing, deep and broken Markdown is sent without an error, each message within the limits."""
    for piece in texts_of(text, "✓ done"):
        assert 0 < units(piece.text) <= MOST_UNITS
        assert piece.text == piece.text.strip()
        for entity in piece.entities:
            assert 0 <= entity.offset < entity.offset + entity.length <= units(piece.text)


def test_a_formatting_error_leaves_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the formatting fails, the text is sent as it was written."""

    def fail(_: str) -> None:
        raise ValueError

    monkeypatch.setattr(rendering, "format_markdown", fail)
    assert render("**b**\x00", ["✓ done"]) == [TextPiece("**b**\n\n✓ done")]


@pytest.mark.parametrize(("length", "pieces"), [(4_000, 1), (4_088, 1), (4_089, 2), (4_096, 2), (4_097, 2)])
def test_receipts_stand_below_the_answer(length: int, pieces: int) -> None:
    """Receipts end the last message, and are one of their own where it is full."""
    found = texts_of("a" * length, "✓ done")
    assert len(found) == pieces
    assert found[-1].text.endswith("✓ done")
    assert all(units(piece.text) <= MOST_UNITS for piece in found)
