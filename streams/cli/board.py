"""Run `il2watch board`: a live page of the unit and of each patient."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rules.wire.instants import HOUR
from streams.cli import options
from streams.cli.options import broker_of, connection, port, positive
from streams.errors import UsageError
from streams.service.lifecycle import until_running
from streams.service.logs import log_to_stderr

if TYPE_CHECKING:
    from streams.board.service import BoardOptions

DESCRIPTION = """\
Serves a live page of the unit: who needs attention, why, and whether the page itself is live; each
patient's flowsheet, criteria, advice and alerts; and the actions acknowledge, silence and resume. It
decides nothing: states are the worker's, numbers come from the events. It needs no database, and any
number of boards may run. On loopback any user of the machine may use it; for other addresses the
configuration's [board] table defines the users.

Exit: 0 stopped by a signal, 3 a part of it died; a supervisor should start it again after 3."""
EXAMPLE = """\
  il2watch board                                    then open http://127.0.0.1:8020/
  il2watch board --config site.toml --listen 0.0.0.0
  il2watch board --hash                             asks for a password, prints its hash"""


def parser() -> options.Parser:
    command = options.parser("board", DESCRIPTION, EXAMPLE)
    connection(command)
    command.add_argument(
        "--port", metavar="PORT", type=port, default=8020, help="where it is served; default: 8020"
    )
    command.add_argument(
        "--listen",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="default: this machine alone; any other needs a login or a proxy",
    )
    command.add_argument(
        "--clock",
        choices=("wall", "log"),
        default="wall",
        help="what ages are counted by; log: the records' times, for replays",
    )
    command.add_argument(
        "--history",
        metavar="H",
        type=positive,
        default=72.0,
        help="hours of events to read for the trends; default: 72",
    )
    command.add_argument(
        "--worker-id", metavar="ID", default="il2watch", help="the worker's --id; default: il2watch"
    )
    command.add_argument(
        "--state-dir",
        metavar="DIR",
        type=Path,
        default=Path("il2watch-state"),
        help="holds the secret of sessions and addresses",
    )
    command.add_argument(
        "--metrics-port",
        metavar="PORT",
        type=port,
        default=0,
        help="health and metrics for Prometheus, without TLS or login; default: 0, none",
    )
    command.add_argument(
        "--plain-http",
        action="store_true",
        help="log in without TLS at --listen: it is reached from this machine alone, as in a container",
    )
    command.add_argument("--hash", action="store_true", help="ask for a password, print its hash, and end")
    return command


@until_running()
def main(arguments: list[str]) -> int:
    """Run until told to stop."""
    chosen = parser().parse_args(arguments)
    if chosen.hash:
        return print_hash()
    log_to_stderr()
    board_options = settings(chosen)
    from streams.board.service import serve
    from streams.service.process import run_to_end

    run_to_end(serve(board_options))


def settings(chosen: argparse.Namespace) -> BoardOptions:
    """Return the options that the arguments name. Raises UsageError."""
    from streams.board import settings as table
    from streams.board.service import BoardOptions
    from streams.config import site

    board = table.load(chosen.config)
    tls = (board.tls_certfile, board.tls_keyfile) if board.tls_certfile and board.tls_keyfile else None
    return BoardOptions(
        broker=broker_of(chosen),
        guideline=site.guideline(chosen.config),
        display=table.display_settings(board, chosen.clock == "wall"),
        auth=table.auth_settings(board),
        state=chosen.state_dir,
        listen=chosen.listen,
        port=chosen.port,
        history=round(chosen.history * HOUR),
        tls=tls,
        worker=chosen.worker_id,
        metrics_port=chosen.metrics_port,
        session_keys=table.session_keys(board),
        plain_http=chosen.plain_http,
    )


def print_hash() -> int:
    """Read a password, from the terminal twice or from standard input, and print it as it is stored.

    Raises UsageError when it is too short, or differs the second time.
    """
    from streams.board.access.users import SHORTEST, hashed

    password = ask_password() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if len(password) < SHORTEST:
        raise UsageError(f"--hash: a password has at least {SHORTEST} characters")
    print(hashed(password))
    return 0


def ask_password() -> str:
    """Return a password that was typed twice, without echo. Raises UsageError when the two differ."""
    first = getpass.getpass("password: ")
    if getpass.getpass("once more: ") != first:
        raise UsageError("--hash: the two differ")
    return first
