"""Telegram over real HTTP: a Bot API server that keeps the real one's rules and notes whoever breaks them.

    async with FakeTelegram() as telegram:
        update_id = telegram.say(7, "hello")                    # a person writes to the bot
        await telegram.until(lambda: telegram.screen(7))        # … until they see something
        assert not telegram.violations

A bot talks to `f"{telegram.url}/bot"` and fetches files from `f"{telegram.url}/file/bot"`.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.fakes.telegram_limits import Limits
from tests.fakes.telegram_methods import CALLBACK_SECONDS, DRAFT_SECONDS, UP_BYTES, Fields, Methods, Press
from tests.fakes.telegram_people import People
from tests.fakes.telegram_updates import Updates, Webhook
from tests.fakes.telegram_world import Button, File, Json, Message, Person, Refusal, Shown, World

BOT_ID = 100
TOKEN = "100:test-token"
USERNAME = "prepmate_bot"


@dataclass(frozen=True)
class Call:
    """One request of the bot: which method with which fields, when it came and how it was answered."""

    method: str
    fields: dict[str, str]
    at: float
    status: int


@dataclass
class Failure:
    """A fault that waits for a request. `status` 0: the request is carried out, and its answer gets lost.

    `topics`: only what is sent into a topic meets it. `page`: a page in HTML stands in the place of the answer.
    """

    status: int
    count: int
    method: str | None
    retry_after: int | None = None
    words: str | None = None
    topics: bool = False
    page: bool = False


class Page(Exception):
    """Something between the bot and the server answers with a page of its own."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class FakeTelegram(People):
    """The server with everybody who uses it.

    `clock` gives seconds (the event loop's, unless a test has another). `latency_s` is waited before each method.
    `violations` lists what a well-behaved bot does not do, each beginning with the status it was answered with.
    `calls` holds every request but getUpdates. `redelivery_pause` is the first wait of a webhook that failed.
    """

    token = TOKEN
    bot_id = BOT_ID
    username = USERNAME

    def __init__(
        self,
        *,
        clock: Callable[[], float] | None = None,
        epoch: float | None = None,
        port: int = 0,
        latency_s: float = 0.0,
        redelivery_pause: float = 0.2,
        privacy: bool = False,
    ) -> None:
        self.port, self.latency_s, self.privacy = port, latency_s, privacy
        self.calls: list[Call] = []
        self._clock, self._epoch, self._pause = clock, epoch, redelivery_pause
        self._noted: list[str] = []
        self._failures: list[Failure] = []
        self._wakers: set[asyncio.Event] = set()

    async def __aenter__(self) -> Self:
        clock = self._clock or asyncio.get_running_loop().time
        epoch = time.time() - clock() if self._epoch is None else self._epoch
        self.world = World(Person(BOT_ID, "PrepMate", language=None, is_bot=True), clock, epoch)
        self.updates = Updates(self._changed, self._pause)
        self.methods = Methods(self.world, self.updates, USERNAME, self._changed)
        app = web.Application(client_max_size=UP_BYTES + 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        # A poll that was waiting for a process that died must not be answered to nobody.
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, handler_cancellation=True, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.updates.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Return the base address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def limits(self) -> Limits:
        """Return the flood control."""
        return self.methods.limits

    @property
    def webhook(self) -> Webhook | None:
        """Return where updates are posted, if anywhere."""
        return self.updates.webhook

    @property
    def presses(self) -> list[Press]:
        """Return the taps in order, with what the bot answered."""
        return list(self.methods.presses.values())

    @property
    def actions(self) -> list[tuple[int, int | None, str]]:
        """Return the chat actions in order, as (chat, thread, action)."""
        return self.methods.actions

    @property
    def menu(self) -> list[str]:
        """Return the commands of the menu that everybody sees."""
        found = self.methods.commands.get(('{"type": "default"}', ""), [])
        return [str(command["command"]) for command in found]

    @property
    def violations(self) -> list[str]:
        """Return what was done against the rules, taps that were not answered in time included."""
        late = self.world.clock() - CALLBACK_SECONDS
        unanswered = [
            f"400 a tap of {press.user_id} was not answered within {CALLBACK_SECONDS:g} s"
            for press in self.methods.presses.values()
            if not press.answered and press.at < late
        ]
        return self._noted + unanswered

    def preview(self, chat_id: int) -> str | None:
        """Return the draft that a person sees growing now, if any."""
        late = self.world.clock() - DRAFT_SECONDS
        return next((d.texts[-1] for d in reversed(self.methods.drafts) if d.chat == chat_id and d.at > late), None)

    def previews(self, chat_id: int) -> list[str]:
        """Return every state of every draft in a chat."""
        return [text for draft in self.methods.drafts if draft.chat == chat_id for text in draft.texts]

    def watch(self, on_shown: Callable[[int, Shown], None]) -> None:
        """Tell `on_shown` of every message of the bot that comes or changes, with its chat."""
        self.methods.on_shown = on_shown

    def redeliver(self, update_id: int) -> None:
        """Deliver an update once more, though it was confirmed."""
        self.updates.redeliver(update_id)

    def fail_next(
        self, status: int, count: int = 1, method: str | None = None, retry_after: int | None = None, **how: Any
    ) -> None:
        """Answer the next requests (of a method; getUpdates only by name) with a status, without carrying them out.

        "file" is the fetching of a file. `how`: the `words` of the refusal, and what `Failure` says.
        """
        self._failures.append(Failure(status, count, method, retry_after, **how))

    def lose_next(self, count: int = 1, method: str | None = None) -> None:
        """Carry the next requests out, but cut the connection in place of an answer."""
        self._failures.append(Failure(0, count, method))

    async def until(self, predicate: Callable[[], Any], seconds: float = 10.0) -> None:
        """Wait until something holds of what is seen or kept here. Raises: TimeoutError."""
        waker = asyncio.Event()
        self._wakers.add(waker)
        try:
            async with asyncio.timeout(seconds):
                while not predicate():
                    waker.clear()
                    await waker.wait()
        finally:
            self._wakers.discard(waker)

    def _changed(self) -> None:
        for waker in self._wakers:
            waker.set()

    async def _method(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        raw: dict[str, str] = {}
        status, answer = 200, Json()
        try:
            self._authorise(request)
            fields = await _read_fields(request)
            raw = fields.raw
            method = self.methods.find(name)
            if self.latency_s and name.lower() != "getupdates":
                await asyncio.sleep(self.latency_s)
            lost = self._meet_failure(name, raw)
            result = await method(fields)
        except Refusal as exc:
            status = exc.status
            if exc.noted:
                notes = "; ".join(getattr(exc, "__notes__", ())) or exc.description
                self._noted.append(f"{status} {name} {raw.get('chat_id', '')}: {notes}")
            answer = {"ok": False, "error_code": status, "description": exc.description}
            if exc.retry_after is not None:
                answer["parameters"] = {"retry_after": exc.retry_after}
        except Page as exc:
            status, answer = exc.status, {}
        else:
            answer = {"ok": True, "result": result}
            if lost and request.transport:
                request.transport.abort()
        if name.lower() != "getupdates":
            self.calls.append(Call(name, raw, self.world.clock(), status))
            self._changed()
        if not answer:
            return web.Response(status=status, text="<html>not the Bot API</html>", content_type="text/html")
        return web.json_response(answer, status=status)

    def _authorise(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if ":" not in token:
            raise Refusal(404, "Not Found")
        if token != self.token:
            raise Refusal(401, "Unauthorized")

    def _meet_failure(self, name: str, fields: dict[str, str]) -> bool:
        """Return whether the answer is to be lost. Raises: Refusal for a failure that waited for this request."""
        for failure in self._failures:
            named = (failure.method or "").lower() == name.lower()
            if failure.count < 1 or not (named or (failure.method is None and name.lower() != "getupdates")):
                continue
            if failure.topics and not fields.get("message_thread_id"):
                continue
            failure.count -= 1
            if failure.page:
                raise Page(failure.status)
            if failure.status == 0:
                return True
            if failure.status == 429:
                wait = failure.retry_after or 1
                self._be_quiet(name, fields, wait)
                raise Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
            raise Refusal(failure.status, failure.words or WORDS.get(failure.status, "Error"))
        return False

    def _be_quiet(self, name: str, fields: dict[str, str], seconds: int) -> None:
        kind = {"sendmessage": "message", "senddocument": "message", "sendmessagedraft": "draft"}.get(name.lower())
        kind = kind or ("edit" if name.lower().startswith("editmessage") else None)
        if kind and fields.get("chat_id", "").lstrip("-").isdigit():
            self.limits.refuse(kind, int(fields["chat_id"]), seconds, self.world.clock(), "as told")

    async def _file(self, request: web.Request) -> web.Response:
        try:
            self._meet_failure("file", {})
        except Refusal as exc:
            return web.Response(status=exc.status, text="<html>no JSON</html>")
        file = self.world.files.get(request.match_info["path"].rpartition("/")[2])
        if request.match_info["token"] != self.token or file is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=file.content)


WORDS = {
    401: "Unauthorized",
    404: "Not Found",
    400: "Bad Request: the fake was told to refuse this",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


async def _read_fields(request: web.Request) -> Fields:
    """Read a request in any of the forms that the server takes: query, JSON, form, form with files."""
    raw = {str(name): str(value) for name, value in request.query.items()}
    files: dict[str, tuple[str, bytes]] = {}
    if request.content_type == "application/json":
        body = await request.json()
        raw |= {name: value if isinstance(value, str) else _dump(value) for name, value in body.items()}
        return Fields(raw, files)
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = value.filename, value.file.read()
        elif isinstance(value, bytes | bytearray):
            files[name] = name, bytes(value)
        else:
            raw[name] = value
    return Fields(raw, files)


def _dump(value: Any) -> str:
    return json.dumps(value)


__all__ = ["Button", "Call", "FakeTelegram", "File", "Message", "Shown", "Webhook"]
