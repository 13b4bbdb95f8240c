"""The rules of pictures in messages: who may send them, to which model, and in which form."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from tests.fakes.openai.rejected import Rejected

BLIND = ("gpt-4",)
MOST_BYTES = 50 * 1024 * 1024
URL = re.compile(r"data:image/(png|jpeg|webp|gif);base64,(.*)", re.DOTALL)
MAGIC = {"png": b"\x89PNG", "jpeg": b"\xff\xd8", "webp": b"RIFF", "gif": b"GIF8"}


def check_picture(part: dict[str, Any], role: str, model: str, where: str) -> None:
    """Raises Rejected for a part of type image_url that the real service refuses; it can fetch nothing either."""
    if role != "user":
        raise Rejected("Image URLs are only allowed for messages with role 'user'.", where, "invalid_value")
    if model in BLIND:
        raise Rejected("Invalid content type. image_url is only supported by certain models.", where, "invalid_value")
    image = part.get("image_url")
    url = image.get("url") if isinstance(image, dict) else None
    match = URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise Rejected("Invalid image URL. Expected a base64-encoded data URL.", where, "invalid_image_url")
    try:
        content = base64.b64decode(match[2], validate=True)
    except binascii.Error:
        raise Rejected("Invalid base64 image_url.", where, "invalid_base64") from None
    if len(content) > MOST_BYTES or not content.startswith(MAGIC[match[1]]):
        raise Rejected(
            "You uploaded an unsupported image. Please make sure your image is valid.", where, "invalid_image_format"
        )
