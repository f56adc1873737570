"""Decide whether the page is live, and if not, why not. Pure: it is given observations and their times.

The page is live only while it is proven so: Kafka answers, the board has read what there is, the worker has
processed what was there some seconds ago, and the feed is not silent for longer than usual. Times are seconds
of a monotonic clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

OVER_S = 1800
BEATS = 60
LEAST_S = 5.0
TIMES = 1.5


class FeedActivity:
    """The seconds in which the feed delivered something.

    `limit`: seconds of silence after which the feed counts as dead, whatever was usual.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.beats: set[int] = set()
        self.last: float | None = None

    def beat(self, now: float) -> None:
        """Record that something arrived at `now`, seconds of any clock that runs evenly."""
        self.beats.add(int(now))
        self.last = now if self.last is None else max(self.last, now)

    def silent(self, now: float) -> float | None:
        """Return for how many seconds nothing has arrived; None when nothing ever did."""
        return None if self.last is None else max(0.0, now - self.last)

    def usual(self) -> float:
        """Return the longest silence that is no cause for concern, seconds.

        `TIMES` the longest gap between the last `BEATS` beats of the last half hour; from `LEAST_S` to
        `limit`.
        """
        newest = int(self.last or 0)
        self.beats = {beat for beat in self.beats if newest - OVER_S <= beat <= newest}
        beats = sorted(self.beats)[-BEATS:]
        if len(beats) < 2:
            return self.limit
        longest = max(after - before for before, after in pairwise(beats))
        return min(self.limit, max(LEAST_S, TIMES * longest))

    def dead(self, now: float) -> bool:
        """Return whether the silence is longer than usual."""
        silent = self.silent(now)
        return silent is not None and silent > self.usual()


Partition = tuple[str, int]
"""A topic and a partition number."""
Offsets = Mapping[Partition, int]

ANSWER_S = 5.0
BEHIND_S = 4.0
Code = Literal["broker", "loading", "starting", "board", "worker", "feed"]


class Problem(NamedTuple):
    """Why the page is not live: a code, and the reason in words."""

    code: Code
    text: str


class Liveness:
    """The latest observations.

    `feed`: when records arrived; `positions`: how far the board has read; `worked`: the worker's committed
    offsets; `workers`: how many members its consumer group has, None: unknown; `loading`: records read at the
    start, of how many; None: all.
    """

    def __init__(self, began: float, feed: FeedActivity) -> None:
        self.feed = feed
        self.answered = began
        self.ever = False
        self.ends: deque[tuple[float, Offsets]] = deque()
        self.positions: dict[Partition, int] = {}
        self.worked: dict[Partition, int] = {}
        self.workers: int | None = None
        self.loading: tuple[int, int] | None = (0, 0)

    def answer(self, now: float, ends: Offsets, worked: Offsets, workers: int | None) -> None:
        """Record an answer of Kafka: the input topics' end offsets and the worker's committed offsets."""
        self.answered, self.ever = now, True
        self.ends.append((now, ends))
        while len(self.ends) > 2 and self.ends[1][0] <= now - BEHIND_S:
            self.ends.popleft()
        self.worked.update(worked)
        self.workers = workers

    def problems(self, now: float) -> list[Problem]:
        """Return all problems, the first cause first; empty when the page is live."""
        if now - self.answered > ANSWER_S:
            return [
                Problem(
                    "broker",
                    f"Kafka has not answered for {ago(now - self.answered)}. Nothing new can be seen.",
                )
            ]
        if self.loading is not None:
            return [
                Problem(
                    "loading",
                    f"Reading what was charted: {self.loading[0]:,} of {self.loading[1]:,} records.",
                )
            ]
        found = [*self._reading(now), *self._working(now), *self._feeding(now)]
        return found if self.ever else [Problem("starting", "The board has just started."), *found]

    def _reading(self, now: float) -> list[Problem]:
        """Return the problem of a board that is behind the topics."""
        behind = self._left(now, self.positions)
        return [Problem("board", f"The board is {behind:,} records behind.")] if behind else []

    def _working(self, now: float) -> list[Problem]:
        """Return the problem of a worker that does not run or is behind."""
        if self.workers == 0:
            return [Problem("worker", "No worker is running. Nobody is judging what is charted.")]
        if behind := self._left(now, self.worked):
            return [
                Problem(
                    "worker",
                    f"The worker does not keep up or does not answer: {behind:,} records are not judged yet.",
                )
            ]
        return []

    def _left(self, now: float, done: Mapping[Partition, int]) -> int:
        """Return how many records that were there `BEHIND_S` ago are not done yet."""
        then = next((ends for when, ends in reversed(self.ends) if now - when >= BEHIND_S), None)
        return sum(max(0, end - done.get(partition, 0)) for partition, end in then.items()) if then else 0

    def _feeding(self, now: float) -> list[Problem]:
        """Return the problem of a silent feed."""
        silent = self.feed.silent(now)
        if silent is None or not self.feed.dead(now):
            return []
        return [
            Problem(
                "feed",
                (
                    f"Nothing has been charted for anybody for {ago(silent)}; usual is no more than "
                    f"{ago(self.feed.usual())}."
                ),
            )
        ]


def ago(seconds: float) -> str:
    """Write a duration: `42 s`, `3 min`, `2 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
