"""A real Prometheus and a real Alertmanager on loopback, and a receiver behind them.

Debian: `prometheus`, `prometheus-alertmanager`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from streams.dev_broker import process_tree
from streams.kafka.ports import HOST, free, wait_until
from tests.patience import PATIENCE_S


def program(*names: str) -> str:
    """The first of these that is installed; skips without, or fails under `CI=true`."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing = f"no {names[0]} here: apt-get install prometheus prometheus-alertmanager"
        pytest.fail(f"CI=true, and {missing}", pytrace=False) if os.environ.get(
            "CI"
        ) == "true" else pytest.skip(missing)
    return found


def run(*command: str) -> str:
    """What a tool says. Fails the test with it when it is not content."""
    done = subprocess.run([program(command[0]), *command[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def asked(url: str) -> Any:
    """The JSON, or the text, at an address; None while it does not answer."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            body = answer.read().decode()
            return json.loads(body) if answer.headers.get_content_type() == "application/json" else body
    except OSError:
        return None


@contextmanager
def server(folder: Path, ready: str, *command: str) -> Iterator[None]:
    """A program that runs until the block ends; `ready` answers once it does."""
    with (folder / "log").open("ab") as log:
        process = process_tree.start(command, log)
    try:
        wait_until(lambda: asked(ready) is not None or process.poll() is not None, PATIENCE_S)
        assert asked(ready) is not None, (folder / "log").read_text(errors="replace")
        yield
    finally:
        process_tree.stop(process)


class Prometheus(NamedTuple):
    """A running Prometheus."""

    url: str

    def get(self, what: str, **parameters: object) -> Any:
        """The `data` of an answer of its API. Raises OSError for what it refuses."""
        with urllib.request.urlopen(
            f"{self.url}/api/v1/{what}?{urlencode(parameters)}", timeout=60
        ) as answer:
            return json.loads(answer.read())["data"]

    def at(self, expression: str, moment: float) -> list[dict[str, Any]]:
        """Each series' value then."""
        found: list[dict[str, Any]] = self.get("query", query=expression, time=moment)["result"]
        return found

    def over(self, expression: str, first: float, last: float, step: float) -> list[dict[str, Any]]:
        """Each series' values from then to then."""
        found: list[dict[str, Any]] = self.get(
            "query_range", query=expression, start=first, end=last, step=step
        )["result"]
        return found


@contextmanager
def prometheus(folder: Path, config: str) -> Iterator[Prometheus]:
    """One that keeps its data in `folder`/data; data of any date stays."""
    (folder / "prometheus.yml").write_text(config, encoding="utf-8")
    address = f"{HOST}:{free()[0]}"
    options = [
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    # What it says before it has found its Alertmanager is lost, and said again after this delay: a minute
    # unless set.
    kept = ["--storage.tsdb.retention.time=100y", "--rules.alert.resend-delay=1s"]
    with server(folder, f"http://{address}/-/ready", program("prometheus"), *options, *kept):
        yield Prometheus(f"http://{address}")


@contextmanager
def alertmanager(folder: Path, config: str) -> Iterator[str]:
    """One that stands alone; its address."""
    (folder / "alertmanager.yml").write_text(config, encoding="utf-8")
    address = f"{HOST}:{free()[0]}"
    options = [
        f"--config.file={folder / 'alertmanager.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    found = program("prometheus-alertmanager", "alertmanager")
    with server(folder, f"http://{address}/-/ready", found, *options, "--cluster.listen-address="):
        yield address


class Receiver:
    """Keeps what was posted to it: (path, body). Answers 503 at the paths that are `away`."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.away: set[str] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not (away := self.path in receiver.away):
                    receiver.posted.append((self.path, json.loads(body)))
                self.send_response(503 if away else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_port}"

    def received(self, path: str, status: str) -> list[dict[str, str]]:
        """The labels of every alert that arrived there with this status."""
        return [
            alert["labels"]
            for at, body in list(self.posted)
            if at == path
            for alert in body["alerts"]
            if alert["status"] == status
        ]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()
