"""Telegram as a platform."""

import os

# The library warns with each 429 of how it tells the wait unless it is told to use the new way.
os.environ.setdefault("PTB_TIMEDELTA", "true")
