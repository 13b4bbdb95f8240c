"""The Bot API's methods, as the real server answers them; each takes the request's fields and returns the result."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.telegram_limits import Flooded, Limits
from tests.fakes.telegram_text import CAPTION_UNITS, TEXT_UNITS, Unparsable, count_units, read_text
from tests.fakes.telegram_updates import DEFAULT_CONNECTIONS, Updates, Webhook, read_allowed
from tests.fakes.telegram_world import Chat, File, Json, Message, Refusal, Shown, World, read_markup

UP_BYTES = 50 * 1024 * 1024
DOWN_BYTES = 20 * 1024 * 1024
CALLBACK_SECONDS = 15.0
DRAFT_SECONDS = 30.0
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
CHAT_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document"}
    | {"choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a"
    " current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@dataclass
class Press:
    """A tap on a button, until the bot has answered it (`at`: when it was made)."""

    id: str
    user_id: int
    at: float
    answered: bool = False
    toast: str | None = None


@dataclass
class Draft:
    """A preview in a private chat and every state that it had."""

    chat: int
    draft_id: int
    at: float
    texts: list[str] = field(default_factory=list)


class Fields:
    """The fields of a request, read as the methods need them."""

    def __init__(self, raw: dict[str, str], files: dict[str, tuple[str, bytes]]) -> None:
        self.raw, self.files = raw, files

    def text(self, name: str) -> str | None:
        """Return a field as it was sent."""
        return self.raw.get(name)

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number. Raises: Refusal."""
        try:
            return int(self.raw.get(name) or default)
        except ValueError:
            raise Refusal(400, f"Bad Request: invalid {name} specified", noted=True) from None

    def flag(self, name: str) -> bool:
        """Return whether a field is true."""
        return str(self.raw.get(name, "")).lower() in ("true", "1")

    def json(self, name: str) -> Any:
        """Return a field that holds JSON, None when it is absent. Raises: Refusal."""
        source = self.raw.get(name)
        if not source:
            return None
        try:
            return json.loads(source)
        except ValueError:
            raise Refusal(400, f"Bad Request: can't parse {name}", noted=True) from None


@dataclass
class Methods:
    """The methods over one world; `changed` is called when anything has, `on_shown` when a message came or changed."""

    world: World
    updates: Updates
    username: str
    changed: Callable[[], None]
    on_shown: Callable[[int, Shown], None] | None = None
    limits: Limits = field(default_factory=Limits)
    presses: dict[str, Press] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    actions: list[tuple[int, int | None, str]] = field(default_factory=list)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    about: dict[tuple[str, str], str] = field(default_factory=dict)

    def find(self, name: str) -> Callable[[Fields], Awaitable[Any]]:
        """Return the method of a name, in whatever case, as on the real server. Raises: Refusal when there is none."""
        if name.lower() in ABOUT:
            return lambda fields: self._about(name.lower(), fields)
        found: Callable[[Fields], Awaitable[Any]] | None = getattr(self, f"do_{name.lower()}", None)
        if found is None:
            raise Refusal(404, "Not Found", noted=True)
        return found

    async def do_getme(self, fields: Fields) -> Json:
        """Return who the bot is."""
        return {
            **self.world.bot.as_json(),
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def do_getupdates(self, fields: Fields) -> list[Json]:
        """Hand out what waits."""
        if "allowed_updates" in fields.raw:
            self.updates.allowed = read_allowed(fields.json("allowed_updates"))
        limit = min(max(fields.number("limit", 100), 1), 100)
        return await self.updates.take(fields.number("offset"), limit, fields.number("timeout"))

    async def do_setwebhook(self, fields: Fields) -> bool:
        """Have updates posted; an empty address ends that."""
        url, secret = fields.text("url") or "", fields.text("secret_token")
        address = urlsplit(url)
        if url and address.scheme != "https" and not _is_loopback(address.hostname or ""):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook", noted=True)
        if secret is not None and not SECRET.fullmatch(secret):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters", noted=True)
        if "allowed_updates" in fields.raw:
            self.updates.allowed = read_allowed(fields.json("allowed_updates"))
        connections = min(max(fields.number("max_connections", DEFAULT_CONNECTIONS), 1), 100)
        webhook = Webhook(url, secret, connections) if url else None
        if webhook != self.updates.webhook or fields.flag("drop_pending_updates"):
            self.updates.set_webhook(webhook, drop=fields.flag("drop_pending_updates"))
        self.changed()
        return True

    async def do_deletewebhook(self, fields: Fields) -> bool:
        """Keep updates for getUpdates again."""
        if self.updates.webhook or fields.flag("drop_pending_updates"):
            self.updates.set_webhook(None, drop=fields.flag("drop_pending_updates"))
        self.changed()
        return True

    async def do_getwebhookinfo(self, fields: Fields) -> Json:
        """Return where updates go."""
        return self.updates.info()

    async def do_sendmessage(self, fields: Fields) -> Json:
        """Show a new message."""
        text, entities = _read(fields, "text", "entities")
        if not text:
            raise Refusal(400, "Bad Request: message text is empty", noted=True)
        if count_units(text) > TEXT_UNITS:
            raise Refusal(400, "Bad Request: message is too long", noted=True)
        return self._send(fields, text, entities, None)

    async def do_senddocument(self, fields: Fields) -> Json:
        """Show a file."""
        text, entities = _read(fields, "caption", "caption_entities")
        if count_units(text) > CAPTION_UNITS:
            raise Refusal(400, "Bad Request: message caption is too long", noted=True)
        if "document" in fields.files:
            name, content = fields.files["document"]
            if len(content) > UP_BYTES:
                raise Refusal(413, "Request Entity Too Large", noted=True)
            if not content:
                raise Refusal(400, "Bad Request: file must be non-empty", noted=True)
            file = self.world.keep(name, content, "document", "application/octet-stream")
        elif (known := self.world.files.get(fields.text("document") or "")) is not None:
            file = known
        else:
            raise Refusal(400, "Bad Request: there is no document in the request", noted=True)
        return self._send(fields, text, entities, file)

    def _send(self, fields: Fields, text: str, entities: list[Json], file: File | None) -> Json:
        chat = self._chat(fields)
        thread = self._thread(chat, fields)
        reply = self._reply(chat, fields)
        buttons = read_markup(fields.text("reply_markup"))
        self._count(lambda now: self.limits.check_message(chat.id, now))
        message = Message(
            self.world.next_id(chat), self.world.bot, self.world.clock(), self.world.date(), text, entities, buttons
        )
        message.file, message.reply_to, message.thread = file, reply, thread
        chat.messages[message.message_id] = message
        self.drafts_end(chat.id)
        self._show(chat, message)
        return chat.as_json(message)

    def _show(self, chat: Chat, message: Message) -> None:
        if self.on_shown:
            self.on_shown(chat.id, message.shown())
        self.changed()

    def drafts_end(self, chat_id: int) -> None:
        """Let the previews of a chat go, as a new message of the bot does."""
        for draft in self.drafts:
            if draft.chat == chat_id:
                draft.at = -DRAFT_SECONDS

    async def do_editmessagetext(self, fields: Fields) -> Json:
        """Change a message of the bot's own."""
        text, entities = _read(fields, "text", "entities")
        if not text:
            raise Refusal(400, "Bad Request: message text is empty", noted=True)
        if count_units(text) > TEXT_UNITS:
            raise Refusal(400, "Bad Request: message is too long", noted=True)
        chat, message = self._own_message(fields, "edit")
        if message.file is not None:
            raise Refusal(400, "Bad Request: there is no text in the message to edit", noted=True)
        return self._edit(chat, message, text, entities, read_markup(fields.text("reply_markup")))

    async def do_editmessagereplymarkup(self, fields: Fields) -> Json:
        """Change the buttons under a message of the bot's own."""
        chat, message = self._own_message(fields, "edit")
        return self._edit(chat, message, message.text, message.entities, read_markup(fields.text("reply_markup")))

    def _edit(self, chat: Chat, message: Message, text: str, entities: list[Json], buttons: Any) -> Json:
        if (text, entities, buttons) == (message.text, message.entities, message.buttons):
            raise Refusal(400, NOT_MODIFIED)
        self._count(lambda now: self.limits.check_change("edit", chat.id, str(message.message_id), now))
        self.world.edited(message, text=text, entities=entities, buttons=buttons)
        self._show(chat, message)
        return chat.as_json(message)

    async def do_deletemessage(self, fields: Fields) -> bool:
        """Take a message away."""
        chat = self._chat(fields)
        if chat.messages.pop(fields.number("message_id"), None) is None:
            raise Refusal(400, "Bad Request: message to delete not found")
        self.changed()
        return True

    async def do_sendmessagedraft(self, fields: Fields) -> bool:
        """Show a preview in a private chat."""
        text, _ = _read(fields, "text", "entities")
        chat, draft_id = self._chat(fields), fields.number("draft_id")
        if not chat.private:
            raise Refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID", noted=True)
        if draft_id == 0:
            raise Refusal(400, "Bad Request: RANDOM_ID_INVALID", noted=True)
        if count_units(text) > TEXT_UNITS:
            raise Refusal(400, "Bad Request: message is too long", noted=True)
        self._thread(chat, fields)
        self._count(lambda now: self.limits.check_change("draft", chat.id, str(draft_id), now))
        found = [draft for draft in self.drafts if (draft.chat, draft.draft_id) == (chat.id, draft_id)]
        if not found:
            self.drafts.append(Draft(chat.id, draft_id, 0.0))
            found = self.drafts[-1:]
        found[0].texts.append(text)
        found[0].at = self.world.clock()
        self.changed()
        return True

    async def do_sendchataction(self, fields: Fields) -> bool:
        """Show that the bot is at it."""
        chat, action = self._chat(fields), fields.text("action") or ""
        if action not in CHAT_ACTIONS:
            raise Refusal(400, "Bad Request: wrong parameter action in request", noted=True)
        self.actions.append((chat.id, self._thread(chat, fields), action))
        self.changed()
        return True

    async def do_answercallbackquery(self, fields: Fields) -> bool:
        """Answer a tap: the button stops to wait, and a toast may say something."""
        press = self.presses.get(fields.text("callback_query_id") or "")
        if press is None or self.world.clock() - press.at > CALLBACK_SECONDS:
            raise Refusal(400, TOO_OLD, noted=True)
        text = fields.text("text")
        if text is not None and len(text) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG", noted=True)
        press.answered, press.toast = True, text
        self.changed()
        return True

    async def do_getfile(self, fields: Fields) -> Json:
        """Return where a file can be fetched."""
        file = self.world.files.get(fields.text("file_id") or "")
        if file is None:
            raise Refusal(400, "Bad Request: invalid file_id", noted=True)
        if file.size > DOWN_BYTES:
            raise Refusal(400, "Bad Request: file is too big", noted=True)
        shape = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size}
        return {**shape, "file_path": f"{file.kind}s/{file.id}"}

    async def do_getchat(self, fields: Fields) -> Json:
        """Return a chat."""
        return {**self._chat(fields).head(), "accent_color_id": 0, "max_reaction_count": 11}

    async def do_getchatmember(self, fields: Fields) -> Json:
        """Return how somebody stands in a chat."""
        chat, user_id = self._chat(fields), fields.number("user_id")
        person = self.world.bot if user_id == self.world.bot.id else self.world.people.get(user_id)
        if person is None:
            raise Refusal(400, "Bad Request: user not found")
        there = user_id in chat.members or user_id == self.world.bot.id
        return {"user": person.as_json(), "status": "member" if there else "left"}

    async def do_setmycommands(self, fields: Fields) -> bool:
        """Set the menu."""
        commands = fields.json("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH", noted=True)
        for command in commands:
            if not COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID", noted=True)
            if not 1 <= len(str(command.get("description", ""))) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID", noted=True)
        self.commands[_scope(fields)] = commands
        self.changed()
        return True

    async def do_getmycommands(self, fields: Fields) -> list[Json]:
        """Return the menu."""
        return self.commands.get(_scope(fields), [])

    async def do_deletemycommands(self, fields: Fields) -> bool:
        """Take the menu away."""
        self.commands.pop(_scope(fields), None)
        return True

    async def do_setchatmenubutton(self, fields: Fields) -> bool:
        """Set the button beside the field where people write."""
        return True

    async def _about(self, name: str, fields: Fields) -> Any:
        """Set or return one of the texts that the bot introduces itself with."""
        field_name, most = ABOUT[name]
        key = field_name, fields.text("language_code") or ""
        if name.startswith("get"):
            return {field_name: self.about.get(key, "")}
        text = fields.text(field_name) or ""
        if len(text) > most:
            raise Refusal(400, f"Bad Request: {field_name} is too long", noted=True)
        self.about[key] = text
        self.changed()
        return True

    def _chat(self, fields: Fields) -> Chat:
        raw = fields.text("chat_id")
        if not raw:
            raise Refusal(400, "Bad Request: chat_id is empty", noted=True)
        chat = self.world.chats.get(int(raw)) if raw.lstrip("-").isdigit() else None
        if chat is None:
            raise Refusal(400, "Bad Request: chat not found")
        refuses = self.world.person(chat.id).refuses if chat.private else chat.refuses
        if refuses:
            raise Refusal(403, f"Forbidden: {refuses}")
        return chat

    def _thread(self, chat: Chat, fields: Fields) -> int | None:
        thread = fields.number("message_thread_id") or None
        if thread is not None and not (chat.forum or any(m.thread == thread for m in chat.messages.values())):
            raise Refusal(400, "Bad Request: message thread not found", noted=True)
        return thread

    def _reply(self, chat: Chat, fields: Fields) -> int | None:
        parameters = fields.json("reply_parameters") or {}
        reply = int(parameters.get("message_id") or fields.number("reply_to_message_id")) or None
        if reply is None or reply in chat.messages:
            return reply
        if parameters.get("allow_sending_without_reply") or fields.flag("allow_sending_without_reply"):
            return None
        raise Refusal(400, "Bad Request: message to be replied not found")

    def _own_message(self, fields: Fields, verb: str) -> tuple[Chat, Message]:
        chat = self._chat(fields)
        message = chat.messages.get(fields.number("message_id"))
        if message is None:
            raise Refusal(400, f"Bad Request: message to {verb} not found")
        if message.author.id != self.world.bot.id:
            raise Refusal(400, f"Bad Request: message can't be {verb}ed", noted=True)
        return chat, message

    def _count(self, check: Callable[[float], None]) -> None:
        try:
            check(self.world.clock())
        except Flooded as exc:
            wait = exc.retry_after
            refusal = Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait, noted=True)
            refusal.add_note(exc.rule)
            raise refusal from None


ABOUT = {
    f"{verb}my{what}": (name, most)
    for verb in ("get", "set")
    for what, name, most in (
        ("name", "name", 64),
        ("description", "description", 512),
        ("shortdescription", "short_description", 120),
    )
}


def _read(fields: Fields, text: str, entities: str) -> tuple[str, list[Json]]:
    try:
        return read_text(fields.text(text) or "", fields.text("parse_mode"), fields.json(entities))
    except Unparsable as exc:
        raise Refusal(400, f"Bad Request: {exc}", noted=True) from None


def _scope(fields: Fields) -> tuple[str, str]:
    scope = fields.json("scope") or {"type": "default"}
    return json.dumps(scope, sort_keys=True), fields.text("language_code") or ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
