"""Every setting, in one place: nothing else in PrepMate reads the environment."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from bot.errors import SettingsError
from store.documents.own import AttachmentKind
from store.faults import Faults, Guard

TELEGRAM_URL: Final = "https://api.telegram.org"
WEBHOOK_PORT: Final = 8080
"""Where the HTTP listener stands in webhook mode unless a port is set."""
_NEVER_FROM_A_FILE = frozenset({"prepmate_crash_at", "crash_at", "prepmate_broken_guard", "broken_guard"})

_CODE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ACCOUNT = re.compile(r"(?:terminal|discord|telegram|web|probe):\S{1,200}")


class _DotEnvFile(DotEnvSettingsSource):
    """The `.env` file, without what may only be set on purpose for one process."""

    def __call__(self) -> dict[str, Any]:
        return {name: value for name, value in super().__call__().items() if name.lower() not in _NEVER_FROM_A_FILE}


class Settings(BaseSettings):
    """What can be set, by environment variable or in a `.env` file of the working directory.

    Raises: SettingsError (through `read_settings`) naming the variable, never a secret's value.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default=Path("~/.local/share/prepmate"), alias="PREPMATE_DATA_DIR")
    mongodb_uri: SecretStr | None = Field(default=None, alias="MONGODB_URI")
    mongodb_database: str = Field(
        default="prepmate", alias="MONGODB_DATABASE", min_length=1, max_length=63, pattern=r"^[\w-]+$"
    )
    mongod_bin: str | None = Field(default=None, alias="MONGOD_BIN")
    path: str | None = Field(default=None, alias="PATH", repr=False)

    openai_api_key: SecretStr | None = Field(default=None, alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, alias="OPENAI_BASE_URL", pattern=r"^https?://")
    openai_model: str = Field(default="gpt-5-mini", alias="OPENAI_MODEL", min_length=1)
    openai_timeout: float = Field(default=60.0, alias="OPENAI_TIMEOUT", gt=0, le=600)
    openai_transcription_model: str | None = Field(default=None, alias="OPENAI_TRANSCRIPTION_MODEL", max_length=200)
    openai_vision_model: str | None = Field(default=None, alias="OPENAI_VISION_MODEL", max_length=200)

    telegram_bot_token: SecretStr | None = Field(default=None, alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: str = Field(default=TELEGRAM_URL, alias="TELEGRAM_API_URL", pattern=r"^https?://")
    telegram_webhook_secret: SecretStr | None = Field(default=None, alias="TELEGRAM_WEBHOOK_SECRET")
    webhook_url: str | None = Field(default=None, alias="PREPMATE_WEBHOOK_URL", pattern=r"^https?://[^/\s?#]+[^\s?#]*$")
    http_host: str = Field(default="127.0.0.1", alias="PREPMATE_HTTP_HOST", min_length=1)
    http_port: int | None = Field(default=None, alias="PREPMATE_HTTP_PORT", ge=1, le=65535)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", alias="PREPMATE_LOG_LEVEL")
    no_color: bool = Field(default=False, alias="NO_COLOR")

    lease_seconds: float = Field(default=3.0, alias="PREPMATE_LEASE_SECONDS", gt=0.1, le=600)
    turn_seconds: float = Field(default=180.0, alias="PREPMATE_TURN_SECONDS", gt=0, le=3600)

    access: Literal["open", "invite", "list"] = Field(default="open", alias="PREPMATE_ACCESS")
    invite_codes: SecretStr = Field(default=SecretStr(""), alias="PREPMATE_INVITE_CODES")
    allowed: str | None = Field(default=None, alias="PREPMATE_ALLOWED")
    admins: str | None = Field(default=None, alias="PREPMATE_ADMINS")
    contact: str | None = Field(default=None, alias="PREPMATE_CONTACT", max_length=200)

    # Only the verifiers set these two (see store.faults), in the environment of the process that shall fail.
    crash_at: str | None = Field(default=None, alias="PREPMATE_CRASH_AT")
    broken_guard: Guard | None = Field(default=None, alias="PREPMATE_BROKEN_GUARD")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours takes its place
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there are no such files
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments count more than the environment, and that more than the file."""
        return init_settings, env_settings, _DotEnvFile(settings_cls)

    @field_validator("no_color", mode="before")
    @classmethod
    def _any_text_means_yes(cls, value: object) -> bool:
        """NO_COLOR counts as set by being there, whatever it says (no-color.org)."""
        return bool(value)

    @field_validator("openai_api_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        """A key travels in an HTTP header; what cannot is told here rather than at the first message."""
        key = value.get_secret_value().strip() if value else ""
        if not key.isascii() or any(character.isspace() or not character.isprintable() for character in key):
            raise ValueError("it holds spaces or characters that no key has; copy it again")
        return SecretStr(key) if key else None

    @field_validator("openai_transcription_model", "openai_vision_model")
    @classmethod
    def _has_a_key(cls, value: str | None, info: ValidationInfo) -> str | None:
        """What listens and looks is a model as well; without a key that would show at the first voice note only."""
        if value and info.data.get("openai_api_key") is None:
            raise ValueError("it needs an OPENAI_API_KEY, and none is set")
        return value or None

    @field_validator("invite_codes")
    @classmethod
    def _fit_a_link(cls, value: SecretStr) -> SecretStr:
        """A code travels in a link (t.me/bot?start=CODE), and a short one is guessed."""
        if not all(_CODE.fullmatch(code) for code in _items(value.get_secret_value())):
            raise ValueError("each code has 8 to 64 letters, digits, - and _; commas stand between them")
        return value

    @field_validator("allowed", "admins")
    @classmethod
    def _are_accounts(cls, value: str | None) -> str | None:
        if wrong := next((one for one in _items(value) if not _ACCOUNT.fullmatch(one)), None):
            raise ValueError(f"{wrong[:60]!r} is no account: write them as telegram:123456, with commas between them")
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _is_a_bot_s(cls, value: SecretStr | None) -> SecretStr | None:
        """A token is part of every address that is asked; what is none is told here rather than as an odd address."""
        token = value.get_secret_value().strip() if value else ""
        if token and not re.fullmatch(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,200}", token):
            raise ValueError("it does not look like 123456789:ABC…, as @BotFather gives it; copy it again")
        return SecretStr(token) if token else None

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _fits_telegram(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value.get_secret_value()):
            raise ValueError("Telegram takes letters, digits, _ and -, and it takes 16 of them to be a secret")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _is_reached_safely(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Telegram itself calls https addresses only; a server of one's own on the same network may call others."""
        if value and not value.startswith("https:") and info.data.get("telegram_api_url") == TELEGRAM_URL:
            raise ValueError("Telegram calls https addresses only")
        return value.rstrip("/") if value else None

    @model_validator(mode="after")
    def _derive_the_webhook_s_secret(self) -> Self:
        """Every replica must know the same one: without one of its own it follows from the token."""
        if self.telegram_bot_token and not self.telegram_webhook_secret:
            token = self.telegram_bot_token.get_secret_value().encode()
            derived = hmac.new(token, b"prepmate telegram webhook", hashlib.sha256).hexdigest()
            self.telegram_webhook_secret = SecretStr(derived)
        return self

    @field_validator("data_dir")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser()

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the invitation codes."""
        return _items(self.invite_codes.get_secret_value())

    @property
    def allowed_accounts(self) -> frozenset[str]:
        """Return who is let in by name, as platform:account."""
        return frozenset(_items(self.allowed))

    @property
    def admin_accounts(self) -> frozenset[str]:
        """Return who administers the service, as platform:account."""
        return frozenset(_items(self.admins))

    @property
    def senses(self) -> dict[AttachmentKind, str]:
        """Return the models that make words of what comes with a message, by the kind of it."""
        models: dict[AttachmentKind, str | None] = {
            "recording": self.openai_transcription_model,
            "picture": self.openai_vision_model,
        }
        return {kind: model for kind, model in models.items() if model and self.openai_api_key is not None}

    @property
    def faults(self) -> Faults:
        """Return what shall go wrong: nothing, unless a verifier says so."""
        return Faults(self.crash_at, frozenset({self.broken_guard} if self.broken_guard else ()))


def read_settings() -> Settings:
    """Read the environment. Raises: SettingsError, a sentence that names the variable and what is wrong with it."""
    try:
        settings = Settings()
    except ValidationError as exc:
        error = exc.errors(include_input=False, include_url=False)[0]
        name = str(error["loc"][0]) if error["loc"] else "a setting"
        reason = error["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name} cannot be used: {_begin_small(reason)}. Correct it or unset it.") from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError("The file .env in this directory cannot be read; correct or remove it.") from None
    try:
        _ = settings.faults
    except ValueError as exc:
        raise SettingsError(f"PREPMATE_CRASH_AT cannot be used: {exc}.") from None
    return settings


def _items(text: str | None) -> tuple[str, ...]:
    """Return what stands between commas."""
    return tuple(item for part in (text or "").split(",") if (item := part.strip()))


def _begin_small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
