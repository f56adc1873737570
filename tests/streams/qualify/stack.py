"""A feed, a worker and a pager on the embedded broker, as a site runs them, with a route marked as test."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka import ports
from streams.kafka.settings import Broker
from streams.kafka.topic_creation import create
from tests.patience import until
from tests.streams.pager.delivery.receiver import Faults, Receiver, receiving
from tests.streams.pager.process import KEY
from tests.streams.worker.process import ROOT

SITE = """
[pager]
shadow = true

[pager.channels.probe]
kind = "pagerduty"
routing-key-file = "{key}"
url = "{url}"
timeout-s = 10

[pager.channels.ward]
kind = "pagerduty"
routing-key-file = "{key}"
url = "{url}/ward"

[pager.channels.machine]
kind = "terminal"

[[pager.routes]]
name = "ward"
ladder = [{{ channels = ["ward"] }}]

[[pager.routes]]
name = "test"
test = true
ladder = [{{ channels = ["probe"] }}]

[[pager.system-routes]]
name = "machine"
ladder = [{{ channels = ["machine"] }}]

[feeds.laboratory]
kind = "mllp"
listen = "127.0.0.1:{port}"
patient = {{ authorities = ["WARD"] }}
"""


class Stack(NamedTuple):
    """What runs. `services`: where worker, pager and feed serve their metrics."""

    broker: Broker
    receiver: Receiver
    config: Path
    services: tuple[str, str, str]
    folder: Path


class Service:
    """`il2watch NAME` as a process; ended with the context."""

    def __init__(self, folder: Path, name: str, *options: str, **environ: str) -> None:
        self.log, self.port = folder / f"{name}-{os.urandom(2).hex()}.log", ports.free(1)[0]
        given = ["--metrics-port", str(self.port), *options]
        if name in ("worker", "pager"):
            given += ["--state-dir", str(self.log.with_suffix(""))]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams", *name.split(), *given],
                cwd=ROOT,
                env=os.environ | environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def until_at_work(self) -> None:
        assert until(lambda: "at work on" in self.log.read_text()), self.log.read_text()

    def until_it_answers(self) -> None:
        assert until(lambda: ports.open_at("127.0.0.1", self.port)), self.log.read_text()

    def until_ready(self) -> None:
        assert until(self._ready), self.log.read_text()

    def _ready(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"http://{self.address}/-/ready").status == 200)
        except OSError:
            return False


@contextlib.contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    """Run all of it; the pager in shadow, as before a ward goes live."""
    config = folder / "site.toml"
    with EmbeddedBroker() as broker, receiving(seed=1, faults=Faults()) as receiver:
        create(broker.settings)
        config.write_text(SITE.format(key=KEY, url=receiver.url, port=ports.free(1)[0]))
        given = ("--broker", broker.servers, "--config", str(config))
        member = (*given, "--session-timeout", "6")
        with (
            Service(folder, "worker", *member) as worker,
            Service(folder, "pager", *member) as pager,
            Service(folder, "feed hl7", *given, "--no-idempotence") as feed,
        ):
            worker.until_at_work()
            pager.until_at_work()
            feed.until_ready()
            yield Stack(
                broker.settings, receiver, config, (worker.address, pager.address, feed.address), folder
            )
