"""A newcomer's first week on Telegram, played: `docs/telegram.md` is its transcript."""
