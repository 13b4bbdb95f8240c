"""The text of a file, whatever program wrote it: UTF-8 and UTF-16, and the code pages of Excel and its kin."""

from __future__ import annotations

from typing import Final

from charset_normalizer import from_bytes

_MARKED: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WESTERN: Final = "cp1252"
_PAGES: Final = [_WESTERN, "cp1250", "cp1251", "cp1253", "cp1254", "mac_roman", "gb18030", "big5", "cp932", "cp949"]
_MOST_CONTROLS: Final = 0.01


def decode(content: bytes) -> str | None:
    """Return the text that the bytes are, or None where they are none."""
    text = _text(content)
    if text is None or "\x00" in text or not text.strip():
        return None
    controls = sum(character < " " and character not in "\n\t\r\f" for character in text)
    return None if controls > len(text) * _MOST_CONTROLS else text


def _text(content: bytes) -> str | None:
    marked = next((name for mark, name in _MARKED if content.startswith(mark)), None)
    try:
        return content.decode(marked or _unmarked(content))
    except UnicodeDecodeError:
        return None if b"\x00" in content else _guess(content)


def _unmarked(content: bytes) -> str:
    """Return what bytes without a mark are: UTF-16 where every other byte of the words is zero, else UTF-8."""
    half = len(content) // 2
    if content[1::2].count(0) * 2 > half:
        return "utf-16-le"
    return "utf-16-be" if content[::2].count(0) * 2 > half else "utf-8"


def _guess(content: bytes) -> str | None:
    """Return the text in the code page that fits best; of several that fit as well, Western Europe's.

    Bytes without a single plain letter, digit or space fit some page by chance.
    """
    if not any(byte < 0x80 and (chr(byte).isalnum() or chr(byte).isspace()) for byte in content):
        return None
    matches = from_bytes(content, cp_isolation=_PAGES)
    best = matches.best()
    if best is None:
        return None
    western = next((one for one in matches if one.encoding == _WESTERN and one.chaos <= best.chaos), best)
    return str(western)
