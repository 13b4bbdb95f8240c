"""`python -m tests.fakes.openai --port N [--latency-ms N] [--script FILE]`: the fake as a process of its own."""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from tests.fakes.openai.script import parse_script
from tests.fakes.openai.server import MODELS, FakeOpenAI


def main() -> None:
    """Serve until SIGTERM or Ctrl-C, after one JSON line on standard output that names the port."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.openai", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="waited before every answer")
    parser.add_argument("--script", type=Path, help="JSON file of rules")
    parser.add_argument("--key", default="sk-test", help="the API key it accepts")
    parser.add_argument("--model", action="append", help="a model it knows, the first being the default")
    options = parser.parse_args()
    try:
        rules = parse_script(options.script.read_text(encoding="utf-8")) if options.script else []
    except (OSError, ValueError) as exc:
        parser.error(f"cannot use {options.script}: {exc}")
    fake = FakeOpenAI(
        key=options.key,
        models=tuple(options.model or MODELS),
        port=options.port,
        latency_s=options.latency_ms / 1000,
        rules=tuple(rules),
    )
    asyncio.run(_serve(fake))


async def _serve(fake: FakeOpenAI) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with fake:
        ready = {"ready": True, "port": fake.port, "url": fake.url, "key": fake.key, "model": fake.model}
        print(json.dumps(ready), flush=True)
        await stopped.wait()


if __name__ == "__main__":
    main()
