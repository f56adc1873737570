"""Run `il2watch broker`: the embedded broker in the foreground, for trials on one machine."""

from __future__ import annotations

import sys

from streams.cli import options
from streams.errors import UsageError

DESCRIPTION = """\
Runs the embedded broker (extra `embedded`) on loopback until Ctrl-C and prints its address. It
keeps all in memory and forgets it when it stops: for demos and trials, never for a ward."""
EXAMPLE = "  il2watch broker --port 9092 &\n  export IL2WATCH_BROKER=127.0.0.1:9092"


def parser() -> options.Parser:
    command = options.parser("broker", DESCRIPTION, EXAMPLE)
    command.add_argument(
        "--port", metavar="N", type=options.fixed_port, help="port on 127.0.0.1; default: a free one"
    )
    return command


def main(arguments: list[str]) -> int:
    """Print the address once the broker answers; end with Ctrl-C or SIGTERM (exit 130).

    Raises UsageError when the broker ends by itself.
    """
    chosen = parser().parse_args(arguments)
    from streams.dev_broker.embedded import EmbeddedBroker
    from streams.service.lifecycle import until_terminated

    with until_terminated(), EmbeddedBroker(chosen.port) as broker:
        print(broker.servers, flush=True)
        print(
            "il2watch: the embedded broker is up; it forgets everything when it stops (Ctrl-C)",
            file=sys.stderr,
        )
        code = broker.wait()
    raise UsageError(f"the embedded broker ended by itself (exit {code})")
