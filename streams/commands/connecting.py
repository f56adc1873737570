"""Which broker a command speaks to: its options, and what they come to."""

from __future__ import annotations

import argparse

from streams.broker.settings import Broker, add_broker_option, broker
from streams.commands import options


def connection(command: options.Parser) -> None:
    """The options that say which broker."""
    add_broker_option(command)
    options.config(command)


def broker_of(chosen: argparse.Namespace) -> Broker:
    """The broker that `--broker`, the configuration (`--config`, else IL2WATCH_CONFIG) or IL2WATCH_BROKER names. Raises UsageError."""
    from streams.broker.table import read

    return broker(chosen.broker, read(chosen.config))
