from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.listener import Listener, Silence
from bot.adapters.base import DeliverLater
from bot.adapters.terminal.adapter import TerminalAdapter
from bot.exports import Exports
from store.client import Database, ObjectId, connect
from store.documents.own import OutboxItem
from store.repositories.outbox import Outbox

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class Paper:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.missed: list[tuple[str, str | None]] = []
        self.torn = False

    def show(self, item: OutboxItem) -> None:
        if self.torn:
            raise BrokenPipeError(32, "Broken pipe")
        self.shown.append(item.text)

    def show_missed(self, item: OutboxItem, question: str | None) -> None:
        self.missed.append((item.text, question))

    def note(self, sentence: str) -> None:
        self.shown.append(sentence)

    def preview(self) -> Listener:
        return Silence()


@pytest.fixture
async def database(mongo_uri: str, database_name: str) -> AsyncIterator[Database]:
    """A database in which nothing is yet."""
    database = connect(mongo_uri, database_name)
    yield database
    database.close()


def session(database: Database, name: str, paper: Paper | None = None, account: str = "ada") -> TerminalAdapter:
    """A session whose leases are short."""
    return TerminalAdapter(database, paper or Paper(), account=account, session=name, lease=0.6, look=0.1)


async def leave(database: Database, address: str) -> OutboxItem:
    """Put an answer for an address into the outbox."""
    turn = ObjectId()
    item = OutboxItem(
        id=f"answer:{turn}",
        user_id=ObjectId(),
        turn_id=turn,
        platform="terminal",
        address=address,
        seq=1,
        text=f"for {address}",
        next_attempt_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    await database.collection(OutboxItem.collection).insert(item.to_mongo())
    return item


async def reached(database: Database, adapter: TerminalAdapter) -> list[str]:
    """The addresses that an adapter would serve now."""
    return await Outbox(database).due_addresses("terminal", adapter.reach(), NOW)


async def until_reached(database: Database, adapter: TerminalAdapter, address: str) -> None:
    """Wait until an adapter would serve an address."""
    async with asyncio.timeout(10):
        while address not in await reached(database, adapter):  # noqa: ASYNC110 - the database tells, not an event
            await asyncio.sleep(0.05)


async def test_a_living_sessions_answers_are_its_own(database: Database) -> None:
    """While a session lives, no other terminal of the student shows its answers."""
    first, second = session(database, "1"), session(database, "2")
    async with first.alive(adopting=True), second.alive(adopting=True):
        await asyncio.sleep(0.2)
        await leave(database, first.address)
        await asyncio.sleep(0.5)
        assert await reached(database, first) == [first.address]
        assert await reached(database, second) == []


async def test_a_dead_sessions_answers_are_adopted(database: Database) -> None:
    """What a session that ended still owes is shown by the student's next one, and by nobody else's."""
    async with session(database, "1").alive(adopting=True):
        await asyncio.sleep(0.1)
    item = await leave(database, "ada/1")
    paper = Paper()
    heir, stranger = session(database, "2", paper), session(database, "3", account="bob")
    async with heir.alive(adopting=True), stranger.alive(adopting=True):
        await until_reached(database, heir, "ada/1")
        await heir.deliver(item)
        await Outbox(database).mark_sent(item, NOW)
        assert await reached(database, stranger) == []
    assert paper.missed == [("for ada/1", None)]


async def test_an_account_that_begins_like_another_is_another(database: Database) -> None:
    """ "ad" does not adopt what belongs to "ada"."""
    await leave(database, "ada/1")
    async with session(database, "2", account="ad").alive(adopting=True) as _:
        assert await Outbox(database).waiting_addresses("terminal", "ad/") == []


async def test_an_item_is_shown_once(database: Database) -> None:
    """The same item delivered again is not shown again, and whoever waits for it is told."""
    paper = Paper()
    adapter = session(database, "1", paper)
    item = await leave(database, adapter.address)
    assert item.turn_id is not None
    waiting = asyncio.create_task(adapter.wait_for(item.turn_id, seconds=5))
    await asyncio.sleep(0)
    await adapter.deliver(item)
    await adapter.deliver(item)
    assert await waiting
    assert paper.shown == [item.text]
    assert not await adapter.wait_for(ObjectId(), seconds=0.01)


async def test_a_closed_output_keeps_the_answer(database: Database) -> None:
    """Where nobody can see the answer any more it stays to be delivered, and the session learns that it is over."""
    paper = Paper()
    paper.torn = True
    adapter = session(database, "1", paper)
    with pytest.raises(DeliverLater):
        await adapter.deliver(await leave(database, adapter.address))
    assert adapter.screen_gone.is_set()


async def test_who_is_forgotten_leaves_nothing_typed_behind(database: Database, tmp_path: Path) -> None:
    """The erasure's answer empties the terminal's history and says where saved exports stay."""
    history, exports = tmp_path / "history", Exports(database, tmp_path / "exports", lambda: NOW)
    history.write_text("zebrawood", encoding="utf-8")
    exports.folder.mkdir()
    paper = Paper()
    adapter = TerminalAdapter(database, paper, account="ada", session="1", exports=exports, history=history)
    item = await leave(database, adapter.address)
    await adapter.deliver(item)
    assert history.read_text(encoding="utf-8") == "zebrawood"
    forgotten = item.model_copy(update={"id": "answer:2", "receipts": [{"verb": "erase_me", "line": "gone"}]})
    await adapter.deliver(forgotten)
    assert history.read_text(encoding="utf-8") == ""
    assert paper.shown[-2:] == [
        "What you typed on this machine is deleted too.",
        f"The exports that you saved stay in {exports.folder}; delete them yourself.",
    ]


async def test_an_answer_that_promises_a_file_is_not_over_before_it(database: Database, tmp_path: Path) -> None:
    """Who waits for an export's answer has the file's place on the screen when the wait is over."""
    paper, exports = Paper(), Exports(database, tmp_path / "exports", lambda: NOW)
    adapter = TerminalAdapter(database, paper, account="ada", session="1", exports=exports)
    item = await leave(database, adapter.address)
    item.receipts = [{"verb": "export_me", "line": "your data"}]
    assert item.turn_id is not None
    delivering = asyncio.create_task(adapter.deliver(item))
    while not paper.shown:  # noqa: ASYNC110 - the answer is on the screen, its file is being written
        await asyncio.sleep(0)
    assert await adapter.wait_for(item.turn_id, seconds=10)
    assert paper.shown[-1].startswith(f"Saved to {exports.folder}")
    await delivering


class SlowExports(Exports):
    """Exports that are written only once `go_on` says so."""

    go_on = asyncio.Event()
    begun = 0

    async def save(self, item: OutboxItem) -> Path:
        """Wait, and name a file."""
        SlowExports.begun += 1
        await SlowExports.go_on.wait()
        return self.folder / "export.json"


async def test_a_slow_file_is_handed_over_in_the_end(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delivery that is given up before its file is there begins no second one, and is not over without it."""
    monkeypatch.setattr(SlowExports, "go_on", asyncio.Event())
    monkeypatch.setattr(SlowExports, "begun", 0)
    paper, exports = Paper(), SlowExports(database, tmp_path, lambda: NOW)
    adapter = TerminalAdapter(database, paper, account="ada", session="1", exports=exports, patience=0.2)
    item = await leave(database, adapter.address)
    item.receipts = [{"verb": "export_me", "line": "your data"}]
    assert item.turn_id is not None
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await adapter.deliver(item)
    with pytest.raises(DeliverLater):
        await adapter.deliver(item)
    assert not await adapter.wait_for(item.turn_id, seconds=0.01)
    SlowExports.go_on.set()
    await adapter.deliver(item)
    assert await adapter.wait_for(item.turn_id, seconds=1)
    assert (paper.shown, SlowExports.begun) == (
        [item.text, f"Saved to {tmp_path / 'export.json'}; only you can read it."],
        1,
    )


async def test_an_export_that_breaks_off_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a file is taken away again."""

    async def break_off(_: object) -> AsyncIterator[str]:
        yield "{"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.exports.export_pieces", break_off)
    with pytest.raises(OSError, match="No space"):
        await Exports(database, tmp_path, lambda: NOW).save(await leave(database, "ada/1"))
    assert await asyncio.to_thread(lambda: list(tmp_path.iterdir())) == []
