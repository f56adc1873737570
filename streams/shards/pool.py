"""Run work on other processors: processes of this machine, or a Dask cluster.

No scheduler of our own: both are executors of `concurrent.futures`, and a window keeps memory bounded.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import Any, TypeVar

from streams.errors import Unanswered, UsageError
from streams.service.exit_codes import version

Request = TypeVar("Request")
Result = TypeVar("Result")
Pool = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""Yields a function's results for every request, in order of the requests."""
AHEAD = 2
"""How many requests wait beside those that are worked on."""
ANSWER = "10s"


def in_process(work: Callable[[Request], Result], requests: Iterable[Request]) -> Iterator[Result]:
    """Work here, one request after another."""
    yield from map(work, requests)


def pool(jobs: int, scheduler: str | None) -> AbstractContextManager[Pool]:
    """Open the pool that the options ask for. Raises UsageError."""
    if scheduler is not None:
        return cluster(scheduler)
    return nullcontext(in_process) if jobs == 1 else processes(jobs)


@contextmanager
def processes(jobs: int) -> Iterator[Pool]:
    """Open a pool of processes; none of them outlives an interrupt or an error here, or this process.

    Raises UsageError when one was ended from outside.
    """
    others = set(active_children())
    executor = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_parent)
    try:
        yield _windowed(executor, jobs + AHEAD)
    except BaseException as error:
        for child in set(active_children()) - others:
            child.kill()
        executor.shutdown(cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise UsageError(
                "a process that shared the work was ended from outside; if memory was short, give fewer jobs"
            ) from None
        raise
    executor.shutdown()


def _end_with_parent() -> None:
    """End this process when the one that started it ends, however it does."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _windowed(executor: Executor, most: int) -> Pool:
    """Return a pool that has at most so many requests under way, and no more results waiting."""

    def run(work: Callable[[Request], Result], requests: Iterable[Request]) -> Iterator[Result]:
        waiting: deque[Future[Result]] = deque()
        for request in requests:
            if len(waiting) >= most:
                yield waiting.popleft().result()
            with _uninterrupted():
                waiting.append(executor.submit(work, request))
        while waiting:
            yield waiting.popleft().result()

    return run


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back: processes that are started meanwhile never get it, and are ended by this one."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """Open the Dask cluster of a scheduler. Raises UsageError, or Unanswered when none answers."""
    try:
        from distributed import Client
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask, which is not installed: pip install 'il2watch[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Unanswered(f"--scheduler {address}: no Dask scheduler answers there ({error})") from None
    with client:
        threads = client.nthreads()
        _same_version(client.run(version))
        yield _windowed(client.get_executor(pure=False), sum(threads.values()) + AHEAD)


def _same_version(found: dict[str, str]) -> None:
    """Check that the cluster has workers, all of them with this version. Raises UsageError."""
    other = {worker: one for worker, one in found.items() if one != version()}
    if not found:
        raise UsageError("--scheduler: the cluster has no worker; start one with: dask worker ADDRESS")
    for worker, one in other.items():
        raise UsageError(f"--scheduler: the worker {worker} has il2watch {one}, and here it is {version()}")
