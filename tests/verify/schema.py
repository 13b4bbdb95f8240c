"""Does the store keep the data contract? Parses the contract's text and compares it with documents and database.

`python -m tests.verify schema FILE [--uri URI]`. Without a URI an embedded server is started for the occasion; with
one, a database of its own name is created there and dropped. Prints what was compared and every difference; exits 1
if there is one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from store.client import connect
from store.documents import ALL, CONTRACT
from store.embedded import open_embedded
from store.errors import StoreError
from store.indexes import ensure_indexes
from tests.mongo import mongod_program
from tests.verify.contract.compare import Comparison, compare, compare_live
from tests.verify.contract.parse import ContractError, parse_contract
from tests.verify.contract.shape import CollectionShape

_STOP_SECONDS = 10.0


def main(argv: list[str]) -> int:
    """Verify the contract in the file; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.verify schema", description=__doc__)
    parser.add_argument("file", type=Path, help="the contract, a Markdown file")
    parser.add_argument("--uri", help="a MongoDB replica set to use instead of an embedded server")
    options = parser.parse_args(argv)
    try:
        contract = parse_contract(options.file.read_text(encoding="utf-8"))
        if not contract:
            print(f"{options.file} describes no collection; is it the contract?")
            return 1
        result = asyncio.run(_verify(contract, options.uri))
    except (OSError, ContractError, StoreError) as exc:
        print(f"cannot verify: {exc}")
        return 1
    print("compared: " + ", ".join(f"{count} {sort}" for sort, count in sorted(result.counts.items())))
    for difference in result.differences:
        print(f"- {difference}")
    print(f"differences: {len(result.differences) or 'none'}")
    return 1 if result.differences else 0


async def _verify(contract: list[CollectionShape], uri: str | None) -> Comparison:
    static = compare(contract, CONTRACT)
    async with _server(uri) as address:
        database = connect(address, f"prepmate_verify_{os.getpid()}")
        try:
            report = await ensure_indexes(database, ALL)
            live = await compare_live(contract, CONTRACT, database)
        finally:
            await database.drop()
            database.close()
    return Comparison(
        Counter(static.counts) + Counter(live.counts),
        [*static.differences, *live.differences, *(problem.sentence for problem in report.problems)],
    )


@contextlib.asynccontextmanager
async def _server(uri: str | None) -> AsyncIterator[str]:
    if uri:
        yield uri
        return
    with tempfile.TemporaryDirectory(prefix="prepmate-verify-", ignore_cleanup_errors=True) as place:
        server = await open_embedded(Path(place) / "data", mongod_program(), linger=0.0)
        async with server:
            yield server.uri
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                while server.directory.is_kept():  # noqa: ASYNC110 - its files can only be removed afterwards
                    await asyncio.sleep(0.05)
