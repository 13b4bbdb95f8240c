"""What comes with a message: a file with code or text is read, anything else gets a sentence of what to do instead."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Self

from telegram import Audio, Document, Message, VideoNote, Voice

from agents.listening import FORMATS, PICTURES
from bot.adapters.telegram.wording import fence
from bot.attachments import LARGEST as LARGEST_ATTACHMENT
from bot.attachments import LONGEST_SECONDS, cannot_read
from store.documents.own import Attachment
from sync.decoding import decode
from texts import say

LARGEST: Final = 65_536
"""Bytes that a file may have."""
_NAMED: Final = """
    python .py | java .java | javascript .js .mjs | jsx .jsx | typescript .ts | tsx .tsx | c .c .h | go .go | rust .rs
    cpp .cc .cpp .cxx .hpp | csharp .cs | ruby .rb | kotlin .kt .kts | swift .swift | php .php | scala .scala | r .r
    dart .dart | sql .sql | bash .sh | objectivec .m | haskell .hs | lua .lua | perl .pl | elixir .ex .exs | zig .zig
    clojure .clj | julia .jl | html .html | css .css | xml .xml | json .json .ipynb | yaml .yaml .yml | toml .toml
    markdown .md
"""
_LANGUAGES: Final = {
    suffix: language
    for language, *suffixes in (entry.split() for entry in re.split(r"[|\n]", _NAMED) if entry.strip())
    for suffix in suffixes
}
_LISTS: Final = frozenset({".csv", ".tsv"})
_TEXTS: Final = frozenset({*_LANGUAGES, *_LISTS, ".txt"})
_BINARY: Final = re.compile(r"image/|audio/|video/|font/|application/(?:pdf|zip|gzip|x-(?:7z|rar|tar)|vnd\.|msword)")
_IMPORT: Final = re.compile(r"\s*/?import\b[\s:.!]*", re.IGNORECASE)


@dataclass(frozen=True)
class Attached:
    """A file as it was announced; `size` in bytes, None where Telegram does not say."""

    id: str
    name: str
    mime: str
    size: int | None

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return a document's facts; its name without anything that could break out of a line."""
        name = re.sub(r"[^\w .()+#-]", "_", document.file_name or "file")[-80:]
        return cls(document.file_id, name, document.mime_type or "", document.file_size)

    @property
    def suffix(self) -> str:
        """The end of the name, such as ".py"."""
        return PurePosixPath(self.name).suffix.lower()


def trouble_with(document: Attached) -> str | None:
    """Return why a file is not even fetched, as a sentence, or None."""
    if _BINARY.match(document.mime.lower()) and document.suffix not in _TEXTS:
        return unreadable()
    return too_large() if (document.size or 0) > LARGEST else None


def too_large() -> str:
    """Return what is said of a file that has too many bytes."""
    return say(
        "That file is too large: I read files up to {size} KiB. Send the part that matters.", size=LARGEST // 1024
    )


def unreadable() -> str:
    """Return what is said of a file that is no text."""
    return say("I can only read files with code or plain text. Send one of those, or paste the text.")


def with_file(said: str, document: Attached, content: bytes) -> str | None:
    """Return what was said together with what the file holds, or None where that is no text.

    A list of past solves becomes the message that pasting it after /import would be.
    """
    decoded = decode(content)
    if decoded is None:
        return None
    text = decoded.replace("\r\n", "\n")
    asked = _IMPORT.match(said)
    if (asked and asked.end() == len(said)) or (not said and document.suffix in _LISTS):
        return f"/import\n{text.strip()}"
    block = f"{document.name}:\n{fence(text, _LANGUAGES.get(document.suffix, ''))}"
    return f"{said}\n\n{block}" if said else block


def attachment_of(message: Message) -> Attachment | None:
    """Return a recording or a picture that words might be made of, a picture sent as a file included."""
    if message.photo:
        best = max(message.photo, key=lambda size: size.width * size.height)
        return Attachment(kind="picture", file=best.file_id, mime="image/jpeg", size=best.file_size)
    if (file := message.document) is not None and file.mime_type in PICTURES and not message.animation:
        return Attachment(kind="picture", file=file.file_id, mime=file.mime_type, size=file.file_size)
    if (voice := message.voice) is not None:
        return _recording(voice, voice.mime_type or "audio/ogg")
    if (audio := message.audio) is not None:
        return _recording(audio, audio.mime_type or "audio/mpeg")
    return _recording(message.video_note, "video/mp4") if message.video_note is not None else None


def _recording(sent: Voice | Audio | VideoNote, mime: str) -> Attachment:
    # Its public attribute warns of a change of type each time that it is read.
    seconds = math.ceil(sent._duration.total_seconds())
    return Attachment(kind="recording", file=sent.file_id, mime=mime, size=sent.file_size, seconds=seconds)


def hindrance_to(attachment: Attachment) -> str | None:
    """Return why a recording or a picture is not even taken in, as a sentence, or None."""
    if attachment.kind == "recording" and attachment.mime not in FORMATS:
        return say("I cannot listen to a file of that kind. Send a voice note, or MP3, M4A, OGG or WAV.")
    if (attachment.seconds or 0) > LONGEST_SECONDS:
        return say(
            "That recording is too long: I listen to up to {minutes} minutes. Send the part that matters.",
            minutes=LONGEST_SECONDS // 60,
        )
    if (attachment.size or 0) > LARGEST_ATTACHMENT:
        return too_heavy()
    return None


def too_heavy() -> str:
    """Return what is said of a recording or a picture that has too many bytes."""
    return say("That is too large: I take up to {size} MB. Send a smaller one.", size=LARGEST_ATTACHMENT // 2**20)


def sentence_for(message: Message) -> str | None:
    """Return what to do instead of sending this, or None where it is words, a file or nothing at all."""
    if message.photo or message.live_photo:
        return cannot_read("picture")
    if message.voice or message.audio or message.video_note:
        return cannot_read("recording")
    if message.video or message.animation:
        return say("I cannot watch videos. Please write what it is about.")
    if message.sticker or message.dice or message.game:
        return say("I only understand words. Write what you would like to do, or /help.")
    if message.location or message.venue:
        return say("I cannot use a place on the map. For your time zone, write the name of your city.")
    if message.contact:
        return say("I cannot use contacts. Write what you would like to do, or /help.")
    if message.poll or message.checklist:
        return say("I cannot fill that in. Write the question as a message, and I will answer it.")
    if message.story or message.paid_media:
        return say("I cannot see that. Write what it is about.")
    return None
