"""Count unsafe readiness: minutes in which a dose was called ready while it truly was not safe.

By latent truth: an absolute criterion or hypotension held (SpO2 <90 % is one of the absolute ones). Unsafe is
what could have been known of it: an observation that must have shown it had been charted and the criterion's
own time was over, or nothing had been seen for twice the interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from rules.wire import events
from rules.wire.instants import DAY, HOUR, MINUTE
from simulators.score.true_spans import ABSOLUTE, RELATIVE, LevelSpan, TrueCourse, at_least

HYPOTENSION: Final = "hypotension"


class Observed(NamedTuple):
    """What an observation of a criterion is, and what it takes.

    `inputs`: wire codes, `infusion`, `urine`, `stool`; `own`: ms that it must have lasted (criteria.md
    section 3), before which it is not true, and which an observation may lie before its truth; `ward`,
    `intensive`: ms between two observations (Table 1); None: charted by exception.
    """

    inputs: tuple[str, ...]
    own: int = MINUTE
    ward: int | None = None
    intensive: int | None = None


VITAL: Final = (4 * HOUR, HOUR)
LABORATORY: Final = (24 * HOUR, 12 * HOUR)
OBSERVED: Final[Mapping[str, Observed]] = MappingProxyType(
    {
        HYPOTENSION: Observed(("systolic-bp",), 5 * MINUTE, *VITAL),
        "sinus-tachycardia": Observed(("heart-rate",), 30 * MINUTE, *VITAL),
        # A device is typed in up to 10 min after it was set, a monitor's saturation at once.
        "oxygen-requirement": Observed(("spo2", "o2-device"), 15 * MINUTE, *VITAL),
        "urine-hour": Observed(("urine",), HOUR, *VITAL),
        "urine-shift": Observed(("urine",), MINUTE, *VITAL),
        "diarrhea": Observed(("stool",)),
        "phenylephrine-maximum": Observed(("infusion",)),
        # The load was charted when it was set, the dose's 8 h and more before.
        "phenylephrine-minimum": Observed(("infusion",), 24 * HOUR),
        "creatinine": Observed(("creatinine",), MINUTE, *LABORATORY),
        "platelets": Observed(("platelets",), MINUTE, *LABORATORY),
        "cardiac-enzymes": Observed(("ck-mb", "troponin-t")),
        "mental-status": Observed(("mental-status",), 2 * HOUR, 8 * HOUR, 8 * HOUR),
        "abdominal-distention": Observed(("severe-distention",)),
        "abdominal-pain": Observed(("severe-abdominal-pain",)),
        "bleeding": Observed(("frank-blood",)),
        "extremities": Observed(("extremity-paresthesias",)),
        "emotional-lability": Observed(("persistent-crying",)),
        "cognition": Observed(("cognition-failed",)),
        "pleural-effusion": Observed(("effusion-drained",)),
    }
)


def observed(code: str) -> Observed:
    """Return what an observation of a criterion is; that of most findings has the criterion's own name."""
    return OBSERVED.get(code) or Observed((code,))


@dataclass
class Danger:
    """A time in which a dose is not safe: `start`..`end`, ms. `certain`: when any observation shows it,
    whatever the noise; `seen`: since when (ms) it could be known by the first such observation.
    """

    code: str
    start: int
    end: int
    certain: list[LevelSpan]
    seen: int | None = None

    def see(self, start: int, at: int, known: int) -> None:
        """Note an observation of the time from `start` to `at` that became known at `known`."""
        own = observed(self.code).own
        if self.seen is None and any(one.start - own <= start and at < one.end for one in self.certain):
            self.seen = max(known, at + own)


@dataclass
class Unsafe:
    """Minutes of readiness: `ready` in all, `latent` while it truly was not safe, `unsafe` of them."""

    ready: float = 0.0
    latent: float = 0.0
    unsafe: float = 0.0
    by_code: dict[str, float] = field(default_factory=dict)


class ReadinessScore:
    """One patient's readiness against the truth; `saw` and `ready` are to be called in order of time."""

    def __init__(self, course: TrueCourse) -> None:
        self.course = course
        self.dangers = sorted(dangers(course), key=lambda one: one.start)
        self.unseen: dict[str, list[Danger]] = {}
        for one in self.dangers:
            for name in observed(one.code).inputs:
                self.unseen.setdefault(name, []).append(one)
        self.last: dict[str, int] = {}
        self.minutes = Unsafe()

    def saw(self, event: events.Event) -> None:
        """Note what a record shows."""
        for name, start, at in shown(event):
            if name in self.unseen:
                self.last[name] = max(at, self.last.get(name, at))
                self.see(self.unseen[name], start, at, event.known)

    def see(self, unseen: list[Danger], start: int, at: int, known: int) -> None:
        """Note an observation with the dangers it may show; those that are seen or long over are dropped."""
        for one in list(unseen):
            if one.start - observed(one.code).own > at:
                break
            one.see(start, at, known)
            if one.seen is not None or one.end + DAY < at:
                unseen.remove(one)

    def ready(self, start: int, end: int) -> None:
        """Add a time (ms) in which the readiness was `ready`."""
        held = [one for one in self.dangers if one.start < end and one.end > start]
        self.minutes.ready += (end - start) / MINUTE
        self.minutes.latent += together([(max(start, one.start), min(end, one.end)) for one in held])
        known = [
            (max(start, since), min(end, one.end), one) for one in held for since in [self.since(one, start)]
        ]
        spans = [(first, last) for first, last, _ in known if first < last]
        self.minutes.unsafe += together(spans)
        for first, last, one in known:
            if first < last:
                more = (last - first) / MINUTE
                self.minutes.by_code[one.code] = self.minutes.by_code.get(one.code, 0.0) + more

    def since(self, one: Danger, now: int) -> int:
        """Return since when it could be known, or should have been looked for; far ahead when neither."""
        if one.seen is not None:
            return max(one.start, one.seen)
        unseen = self.unseen_since(one.code, now)
        return NEVER if unseen is None else max(one.start, unseen)

    def unseen_since(self, code: str, now: int) -> int | None:
        """Return when nothing had been seen of a criterion for twice its interval (ms); None: it has none.

        The shorter interval counts from the switch of mode (criteria.md section 6).
        """
        what = observed(code)
        if what.ward is None or what.intensive is None:
            return None
        last = max(
            (self.last.get(name, self.course.start) for name in what.inputs), default=self.course.start
        )
        shorter = [
            max(last, start) + 2 * what.intensive
            for start, end in self.course.intensive
            if start <= now < end
        ]
        return min((last + 2 * what.ward, *shorter))


NEVER: Final = 1 << 62


def together(spans: list[tuple[int, int]]) -> float:
    """Return how many minutes at least one of the spans covers."""
    covered, until = 0, 0
    for start, end in sorted(spans):
        covered += max(0, end - max(start, until))
        until = max(until, end)
    return covered / MINUTE


def dangers(course: TrueCourse) -> Iterator[Danger]:
    """Yield the times in which an absolute criterion truly held, or hypotension at any level."""
    for code, spans in course.true.items():
        level = RELATIVE if code == HYPOTENSION else ABSOLUTE
        certain = at_least(course.certain.get(code, []), level)
        for one in at_least(spans, level):
            yield Danger(
                code, one.start, one.end, [c for c in certain if c.start < one.end and c.end > one.start]
            )


PLAUSIBLE: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {"heart-rate": (20, 300), "systolic-bp": (30, 260), "spo2": (40, 100)}
)
"""What else is read is an artefact and shows nothing (criteria.md section 8)."""
ANYTHING: Final = (float("-inf"), float("inf"))


def shown(event: events.Event) -> Iterator[tuple[str, int, int]]:
    """Yield what a record shows: the code, and from when to when (ms)."""
    if isinstance(event, events.Vitals):
        for code, value in event.readings:
            least, most = PLAUSIBLE.get(code, ANYTHING)
            if isinstance(value, str) or least <= value <= most:
                yield code, event.at, event.at
    elif isinstance(event, events.Labs):
        for code, *_ in event.readings:
            yield code, event.at, event.at
    elif isinstance(event, events.IO):
        yield event.kind, event.at if event.start is None else event.start, event.at
    elif isinstance(event, events.Infusion):
        yield "infusion", event.at, event.at
    elif isinstance(event, events.Finding):
        yield event.code, event.at, event.at
