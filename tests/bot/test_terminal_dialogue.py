"""A person at the prompt, through a real prompt session on a pipe instead of a keyboard."""

from __future__ import annotations

import io
from pathlib import Path
from typing import cast

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.adapters.terminal.conversation import Conversation
from bot.adapters.terminal.dialogue import LEAVE, Dialogue
from bot.adapters.terminal.screen import RichScreen

CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.mark.parametrize(
    ("keys", "written", "noted"),
    [
        (CTRL_C + "whats due\r", "whats due", True),
        (CTRL_C + CTRL_C, None, True),
        (CTRL_D, None, False),
        ("half a sent" + CTRL_C + CTRL_C + "hi\r", "hi", True),
    ],
)
async def test_one_ctrl_c_at_the_prompt_does_not_leave(
    tmp_path: Path, keys: str, written: str | None, *, noted: bool
) -> None:
    """Ctrl-C clears what is being written, then asks for itself once more before it leaves; Ctrl-D leaves at once."""
    said = io.StringIO()
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        # The prompt needs nothing of the conversation.
        dialogue = Dialogue(cast("Conversation", None), RichScreen(Console(file=said)), tmp_path / "history")
        keyboard.send_text(keys)
        assert await dialogue.ask() == written
    assert (LEAVE in said.getvalue()) == noted
