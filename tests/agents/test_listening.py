"""Recordings and pictures made words, against an endpoint that keeps the real one's rules and its own bill."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from agents.endpoint import build_client
from agents.errors import ModelRefused, ModelUnavailable
from agents.listening import MARKS, Senses
from agents.tokens import TokenCounter
from store.documents.own import Attachment, AttachmentKind, Turn
from tests.agents.stage import Stage
from tests.fakes.openai import Fault, Reply, Rule

RECORDING = Attachment(kind="recording", file="F", mime="audio/ogg", seconds=7)
PICTURE = Attachment(kind="picture", file="P", mime="image/jpeg")
VOICE, PHOTO = b"OggSwhat is a heap?", b"\xff\xd8\xff"


def senses(stage: Stage, recording: str = "gpt-transcribe") -> Senses:
    """What hears and sees through the fake server."""
    client = build_client(stage.fake.key, stage.fake.url, 5.0, stage.http)
    models: dict[AttachmentKind, str] = {"recording": recording, "picture": stage.fake.model}
    return Senses(client, models, counter=stage.counter, sleep=stage.sleep)


async def understood(stage: Stage, attachment: Attachment, content: bytes, caption: str = "", **more: str) -> Turn:
    """A turn as it is stored once its attachment was made words of."""
    turn = await stage.accept(caption or MARKS[attachment.kind], attachment=attachment)
    run = stage.run_of(turn)
    await senses(stage, **more).understand(run, attachment, content)
    kept = await run.work.reading().of(Turn).get(turn.id)
    assert kept is not None
    assert (kept.text, kept.attachment) == (turn.text, turn.attachment), "who goes on with it reads the same"
    return kept


@pytest.mark.parametrize("model", ["gpt-transcribe", "whisper-1"])
async def test_a_recording_becomes_its_words_at_the_provider_s_price(stage: Stage, model: str) -> None:
    """The turn's text is what was said, and its row bills what the provider does: tokens, or seconds."""
    turn = await understood(stage, RECORDING, VOICE, recording=model)
    assert turn.text == "what is a heap?"
    [row], [billed] = await stage.usage(), stage.fake.ledger.rows
    assert (row.status, row.model, row.turn_id) == ("exact", model, turn.id)
    assert (row.input_tokens, row.output_tokens) == (billed.prompt_tokens, billed.completion_tokens)
    assert (row.seconds or 0.0) == billed.seconds
    assert billed.prompt_tokens or billed.seconds


async def test_a_picture_becomes_a_description_below_its_caption(stage: Stage) -> None:
    """What a picture shows is named as that, so that its text is not taken for what the student says."""
    stage.fake.script(Rule(reply=Reply(text="Code.\n```python\nx = 1\n```")))
    turn = await understood(stage, PICTURE, PHOTO, "why is this slow?")
    assert turn.text == "why is this slow?\n\n🖼 A picture that shows:\nCode.\n```python\nx = 1\n```"
    [row], [billed] = await stage.usage(), stage.fake.ledger.rows
    assert (row.status, row.input_tokens) == ("exact", billed.prompt_tokens)
    assert row.output_tokens == billed.completion_tokens


@pytest.mark.parametrize(
    ("fault", "times", "error", "statuses"),
    [
        (Fault(status=503), 1, None, ["none", "exact"]),
        (Fault(status=503), 9, ModelUnavailable, ["none", "none", "none"]),
        (Fault(status=401), 9, ModelRefused, ["none"]),
        (Fault(drop=True), 1, None, ["estimated", "exact"]),
    ],
)
async def test_each_try_has_a_row(
    stage: Stage, fault: Fault, times: int, error: type[Exception] | None, statuses: list[str]
) -> None:
    """What may pass is tried again; what was refused cost nothing, what broke off is counted by its length."""
    stage.fake.script(Rule(fault=fault, times=times))
    turn = await stage.accept("", attachment=RECORDING)
    if error is None:
        await senses(stage).understand(stage.run_of(turn), RECORDING, VOICE)
    else:
        with pytest.raises(error):
            await senses(stage).understand(stage.run_of(turn), RECORDING, VOICE)
    rows = await stage.usage()
    assert [row.status for row in rows] == statuses
    assert [row.input_tokens for row in rows if row.status == "estimated"] == [70] * statuses.count("estimated")


@pytest.mark.parametrize("usage", [{}, {"prompt_tokens": None}, None])
async def test_what_a_provider_does_not_bill_is_estimated(stage: Stage, usage: dict[str, None] | None) -> None:
    """An endpoint that tells no figures of its own loses no description for that; the row says that it is a guess."""
    said = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "A tree."}}], "usage": usage}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json={"id": "c", "model": "m", **said}))
    async with httpx2.AsyncClient(transport=transport) as http:
        looking = Senses(
            build_client("key", "http://endpoint/v1", 5.0, http), {"picture": "m"}, counter=TokenCounter(None)
        )
        turn = await stage.accept("", attachment=PICTURE)
        await looking.understand(stage.run_of(turn), PICTURE, PHOTO)
    [row] = await stage.usage()
    assert "A tree." in turn.text
    assert (row.status, row.input_tokens) == ("estimated", 1000)


async def test_a_call_that_is_stopped_is_counted(stage: Stage) -> None:
    """Who says /cancel while a recording is listened to leaves no row open."""
    stage.fake.script(Rule(fault=Fault(hang_s=5)))
    turn = await stage.accept("", attachment=RECORDING)
    asking = asyncio.create_task(senses(stage).understand(stage.run_of(turn), RECORDING, VOICE))
    async with asyncio.timeout(5):
        while not stage.fake.requests:  # noqa: ASYNC110 - the server is another party
            await asyncio.sleep(0.005)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [row.status for row in await stage.usage()] == ["estimated"]
