"""Run `il2watch census`: counts of the ward's patients, as metrics."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from streams.cli import options
from streams.cli.options import broker_of, connection, probed
from streams.service.lifecycle import until_running
from streams.service.logs import log_to_stderr

if TYPE_CHECKING:
    from streams.census.service import CensusOptions

DESCRIPTION = """\
Reads the latest assessment of every patient and serves counts of patients: recommendations,
doses that wait, overdue charting. Counts of the whole ward, for the Ward dashboard; nothing of
any one patient. It keeps nothing: started again, it counts again.

Exit: 0 stopped by a signal, 3 no broker for too long; a supervisor should start it again after 3."""
EXAMPLE = (
    "  il2watch census --broker kafka-1.ward:9092 &\n  curl -s http://127.0.0.1:9111/metrics | grep "
    "il2_ward_recommendations"
)


def parser() -> options.Parser:
    command = options.parser("census", DESCRIPTION, EXAMPLE)
    connection(command)
    probed(command, 9111)
    return command


@until_running()
def main(arguments: list[str]) -> int:
    """Run until told to stop."""
    census_options = settings(parser().parse_args(arguments))
    log_to_stderr()
    from streams.census.service import serve
    from streams.service.process import run_to_end

    run_to_end(serve(census_options))


def settings(chosen: argparse.Namespace) -> CensusOptions:
    """Return the options that the arguments name. Raises UsageError."""
    from streams.census.service import CensusOptions
    from streams.config import site

    return CensusOptions(
        broker_of(chosen), site.guideline(chosen.config), chosen.listen, chosen.metrics_port, chosen.patience
    )
