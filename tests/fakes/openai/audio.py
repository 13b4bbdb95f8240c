"""The rules of audio transcriptions, and what is heard: a recording's bytes are what is said in it, behind its magic.

`OggS` and then text is a voice note that says the text, `ID3` a song that does; any other bytes are no recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.openai.ledger import count_tokens
from tests.fakes.openai.rejected import Rejected

MOST_BYTES = 25 * 1024 * 1024
BY_DURATION = ("whisper-1",)
BY_TOKENS = ("gpt-4o-mini-transcribe", "gpt-transcribe")
HEARING = (*BY_DURATION, *BY_TOKENS)
ENDINGS = ("flac", "mp3", "mp4", "mpeg", "mpga", "m4a", "ogg", "wav", "webm")
MAGIC = {"ogg": b"OggS", "mp3": b"ID3", "m4a": b"ftyp", "mp4": b"ftyp"}
BYTES_PER_SECOND = 10
KNOWN = frozenset({"file", "model", "language", "prompt", "response_format", "temperature", "stream"})


@dataclass(frozen=True)
class Recording:
    """A request that passed the rules: which model is asked, and what is said in the recording."""

    model: str
    text: str
    seconds: float
    fields: dict[str, str]

    @property
    def tokens(self) -> int:
        """What listening costs: ten tokens a second."""
        return round(self.seconds * 10)

    def usage(self, output: int) -> dict[str, Any]:
        """The bill as this model's provider reports it."""
        if self.model in BY_DURATION:
            return {"type": "duration", "seconds": self.seconds}
        details = {"audio_tokens": self.tokens, "text_tokens": 0}
        return {
            "type": "tokens",
            "input_tokens": self.tokens,
            "input_token_details": details,
            "output_tokens": output,
            "total_tokens": self.tokens + output,
        }

    @property
    def cost(self) -> tuple[int, int]:
        """Tokens in and out, none where seconds are billed."""
        return (0, 0) if self.model in BY_DURATION else (self.tokens, count_tokens(self.text))


def read_recording(content_type: str, form: Mapping[str, Any]) -> Recording:
    """Read a transcription request. Raises: Rejected for the first rule that it breaks."""
    if content_type != "multipart/form-data":
        raise Rejected("Invalid Content-Type: expected multipart/form-data.", status=415)
    for key in form:
        if key not in KNOWN:
            raise Rejected(f"Unrecognized request argument supplied: {key}")
    model, file = form.get("model"), form.get("file")
    if not isinstance(model, str) or not model:
        raise Rejected("you must provide a model parameter")
    if model not in HEARING:
        raise Rejected(
            f"The model `{model}` does not exist or you do not have access to it.", code="model_not_found", status=404
        )
    if model in BY_TOKENS and form.get("response_format", "json") != "json":
        raise Rejected("response_format is not compatible with this model. Use 'json' instead.", "response_format")
    said = _read_file(file)
    fields = {key: value for key, value in form.items() if isinstance(value, str)}
    return Recording(model, said, len(said) / BYTES_PER_SECOND, fields)


def _read_file(file: object) -> str:
    if not isinstance(file, web.FileField):
        raise Rejected("Missing required parameter: 'file'.", "file", "missing_required_parameter")
    ending = file.filename.rpartition(".")[2].lower()
    if ending not in ENDINGS:
        raise Rejected(f"Unsupported file format {ending}", "file", "unsupported_value")
    content = file.file.read()
    if len(content) > MOST_BYTES:
        raise Rejected(f"Maximum content size limit ({MOST_BYTES}) exceeded ({len(content)} bytes read)", status=413)
    magic = MAGIC.get(ending, b"")
    if not content.startswith(magic) or len(content) < 4:
        raise Rejected("Audio file might be corrupted or unsupported", "file", "invalid_value")
    return content[len(magic) :].decode(errors="replace")
