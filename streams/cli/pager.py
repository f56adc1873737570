"""Run `il2watch pager`: read the alerts and page people, until somebody acknowledges."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.options import broker_of, connection
from streams.config import site
from streams.errors import UsageError
from streams.service.exit_codes import DONE
from streams.service.lifecycle import until_running
from streams.service.logs import log_to_stderr

if TYPE_CHECKING:
    from streams.kafka.settings import Broker
    from streams.pager.service.config import Configured
    from streams.pager.service.process import PagerOptions


DESCRIPTION = """\
Reads alerts and commands from Kafka and pages people along the routes of the configuration's
[pager] table. Every page is written to Kafka before it is sent, so that a pager killed at any
moment and started again loses none. Start as many as are wanted; they share the patients.

With --shadow, or shadow in that table, everything is decided and nothing is sent: each page is
written to il2.pages with its text and receiver, and the board shows whom it would have paged. Out of
shadow nobody is paged for what was open before; --open lists that.

For trials, --to names one receiver for all clinical pages; its secret is taken from the variable
IL2WATCH_PAGER_KEY.

Exit: 0 stopped by a signal, 1 a record could not be processed, 2 the configuration is wrong, 3 no
broker, or no progress, for as long as --patience; a supervisor should start it again after 1 and
3, not after 2."""
EXAMPLE = """\
  il2watch pager --config site.toml
  il2watch pager --config site.toml --shadow
  il2watch pager --open
  il2watch pager --to terminal
  IL2WATCH_PAGER_KEY=... il2watch pager --to pagerduty
  IL2WATCH_PAGER_KEY=... il2watch pager --to webhook=https://calls.ward.example/il2"""


def parser() -> options.Parser:
    command = options.parser("pager", DESCRIPTION, EXAMPLE)
    connection(command)
    command.add_argument(
        "--to",
        metavar="KIND[=URL]",
        help="page this receiver instead of the configuration's: terminal, pagerduty, webhook=URL, ...",
    )
    command.add_argument(
        "--shadow",
        action="store_true",
        help="decide every page and send none, whatever the configuration says",
    )
    command.add_argument(
        "--open",
        action="store_true",
        help="print what is open in the outbox, a JSON object a line, with how it was paged; then end",
    )
    command.add_argument(
        "--clock",
        choices=("wall", "log"),
        default="wall",
        help="what escalation and silences go by; log: the records' times, for replays; default: wall",
    )
    command.add_argument(
        "--state-dir",
        metavar="DIR",
        type=Path,
        default=Path("il2watch-state"),
        help="working folder; the outbox is in Kafka",
    )
    options.supervised(command, 9109)
    command.add_argument(
        "--rebuild",
        action="store_true",
        help=(
            "forget the outbox and make it anew from the alerts and commands, as far back as they reach; all "
            "pagers of the group must be stopped"
        ),
    )
    command.add_argument(
        "--id",
        default="il2watch-pager",
        help="consumer group and name of the outbox; default: il2watch-pager",
    )
    return command


@until_running()
def main(arguments: list[str]) -> int:
    """Run until told to stop."""
    chosen = parser().parse_args(arguments)
    if chosen.open:
        return print_open(broker_of(chosen), chosen.id)
    log_to_stderr()
    pager_options = settings(chosen)
    from streams.pager.service.process import serve
    from streams.service.process import run_to_end

    run_to_end(serve(pager_options))


def settings(chosen: argparse.Namespace) -> PagerOptions:
    """Return the options that the arguments name. Raises UsageError."""
    configured = trial(chosen.to) if chosen.to else load_config(chosen.config)
    if chosen.shadow:
        from msgspec import structs

        configured = configured._replace(paging=structs.replace(configured.paging, shadow=True))
    broker = broker_of(chosen)
    from streams.pager.service.process import PagerOptions
    from streams.service.lifecycle import wall

    return PagerOptions(
        broker=broker,
        configured=configured,
        state=options.folder(chosen.state_dir),
        wall=wall if chosen.clock == "wall" else None,
        listen=chosen.listen,
        port=chosen.metrics_port,
        patience=chosen.patience,
        session=chosen.session_timeout,
        name=chosen.id,
        rebuild=chosen.rebuild,
    )


def print_open(broker: Broker, name: str) -> int:
    """Print the open alerts of an outbox, the most severe first. Raises UsageError."""
    import msgspec

    from streams.pager.delivery.open_alerts import open_alerts

    for one in open_alerts(broker, name):
        print(msgspec.json.encode(one).decode())
    return DONE


def load_config(path: str | None) -> Configured:
    """Return the pager's part of the configuration. Raises UsageError."""
    from streams.pager.service.config import load

    named = path or os.environ.get(site.CONFIG)
    if not named:
        raise UsageError(
            "no configuration: --config or IL2WATCH_CONFIG names the file with the [pager] table; for a "
            "try: il2watch pager --to terminal"
        )
    return load(site.text(named), named)


def trial(to: str) -> Configured:
    """Return a configuration that sends all clinical pages to one receiver. Raises UsageError."""
    from streams.pager.service.single_receiver import configured

    return configured(to)
