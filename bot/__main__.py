"""The command line: `prepmate …`, or `python -m bot …`."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # imported when a command runs, so that --help answers at once
    from bot.checks.finding import Finding
    from bot.settings import Settings
    from tools.request import Request

log = logging.getLogger("bot")

TERMINATED = 128 + signal.SIGTERM
INTERRUPTED = 128 + signal.SIGINT

app = typer.Typer(
    help="PrepMate: a mentor for coding interviews that knows you and forgets nothing. Begin with: prepmate chat",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
catalogue = typer.Typer(help="The topics, problems and roadmaps that PrepMate ships.", no_args_is_help=True)
app.add_typer(catalogue, name="catalogue")


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"prepmate {metadata.version('prepmate')}")
        except metadata.PackageNotFoundError:
            typer.echo("prepmate, from a source tree that is not installed")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """PrepMate: a mentor for coding interviews that knows you and forgets nothing. Begin with: prepmate chat."""


@app.command()
def chat(
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who is talking; your login name if left out.")
    ] = None,
    once: Annotated[str | None, typer.Option(metavar="TEXT", help="Answer one message and leave.")] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print each answer as a line of JSON. A line of input is what is said, or "
            '{"text": …} or {"request": {"verb": …, "arguments": {…}}}, and may name its "user".',
        ),
    ] = False,
) -> None:
    """Talk to the mentor: in this terminal, through a pipe (each line is a message), or once."""
    _run(partial(_talk, user, once, as_json=as_json))


@app.command()
def do(
    verb: Annotated[str, typer.Argument(metavar="VERB", help="What is to be done, such as next_problem.")],
    arguments: Annotated[str, typer.Argument(metavar="JSON", help="Its arguments, as a JSON object.")] = "{}",
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Whose; your login name if left out.")] = None,
) -> None:
    """Do one thing and print what came of it as JSON. Exit status 1: it was refused, and standard error says why."""

    async def work(settings: Settings) -> int:
        from bot.errors import Refused
        from tools.errors import ToolRetry
        from tools.request import request_from

        try:
            request = request_from(f'{{"verb": {json.dumps(verb)}, "arguments": {arguments}}}')
        except ToolRetry as exc:
            raise Refused(str(exc)) from exc
        return await _talk(user, request, settings, as_json=True)

    _run(work)


async def _talk(user: str | None, once: str | Request | None, settings: Settings, *, as_json: bool) -> int:
    from bot.adapters.registry import DOORS
    from bot.adapters.terminal.names import account_of, login_name
    from bot.adapters.terminal.session import Wish
    from store.embedded import claim_directory

    name = user if user is not None else login_name()
    account = account_of(name)
    history = claim_directory(settings.data_dir).root / "history" / account
    return await DOORS["terminal"].opener()(settings, Wish(account, name.strip(), history, once, as_json))


@app.command()
def serve() -> None:
    """Answer students on every chat platform whose token is set, until it is ended (Ctrl-C, SIGTERM)."""

    async def work(settings: Settings) -> int:
        from bot.logs import Secrets
        from bot.serve import serve as run

        secrets = Secrets.of(settings)
        return await run(settings, lambda sentence: typer.echo(secrets.hide(sentence)))

    _run(work)


@app.command()
def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Only look whether the database answers.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON, one on each line.")] = False,
) -> None:
    """Say what works here, what does not, and what to do about it. Exit status 1: something does not work."""

    async def work(settings: Settings) -> int:
        from bot.doctor import examine, examine_database
        from bot.logs import Secrets

        secrets, healthy = Secrets.of(settings), True
        findings = _one(examine_database(settings)) if quick else examine(settings)
        async for finding in findings:
            typer.echo(secrets.hide(finding.json if as_json else finding.line))
            healthy = healthy and not finding.broken
        return 0 if healthy else 1

    _run(work)


async def _one(finding: Awaitable[Finding]) -> AsyncIterator[Finding]:
    yield await finding


@catalogue.command("load")
def load() -> None:
    """Load what is missing of the catalogue; what is there, edited or not, stays as it is."""

    async def work(settings: Settings) -> int:
        from bot.app import open_database, utc_now
        from store.catalogue.loader import load_catalogue

        async with open_database(settings, with_catalogue=False) as database:
            report = await load_catalogue(database, now=utc_now())
        for name, count in report.inserted.items():
            typer.echo(f"{name}: {count} added, {report.kept[name]} already there")
        return 0

    _run(work)


def _run(work: Callable[[Settings], Awaitable[int]]) -> None:
    """Run a command to its exit status; an error that a person can do something about becomes a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal's encoding must not end the conversation
    try:
        status = asyncio.run(_supervise(work))
    except KeyboardInterrupt:
        status = INTERRUPTED
    raise typer.Exit(status)


async def _supervise(work: Callable[[Settings], Awaitable[int]]) -> int:
    """End the work in order when the process is asked to end; a second request changes nothing."""
    running = asyncio.ensure_future(_tell(work))
    asked = asyncio.Event()

    def end() -> None:
        if not asked.is_set():
            asked.set()
            running.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        return await running
    except asyncio.CancelledError:
        if asked.is_set():
            return TERMINATED
        raise


async def _tell(work: Callable[[Settings], Awaitable[int]]) -> int:
    from bot.errors import BotError, SettingsError
    from bot.logs import Secrets, open_log
    from bot.settings import read_settings
    from store.errors import StoreError

    try:
        settings = read_settings()
    except SettingsError as exc:
        typer.echo(str(exc), err=True)
        return 1
    secrets, logged = Secrets.of(settings), open_log(settings)
    try:
        return await work(settings)
    except (BotError, StoreError) as exc:
        typer.echo(secrets.hide(str(exc)[:1].upper() + str(exc)[1:]), err=True)
    except BrokenPipeError:
        return 1
    except OSError as exc:
        what = exc.filename or "The output"
        typer.echo(f"{what} cannot be used ({exc.strerror}); correct that and start again.", err=True)
    except Exception as exc:
        log.exception("the command failed")
        where = f"{logged} says what" if logged else f"it is a {type(exc).__name__}"
        typer.echo(f"Something unforeseen went wrong; {where}.", err=True)
    return 1


def main() -> None:
    """Run the command line and end the process."""
    try:
        app(prog_name="prepmate")
        status: object = 0
    except SystemExit as exc:
        status = exc.code
    _leave(status if isinstance(status, int) else 1 if status else 0)


def _leave(status: int) -> None:
    """End the process at once: everything is closed by now, and taking the agents' modules apart takes a second."""
    logging.shutdown()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads the output any more
        status = status or 1
    os._exit(status)


if __name__ == "__main__":
    main()
