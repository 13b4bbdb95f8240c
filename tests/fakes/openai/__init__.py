"""An OpenAI-compatible server over real HTTP that enforces the real rules and keeps its own bill.

In a test: `async with FakeOpenAI() as fake:` and then `fake.url`, `fake.key`, `fake.model`, `fake.ledger`,
`fake.requests`, `fake.script(Rule(...), ...)`. As a process: `python -m tests.fakes.openai --port 0`.
"""

from tests.fakes.openai.ledger import Ledger, Row
from tests.fakes.openai.script import Call, Fault, Reply, Rule, Script
from tests.fakes.openai.server import FakeOpenAI

__all__ = ["Call", "FakeOpenAI", "Fault", "Ledger", "Reply", "Row", "Rule", "Script"]
