"""What the model is told: Markdown files beside this one, and the one function that loads them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class PromptError(ValueError):
    """A prompt does not exist, or its variables are not those that it was given."""


@dataclass(frozen=True)
class LoadedPrompt:
    """A prompt's finished text and the SHA-256 of it, which names this wording in logs and figures."""

    text: str
    hash: str


def load(name: str, /, **variables: str) -> LoadedPrompt:
    """Return `prompts/<name>.md` with each `{{variable}}` filled in.

    Raises: PromptError for an unknown prompt, and for a variable that is missing or that the prompt does not use.
    """
    source = resources.files(__name__) / f"{name}.md"
    if not re.fullmatch(r"[a-z_]+", name) or not source.is_file():
        raise PromptError(f"there is no prompt named {name!r}")
    raw = source.read_text(encoding="utf-8")
    wanted = set(_PLACE.findall(raw))
    if missing := wanted - variables.keys():
        raise PromptError(f"the prompt {name!r} also needs {', '.join(sorted(missing))}")
    if surplus := variables.keys() - wanted:
        raise PromptError(f"the prompt {name!r} does not use {', '.join(sorted(surplus))}")
    text = _PLACE.sub(lambda place: variables[place[1]], raw).strip()
    return LoadedPrompt(text, hashlib.sha256(text.encode()).hexdigest())
