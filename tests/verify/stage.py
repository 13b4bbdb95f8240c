"""The stage of an attack: a real mongod, a fake model endpoint, a fake chat platform, and replicas to be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from store.client import Database, connect
from store.embedded import EmbeddedServer, open_embedded
from tests.fakes.openai import FakeOpenAI
from tests.fakes.platform import FakePlatform
from tests.mongo import mongod_program

DATABASE = "attack"
READY_SECONDS = 120.0


@dataclass
class Replica:
    """One process of the service: what Python is to run, and `env`, what it is started with."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self, *, gate: bool = False) -> None:
        """Start the process without waiting for it to be ready; behind a gate it waits before it opens anything."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.command,
                *(["--gate"] if gate else []),
                env=self.env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )

    async def ready(self) -> None:
        """Wait until the process takes messages. Raises: RuntimeError when it ends instead."""
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} was not started")
        line = await asyncio.wait_for(self.process.stdout.readline(), READY_SECONDS)
        if line.strip() != b"ready":
            raise RuntimeError(f"{self.name} did not start; see {self.log}")

    async def open_gate(self) -> None:
        """Let a process that was started behind a gate go on, and wait until it is ready."""
        if self.process is None or self.process.stdin is None:
            raise RuntimeError(f"{self.name} was not started")
        self.process.stdin.write(b"go\n")
        await self.ready()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, if it lives."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(number)

    async def ended(self, seconds: float) -> bool:
        """Wait until the process has ended by itself; return False when it has not after `seconds`."""
        if self.process is None:
            return True
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def frozen(self, seconds: float) -> bool:
        """Wait until the process is stopped (SIGSTOP); return False when it is not after `seconds`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while loop.time() < deadline:
            if self.process and _state(self.process.pid) == "T":
                return True
            await asyncio.sleep(0.02)
        return False

    async def end(self) -> None:
        """End the process for good."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        await self.ended(10)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


@dataclass
class Stage:
    """Everything that takes part, and the database to look into."""

    server: EmbeddedServer
    openai: FakeOpenAI
    platform: FakePlatform
    database: Database
    directory: Path
    env: dict[str, str]
    replicas: list[Replica] = field(default_factory=list)

    def replica(self, name: str, **env: str) -> Replica:
        """Return a new replica, not yet started."""
        command = ("-m", "tests.verify.service", "--platform", self.platform.url)
        made = Replica(name, command, {**self.env, **env}, self.directory / f"{name}.log")
        self.replicas.append(made)
        return made

    def kill_mongod(self) -> None:
        """End mongod with SIGKILL; its keeper starts it again."""
        if pid := self.server.mongod_pid:
            os.kill(pid, signal.SIGKILL)


def service_env(directory: Path, uri: str) -> dict[str, str]:
    """Return what a process of the service needs to run on the stage's database, whatever else it is given."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PREPMATE_DATA_DIR": str(directory / "service"),
        "MONGODB_URI": uri,
        "MONGODB_DATABASE": DATABASE,
    }


@asynccontextmanager
async def set_stage(directory: Path, *, broken_guard: str | None = None) -> AsyncIterator[Stage]:
    """Set everything up in `directory` and take it down again."""
    async with AsyncExitStack() as stack:
        server = await open_embedded(directory / "data", mongod_program(), linger=0.2)
        await stack.enter_async_context(server)
        openai = await stack.enter_async_context(FakeOpenAI())
        platform = await stack.enter_async_context(FakePlatform())
        database = connect(server.uri, DATABASE)
        stack.callback(database.close)
        env = {
            **service_env(directory, server.uri),
            "OPENAI_API_KEY": openai.key,
            "OPENAI_BASE_URL": openai.url,
            "OPENAI_MODEL": openai.model,
        }
        if broken_guard:
            env["PREPMATE_BROKEN_GUARD"] = broken_guard
        stage = Stage(server, openai, platform, database, directory, env)
        try:
            yield stage
        finally:
            await asyncio.gather(*(replica.end() for replica in stage.replicas))
