"""The board over its own TLS: a real process, a real certificate, a client that checks it."""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from streams.board.access.users import hashed
from streams.board.service import CODES
from streams.cli.main import main
from streams.dev_broker import process_tree
from streams.dev_broker.embedded import EmbeddedBroker
from streams.kafka import ports
from streams.kafka.topic_creation import create
from tests.patience import PATIENCE_S
from tests.streams.kafka.brokers_here import had, required

WORD = "a long password"


def certificate(folder: Path, name: str, *words: str) -> None:
    """`<name>.pem` and `<name>.key`, signed by itself, for this machine. Skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.fail("CI=true, and there is no openssl") if required() else pytest.skip("no openssl here")
    asked = (
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-days",
        "2",
        "-subj",
        "/CN=board.ward",
        "-addext",
        f"subjectAltName=IP:{ports.HOST}",
    )
    command = ["openssl", *asked, "-keyout", f"{name}.key", "-out", f"{name}.pem", *(words or ("-nodes",))]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)


def site(folder: Path, certfile: str = "board.pem", keyfile: str = "board.key") -> Path:
    """A configuration with a login and TLS."""
    (folder / "users.toml").write_text(f'[users.rn-14]\npassword = "{hashed(WORD)}"\nroles = ["act"]\n')
    path = folder / "site.toml"
    keys = {"users-file": "users.toml", "tls-certfile": certfile, "tls-keyfile": keyfile}
    path.write_text("[board]\n" + "".join(f'{key} = "{folder / name}"\n' for key, name in keys.items()))
    return path


class Board(NamedTuple):
    """A running board. `metrics`: the port on which it tells of itself."""

    broker: str
    port: int
    metrics: int
    trusted: ssl.SSLContext

    def ask(
        self, method: str, path: str, cookie: str = "", **form: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers and text, over TLS; the certificate and its name are checked."""
        connection = http.client.HTTPSConnection(
            ports.HOST, self.port, context=self.trusted, timeout=PATIENCE_S
        )
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} | (
                {"Cookie": cookie} if cookie else {}
            )
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder, "board")
    with ExitStack() as stack:
        broker = had(EmbeddedBroker, stack)
        assert isinstance(broker, EmbeddedBroker)
        create(broker.settings)
        made = Board(
            broker.settings.servers,
            *ports.free(2),
            ssl.create_default_context(cafile=str(folder / "board.pem")),
        )
        places = (
            "--port",
            str(made.port),
            "--metrics-port",
            str(made.metrics),
            "--state-dir",
            str(folder / "state"),
        )
        command = [
            sys.executable,
            "-m",
            "streams",
            "board",
            "--broker",
            made.broker,
            "--config",
            str(site(folder)),
            *places,
        ]
        with (folder / "board.log").open("ab") as output:
            stack.callback(process_tree.stop, process_tree.start(command, output))
        line, log = f"the board is at https://{ports.HOST}:{made.port}/", folder / "board.log"
        # Its probe answers before it does.
        assert ports.wait_until(lambda: line in log.read_text(), PATIENCE_S), log.read_text()
        yield made


@pytest.mark.embedded
@pytest.mark.slow
def test_a_page_comes_over_tls_and_only_to_a_session_that_was_given_over_tls(board: Board) -> None:
    status, headers, page = board.ask("GET", "/login")
    assert (status, headers["Strict-Transport-Security"]) == (200, "max-age=31536000")
    assert 'type="password"' in page
    status, headers, _ = board.ask("POST", "/login", user="rn-14", password=WORD)
    cookie, *bounds = headers["Set-Cookie"].split("; ")
    assert status == 303
    assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(bounds)
    assert board.ask("GET", "/")[0] == 401
    status, _, page = board.ask("GET", "/", cookie)
    assert status == 200
    assert "rn-14" in page


@pytest.mark.embedded
@pytest.mark.slow
def test_without_tls_the_port_shows_nothing(board: Board) -> None:
    connection = http.client.HTTPConnection(ports.HOST, board.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/login")
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            connection.getresponse()
    finally:
        connection.close()


@pytest.mark.embedded
@pytest.mark.slow
def test_what_it_tells_of_itself_is_on_a_port_of_its_own_and_names_every_reason_not_to_be_live(
    board: Board,
) -> None:
    with urlopen(f"http://{ports.HOST}:{board.metrics}/metrics", timeout=PATIENCE_S) as answer:
        metrics = answer.read().decode()
    assert [code for code in CODES if f'il2_board_problem{{code="{code}"}}' not in metrics] == []
    assert "il2_build_info" in metrics
    with urlopen(f"http://{ports.HOST}:{board.metrics}/-/healthy", timeout=PATIENCE_S) as answer:
        assert answer.read() == b"ok\n"


@pytest.mark.parametrize(
    ("keyfile", "fault"),
    [("none.key", os.strerror(2)), ("other.key", "KEY_VALUES_MISMATCH"), ("locked.key", "PEM lib")],
    ids=lambda word: word.split(".")[0],
)
def test_a_certificate_that_cannot_be_used_is_one_clear_line(
    keyfile: str, fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate(tmp_path, "board")
    certificate(tmp_path, "other")
    certificate(tmp_path, "locked", "-passout", "pass:secret")
    config = site(tmp_path, keyfile=keyfile)
    assert (
        main(
            [
                "board",
                "--config",
                str(config),
                "--broker",
                "127.0.0.1:1",
                "--state-dir",
                str(tmp_path / "state"),
            ]
        )
        == 2
    )
    errors = capsys.readouterr().err
    assert errors.startswith("il2watch: [board] tls-certfile ")
    assert keyfile in errors
    assert fault in errors
    assert errors.count("\n") == 1


@pytest.mark.embedded
@pytest.mark.slow
@pytest.mark.parametrize("option", ["--port", "--metrics-port"])
def test_a_port_that_is_taken_is_one_clear_line(option: str, board: Board, tmp_path: Path) -> None:
    places = {"--port": ports.free()[0], "--metrics-port": 0} | {option: board.port}
    command = [
        sys.executable,
        "-m",
        "streams",
        "board",
        "--broker",
        board.broker,
        "--state-dir",
        str(tmp_path),
    ]
    command += [str(word) for place in places.items() for word in place]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert done.returncode == 2
    (error,) = [line for line in done.stderr.splitlines() if "the board is at" not in line]
    assert error.startswith(f"il2watch: {option} {board.port}: ")
    assert "address already in use; name another" in error.lower()
