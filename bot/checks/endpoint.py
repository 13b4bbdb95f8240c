"""The model's endpoint: is it there, does it take the key, does it know the model, and what time is it there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import SecretStr

from bot.checks.finding import Finding, host_of
from bot.settings import Settings
from store.documents.own import AttachmentKind
from store.work import Clock

OPENAI_URL = "https://api.openai.com/v1"
SECONDS = 4.0
"""How long the endpoint may take for everything that it is asked here."""
TRIAL_SECONDS = 20.0
"""How long the model may take to answer a short question: some think first."""
CLOCK_SECONDS = 60.0
"""A Date header is whole seconds and may have been on its way for some; certificates and limits care about minutes."""
_NOT_LISTED = (404, 405, 501)


@dataclass(frozen=True)
class _Role:
    """What a model is for: how it goes by here, the variable that names it, and what is so without it."""

    what: str
    variable: str
    lacking: str = ""


_ANSWERS = _Role("model", "OPENAI_MODEL")
_SENSES: dict[AttachmentKind, _Role] = {
    "recording": _Role("voice", "OPENAI_TRANSCRIPTION_MODEL", "a voice note is answered with a sentence, not heard"),
    "picture": _Role("pictures", "OPENAI_VISION_MODEL", "a photo is answered with a sentence, not looked at"),
}


async def check_endpoint(
    settings: Settings,
    http: httpx2.AsyncClient,
    clock: Clock,
    *,
    seconds: float = SECONDS,
    trial_seconds: float = TRIAL_SECONDS,
) -> list[Finding]:
    """Return a finding about the model, one about each that listens or looks, and one about the clock where the
    endpoint told the time. The mentor's model is asked one short question: what it answers to that counts.
    """
    key = settings.openai_api_key
    if key is None:
        return [Finding("open", "model", "No OPENAI_API_KEY: the offline coach answers, which needs no model.")]
    endpoint = _Endpoint(settings.openai_base_url or OPENAI_URL, key.get_secret_value(), http)
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(seconds):
            findings.append(await endpoint.judge(settings.openai_model))
            if not findings[0].broken:
                findings += [await endpoint.judge(name, _SENSES[kind]) for kind, name in settings.senses.items()]
    except TimeoutError:
        remedy = "check the network and OPENAI_BASE_URL, or try again in a while"
        findings.append(_broken(f"{endpoint.host} does not answer within {seconds:g} s: {remedy}."))
    except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
        findings.append(_broken(_unreachable(endpoint.host, exc)))
    if not findings[0].broken:
        findings[0] = await _try_out(settings, key, endpoint, http, seconds=trial_seconds)
    return [*findings, *_without_senses(settings), *endpoint.check_clock(clock)]


async def _try_out(
    settings: Settings, key: SecretStr, endpoint: _Endpoint, http: httpx2.AsyncClient, *, seconds: float
) -> Finding:
    """Return how the mentor's model takes a question that is put as the mentor puts them."""
    # The libraries of a model's client take a second to import: off the event loop, where others are asked meanwhile.
    await asyncio.to_thread(import_module, "agents.trial")
    from agents.endpoint import ModelSettings
    from agents.trial import try_model

    name, host = settings.openai_model, endpoint.host
    model = ModelSettings(key, name, settings.openai_base_url, settings.openai_timeout)
    tried = await try_model(model, http, seconds=seconds)
    if tried.failure is not None:
        return _broken(f"{host} takes the key, but {name} did not answer a short question: {tried.failure}")
    if not tried.counted:
        told = "does not say what an answer costs: its tokens are counted here and marked as estimated"
        return Finding("open", "model", f"{host} takes the key and {name} answers, but {told}.")
    return Finding("good", "model", f"{host} takes the key, knows {name} and answers.")


def _without_senses(settings: Settings) -> list[Finding]:
    """Return which senses are missing: told where somebody can send what would take them."""
    if settings.telegram_bot_token is None:
        return []
    return [
        Finding("open", sense.what, f"No {sense.variable}: {sense.lacking}.")
        for kind, sense in _SENSES.items()
        if kind not in settings.senses
    ]


class _Endpoint:
    """An OpenAI-compatible endpoint being asked. `host` names it without a password."""

    def __init__(self, base_url: str, key: str, http: httpx2.AsyncClient) -> None:
        self.host = host_of(base_url)
        self._base, self._http = base_url.rstrip("/"), http
        self._headers = {"Authorization": f"Bearer {key}"}
        self._date: str | None = None

    async def judge(self, model: str, role: _Role = _ANSWERS) -> Finding:
        """Return whether it takes the key and knows the model. Raises: httpx2.HTTPError, httpx2.InvalidURL."""
        listing = await self._get("/models")
        if refusal := self._refusal(listing):
            return refusal
        names = _names_in(listing) if listing.status_code == 200 else set()
        if names is None:
            return _broken(f"{self.host} sent no list of models: check OPENAI_BASE_URL (it often ends in /v1).")
        if model in names:
            return Finding("good", role.what, f"{self.host} takes the key and knows {model}.")
        # Not every endpoint lists all that it knows: what it says of this one counts.
        named = await self._get(f"/models/{quote(model, safe='')}")
        if named.status_code == 200:
            return Finding("good", role.what, f"{self.host} takes the key and knows {model}.")
        if names or _code_in(named) == "model_not_found":
            return Finding("broken", role.what, self._unknown(model, names, role))
        return Finding("open", role.what, f"{self.host} answers but lists no models.")

    def check_clock(self, clock: Clock) -> list[Finding]:
        """Return whether this machine's clock agrees with the endpoint's, where that one told the time."""
        try:
            theirs: datetime = parsedate_to_datetime(self._date or "")
            off = (clock() - theirs).total_seconds()
        except (TypeError, ValueError):
            return []
        if abs(off) <= CLOCK_SECONDS:
            return [Finding("good", "clock", f"It agrees with {self.host}.")]
        way = "ahead of" if off > 0 else "behind"
        return [Finding("broken", "clock", f"It is {abs(off):,.0f} s {way} {self.host}: set it (NTP does it for you).")]

    async def _get(self, path: str) -> httpx2.Response:
        response = await self._http.get(f"{self._base}{path}", headers=self._headers)
        self._date = response.headers.get("date") or self._date
        return response

    def _refusal(self, response: httpx2.Response) -> Finding | None:
        status = response.status_code
        if status in (401, 403):
            return _broken(f"{self.host} refused the key ({status}): check OPENAI_API_KEY.")
        if status in (200, *_NOT_LISTED):
            return None
        if status == 429:
            return _broken(f"{self.host} lets this key ask no more (429): wait, or top its account up.")
        return _broken(f"{self.host} answered with status {status}: check OPENAI_BASE_URL, or try again in a while.")

    def _unknown(self, model: str, names: set[str], role: _Role) -> str:
        near = get_close_matches(model, sorted(names), n=3, cutoff=0.5)
        other = f"one that it knows, such as {' or '.join(near)}" if near else f"one of the {len(names)} that it knows"
        return f"{self.host} does not know {model}: set {role.variable} to {other if names else 'one that it knows'}."


def _broken(sentence: str) -> Finding:
    return Finding("broken", "model", sentence)


def _unreachable(host: str, exc: Exception) -> str:
    if "certificate" in str(exc).lower():
        return f"{host} shows a certificate that is not accepted here: check this machine's clock and OPENAI_BASE_URL."
    return f"{host} cannot be reached ({type(exc).__name__}): check OPENAI_BASE_URL and the network."


def _names_in(response: httpx2.Response) -> set[str] | None:
    try:
        listed: Any = response.json()["data"]
        return {str(entry["id"]) for entry in listed}
    except (ValueError, KeyError, TypeError):
        return None


def _code_in(response: httpx2.Response) -> str | None:
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return None
