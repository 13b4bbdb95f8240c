"""How the library's requests go over the wire: through aiohttp, which costs a third of what its own client does.

At 30 messages a second, each a placeholder and an edit, that is most of what the sending costs: the library's own
client asks every idle connection with three system calls, before and after each request, whether it still stands.
"""

from __future__ import annotations

from typing import Any, Final

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS: Final = 10.0
UPLOAD_SECONDS: Final = 60.0
"""How much longer a request with a file may take."""
MOST_BYTES: Final = 32 * 2**20
"""Of an answer; a hundred updates have some hundred thousand, a file that Telegram gives out at most 20 MB."""
_IDLE_SECONDS: Final = 20.0


class HttpRequest(BaseRequest):
    """Requests of at most `at_once` connections, each answered within `seconds`; the environment names a proxy."""

    def __init__(self, at_once: int, seconds: float) -> None:
        self._at_once, self._seconds = at_once, seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Return how long an answer is waited for."""
        return self._seconds

    async def initialize(self) -> None:
        """Open the connections, where they are not open."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._at_once, keepalive_timeout=_IDLE_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector, trust_env=True, headers={"User-Agent": self.USER_AGENT}
            )

    async def shutdown(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002  # the library's signature
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Return status and body. Raises: TimedOut, NetworkError."""
        if self._session is None or self._session.closed:
            raise NetworkError("the connections to Telegram are closed")
        seconds = read_timeout if isinstance(read_timeout, int | float) else self._seconds
        if request_data is not None and request_data.contains_files:
            seconds += UPLOAD_SECONDS
        timeout = aiohttp.ClientTimeout(total=seconds + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.request(method, url, data=_body(request_data), timeout=timeout) as answer:
                return answer.status, await _read(answer)
        except TimeoutError as exc:
            raise TimedOut from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise NetworkError(f"{type(exc).__name__}: {exc}") from exc


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """Return the whole body. Raises: NetworkError where it has no end."""
    parts, size = list[bytes](), 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > MOST_BYTES:
            raise NetworkError("the answer is too large")
        parts.append(part)
    return b"".join(parts)


def _body(data: RequestData | None) -> Any:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
