"""A process that uses an embedded database: `python -m tests.store.embedded_client DATA_DIR LINGER`.

Prints one JSON line when the database is open and holds it until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from store.client import connect
from store.embedded import open_embedded
from tests.mongo import mongod_program


async def main(data_dir: Path, linger: float) -> None:
    """Open, report, wait."""
    async with await open_embedded(data_dir, mongod_program(), linger=linger) as server:
        database = connect(server.uri, "shared")
        await database.collection("clients").insert({"uri": server.uri})
        print(json.dumps({"uri": server.uri, "mongod": server.mongod_pid}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        database.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
