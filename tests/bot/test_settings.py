from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.logs import Secrets
from bot.settings import Settings, read_settings

KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Settings.model_fields.values():
        if field.alias and field.alias != "PATH":
            monkeypatch.delenv(field.alias, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty environment gives settings with which everything works: embedded database, offline coach."""
    settings = read_settings()
    assert settings.openai_api_key is None
    assert settings.mongodb_uri is None
    assert settings.data_dir.is_absolute()
    assert settings.faults.stands("fence")


def test_a_key_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither repr nor str of the settings holds the key, which loses the spaces around it."""
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")
    settings = read_settings()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY
    assert KEY not in repr(settings) + str(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", f"{KEY} {KEY}"),
        ("OPENAI_API_KEY", f"{KEY}é"),
        ("OPENAI_BASE_URL", f"ftp://user:{KEY}@host"),
        ("OPENAI_TIMEOUT", "-1"),
        ("OPENAI_TRANSCRIPTION_MODEL", "whisper-1"),
        ("OPENAI_VISION_MODEL", "gpt-5-mini"),
        ("MONGODB_DATABASE", "a b"),
        ("PREPMATE_LEASE_SECONDS", "soon"),
        ("PREPMATE_LOG_LEVEL", "LOUD"),
        ("PREPMATE_CRASH_AT", "nowhere"),
        ("PREPMATE_BROKEN_GUARD", "all"),
        ("PREPMATE_ACCESS", "friends"),
        ("PREPMATE_INVITE_CODES", "long-enough,short"),
        ("PREPMATE_INVITE_CODES", "with a space in it"),
        ("PREPMATE_ADMINS", "123456"),
        ("PREPMATE_ALLOWED", "telegram:1, somebody"),
        ("TELEGRAM_BOT_TOKEN", f"123:{KEY}/x"),
        ("TELEGRAM_WEBHOOK_SECRET", f"{KEY}+"),
        ("PREPMATE_WEBHOOK_URL", "http://bot.example"),
        ("PREPMATE_HTTP_PORT", "70000"),
    ],
)
def test_a_bad_value_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A value that cannot be used is refused in one line that names the variable and does not repeat a secret."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    sentence = str(caught.value)
    assert name in sentence
    assert "\n" not in sentence
    assert KEY not in sentence


def test_a_dotenv_file_counts_less_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`.env` in the working directory is read, and a variable of the environment wins over it."""
    Path(".env").write_text("OPENAI_MODEL=from-file\nMONGODB_DATABASE=from_file\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("OPENAI_MODEL", "from-environment")
    settings = read_settings()
    assert (settings.openai_model, settings.mongodb_database) == ("from-environment", "from_file")


def test_nothing_is_broken_by_a_dotenv_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Crash points and guards are taken from the environment of the process alone, whatever the file calls them."""
    lines = [
        "PREPMATE_CRASH_AT=model.after",
        "crash_at=model.after",
        "PREPMATE_BROKEN_GUARD=fence",
        "broken_guard=fence",
    ]
    Path(".env").write_text("\n".join([*lines, "OPENAI_MODEL=from-file"]))
    settings = read_settings()
    assert (settings.crash_at, settings.broken_guard, settings.openai_model) == (None, None, "from-file")
    monkeypatch.setenv("PREPMATE_CRASH_AT", "model.before")
    monkeypatch.setenv("PREPMATE_BROKEN_GUARD", "journal")
    assert (read_settings().crash_at, read_settings().broken_guard) == ("model.before", "journal")


def test_a_dotenv_file_that_is_no_text_is_named() -> None:
    """A `.env` file that cannot be read is what the sentence is about."""
    Path(".env").write_bytes(b"OPENAI_MODEL=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env"):
        read_settings()


def test_no_color_counts_by_being_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR=0 means no colour as well (no-color.org)."""
    monkeypatch.setenv("NO_COLOR", "0")
    assert read_settings().no_color


def test_the_webhook_s_secret_follows_from_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one of its own every replica derives the same secret from the token, and neither ever shows."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " 123:abc-DEF_4\n")
    settings = read_settings()
    assert settings.telegram_bot_token
    assert settings.telegram_webhook_secret
    token, secret = settings.telegram_bot_token.get_secret_value(), settings.telegram_webhook_secret.get_secret_value()
    assert token == "123:abc-DEF_4"
    assert len(secret) == 64
    again = read_settings().telegram_webhook_secret
    assert again
    assert again.get_secret_value() == secret
    hidden = Secrets.of(settings).hide(f"https://api/bot{token}/getMe {secret} {settings!r}")
    assert token not in hidden
    assert secret not in hidden


def test_accounts_and_codes_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of accounts and codes are taken apart, and the codes never show."""
    monkeypatch.setenv("PREPMATE_INVITE_CODES", "open-sesame, let_me_in ,")
    monkeypatch.setenv("PREPMATE_ADMINS", "telegram:123456,discord:9")
    settings = read_settings()
    assert settings.codes == ("open-sesame", "let_me_in")
    assert settings.admin_accounts == {"telegram:123456", "discord:9"}
    assert settings.allowed_accounts == frozenset()
    assert "open-sesame" not in repr(settings)
