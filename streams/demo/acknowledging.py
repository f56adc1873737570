"""An acknowledgement typed at the demo's screen, on its way into `il2.commands` as `il2watch ack` sends it; the screen does not wait for it."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from streams.broker.settings import Broker
from streams.demo.pages import Page
from streams.pager import send, sending

WHO = send.Who("demo", "seen on the demo's screen")


class Acknowledging:
    """A context. `fault`: why the latest could not be sent, if it could not."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="acknowledging")
        self._latest: Future[None] | None = None

    def send(self, page: Page, at: int) -> None:
        """Sends it, as of the ward's time, ms."""
        self._latest = self._pool.submit(sending.through, self.broker, send.acknowledgement(page.patient, page.alert, WHO, at))

    @property
    def fault(self) -> BaseException | None:
        return self._latest.exception() if self._latest is not None and self._latest.done() else None

    def __enter__(self) -> Acknowledging:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
