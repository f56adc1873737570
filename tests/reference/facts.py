"""Records as sent, and the facts they leave (criteria.md 1 and 8): refusals, duplicates, corrections,
withdrawals, artefacts.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, TypeVar, cast

from . import clock, units

COMMANDS = {"ack", "silence", "resume", "tick"}
STATUSES = {"final", "preliminary", "corrected", "entered-in-error"}
AHEAD = 15 * clock.MINUTE


@dataclass(frozen=True)
class Reading:
    """One usable value: a lab, a vital sign, or an oxygen device."""

    code: str
    value: Any
    unit: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Record:
    """One accepted record, in canonical units, with the order in which the file had it."""

    id: str
    type: str
    patient: str
    at: int
    known: int
    status: str
    order: int
    event: dict[str, Any]
    readings: tuple[Reading, ...] = ()
    volume: float | None = None
    start: int | None = None
    rate: float | None = None
    per_minute: float | None = None  # ug/min, still to be divided by a weight
    first: int = 0  # when its id was first known; set when the facts are settled

    @property
    def rank(self) -> tuple[int, int, int]:
        """Order of `at`; ties: later known, then later in the log."""
        return (self.at, self.known, self.order)


@dataclass(frozen=True)
class Refused(Exception):
    """The dead letter's reason."""

    reason: str


def decode(event: dict[str, Any], order: int, recorded: int | None = None) -> Record:
    """The record of an event. Raises Refused with wire.md's reason."""
    at, known = _times(event, recorded)
    status = event.get("status", "final")
    if (
        not all(isinstance(event.get(k), str) and event[k] for k in ("type", "id", "patient"))
        or status not in STATUSES
    ):
        raise Refused("malformed")
    if at - known > AHEAD:
        raise Refused("from-the-future")
    record = Record(event["id"], event["type"], event["patient"], at, known, status, order, event)
    try:
        return record if status == "entered-in-error" else _body(record)
    except (KeyError, TypeError, AttributeError):
        raise Refused("malformed") from None


def _times(event: dict[str, Any], recorded: int | None) -> tuple[int, int]:
    try:
        at = clock.parse(event["at"])
        known = (
            clock.parse(event["known"])
            if event.get("known") is not None
            else (at if recorded is None else recorded)
        )
    except KeyError:
        raise Refused("malformed") from None
    except (ValueError, AttributeError):
        raise Refused("bad-time") from None
    return at, known


def _body(record: Record) -> Record:
    event = record.event
    if record.type in ("vitals", "labs") or (record.type == "encounter" and event.get("readings")):
        return _with_readings(record)
    if record.type == "io":
        return _with_volume(record)
    if record.type == "infusion":
        return _with_rate(record)
    if record.type in ("resume", "ack", "silence") and not (event.get("by") and event.get("reason")):
        raise Refused("malformed")
    return record


def _with_readings(record: Record) -> Record:
    """Refusing one reading of a set refuses that reading, not its neighbours; a set of which nothing is left
    is refused whole.
    """
    charted = record.event["readings"]
    kept = [reading for raw in charted for reading in _reading(raw)]
    known_codes = [
        raw for raw in charted if raw["code"] not in units.UNITS and raw["code"] not in units.UNITLESS
    ]
    implausible = [raw for raw in charted if _usable_unit(raw) and not _reading(raw)]
    if charted and not kept and not known_codes and not implausible and record.type != "encounter":
        raise Refused("bad-unit")
    return replace(record, readings=tuple(kept))


def _usable_unit(raw: dict[str, Any]) -> bool:
    code = raw["code"]
    return code in units.UNITLESS or (
        code in units.UNITS and units.canonical(code, raw["value"], raw.get("unit")) is not None
    )


def _reading(raw: dict[str, Any]) -> list[Reading]:
    code = raw["code"]
    if code in units.UNITLESS:
        return [Reading(code, raw["value"], None, raw.get("low"), raw.get("high"))]
    if not _usable_unit(raw):
        return []
    value, *limits = (
        None if v is None else units.canonical(code, v, raw.get("unit"))
        for v in (raw["value"], raw.get("low"), raw.get("high"))
    )
    assert value is not None
    return (
        [Reading(code, value, str(raw.get("unit")).lower(), *limits)] if units.plausible(code, value) else []
    )


def _with_volume(record: Record) -> Record:
    event = record.event
    convert = units.VOLUME.get(str(event.get("unit")).lower())
    if convert is None:
        raise Refused("bad-unit")
    try:
        start = clock.parse(event["start"]) if event.get("start") is not None else None
    except (ValueError, AttributeError):
        raise Refused("bad-time") from None
    if start is not None and start > record.at:
        raise Refused("malformed")
    volume = convert(event["volume"])
    usable = event.get("kind") != "urine" or 0 <= volume <= 3000
    return replace(record, volume=volume if usable else None, start=start)


def _with_rate(record: Record) -> Record:
    event, unit = record.event, str(record.event.get("unit")).lower()
    if event["rate"] == 0 or unit in units.RATE:
        return replace(
            record, rate=_plausible_rate(record, units.RATE[unit](event["rate"]) if event["rate"] else 0.0)
        )
    if agent(record) != "phenylephrine":
        return replace(record, rate=float(event["rate"]))
    if unit not in units.RATE_PER_MINUTE:
        raise Refused("bad-unit")
    return replace(record, per_minute=event["rate"] * units.RATE_PER_MINUTE[unit])


def _plausible_rate(record: Record, rate: float) -> float | None:
    return rate if agent(record) != "phenylephrine" or 0 <= rate <= 20 else None


def agent(record: Record) -> str:
    """The agent's one name."""
    name = str(record.event.get("agent", "")).strip().lower()
    return "phenylephrine" if name == "neosynephrine" else name


def weighed(record: Record, weight: float | None) -> Record:
    """An absolute rate converted with a weight in kg. Raises Refused("needs-weight") if there is none."""
    if record.per_minute is None:
        return record
    if weight is None:
        raise Refused("needs-weight")
    return replace(
        record, rate=_plausible_rate(record, round(record.per_minute / weight, 4)), per_minute=None
    )


def settle(records: Iterable[Record]) -> list[Record]:
    """The facts that stand, one an id: first final, else first preliminary, unless corrected or withdrawn
    (the latest known rules).
    """
    by_id: dict[str, list[Record]] = {}
    for record in sorted(records, key=lambda r: (r.known, r.order)):
        if record.type not in ("ack", "silence", "tick"):
            by_id.setdefault(record.id, []).append(record)
    settled = [replace(standing(versions), first=versions[0].known) for versions in by_id.values()]
    return sorted((r for r in settled if r.status != "entered-in-error"), key=lambda r: r.rank)


def standing(versions: list[Record]) -> Record:
    """The version of one id that rules; `versions` in order of knowing."""
    outranking = [v for v in versions if v.status in ("corrected", "entered-in-error")]
    finals = [v for v in versions if v.status == "final"]
    return outranking[-1] if outranking else finals[0] if finals else versions[0]


@dataclass(frozen=True)
class Value:
    """A reading with its record's times."""

    value: Any
    at: int
    id: str
    first: int
    record: Record
    reading: Reading | None = None


@dataclass
class Knowledge:
    """All that is known of one patient at some clock: settled facts, and rates that could not be used for
    want of a weight.
    """

    facts: list[Record]
    unusable: list[Record] = field(default_factory=list)

    @cached_property
    def _series(self) -> dict[str, list[Value]]:
        series: dict[str, list[Value]] = {}
        for record in self.facts:
            if record.type in ("vitals", "labs"):
                for r in record.readings:
                    series.setdefault(r.code, []).append(
                        Value(r.value, record.at, record.id, record.first, record, r)
                    )
        return series

    def series(self, code: str) -> list[Value]:
        """Usable readings of a code in order of `at`; weights are those accepted."""
        return self.weights if code == "weight" else self._series.get(code, [])

    def latest(self, code: str) -> Value | None:
        """The latest reading, whatever its age."""
        values = self.series(code)
        return values[-1] if values else None

    @cached_property
    def weights(self) -> list[Value]:
        """Weights accepted: within 25 % of the latest accepted one (else the baseline), or the second of two
        alike.
        """
        return accepted(self._series.get("weight", []), self.baseline("weight"))

    @cached_property
    def _types(self) -> dict[str, list[Record]]:
        types: dict[str, list[Record]] = {}
        for fact in self.facts:
            types.setdefault(fact.type, []).append(fact)
        return types

    def of_type(self, kind: str) -> list[Record]:
        """Facts of a record type in order of `at`."""
        return self._types.get(kind, [])

    @cached_property
    def baselines(self) -> list[Record]:
        """Baseline encounters in order of `at`."""
        return [f for f in self.of_type("encounter") if f.event.get("event") == "baseline"]

    def baseline(self, code: str) -> float | None:
        """The latest baseline reading of a code."""
        values = [r.value for f in self.baselines for r in f.readings if r.code == code]
        return values[-1] if values else None

    @cached_property
    def _findings(self) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for fact in self.of_type("finding"):
            found.setdefault(str(fact.event.get("code")), []).append(fact)
        return found

    def findings(self, code: str) -> list[Record]:
        """Finding records of a code in order of `at`, of every cycle."""
        return self._findings.get(code, [])

    def volumes(self, direction: str, *kinds: str) -> list[Record]:
        """Usable volumes of these kinds in order of `at`."""
        return [
            f
            for f in self.of_type("io")
            if f.event.get("direction") == direction and f.event.get("kind") in kinds and f.volume is not None
        ]

    @cached_property
    def cycle_starts(self) -> list[Record]:
        """Cycle starts in order of `at`."""
        return [f for f in self.of_type("encounter") if f.event.get("event") == "cycle-start"]

    @property
    def cycle(self) -> Record | None:
        """The cycle in force: the latest cycle-start."""
        return self.cycle_starts[-1] if self.cycle_starts else None

    @property
    def therapy_end(self) -> Record | None:
        """The first therapy-end of the cycle."""
        ends = [
            f
            for f in self.of_type("encounter")
            if f.event.get("event") == "therapy-end" and self.cycle and f.at >= self.cycle.at
        ]
        return ends[0] if ends else None

    @cached_property
    def doses(self) -> list[Record]:
        """Doses given in the cycle in order of `at`."""
        return [
            f for f in self.of_type("dose") if f.event.get("given") and self.cycle and f.at >= self.cycle.at
        ]

    def findings_of_cycle(self, code: str) -> list[Record]:
        """Findings charted by exception start afresh with a second or later cycle; the first resets
        nothing.
        """
        start = self.cycle_starts[-1].at if len(self.cycle_starts) > 1 else None
        return [f for f in self.findings(code) if start is None or f.at >= start]


Answer = TypeVar("Answer")


def timeless(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Remembers, with the knowledge, what is asked of it alone and of no clock."""

    @wraps(ask)
    def remembered(k: Knowledge, *more: Any, **options: Any) -> Answer:
        key = (ask, more, *options.items())
        memory = k.__dict__.setdefault("_memory", {})
        if key not in memory:
            memory[key] = ask(k, *more, **options)
        return cast(Answer, memory[key])

    return remembered


def accepted(weights: list[Value], baseline: float | None) -> list[Value]:
    """Weights that count, in order of `at` (criteria.md 8)."""
    kept: list[Value] = []
    refused: Value | None = None
    for weight in weights:
        reference = kept[-1].value if kept else baseline
        if reference is None or _within(weight.value, reference, 0.25):
            kept, refused = [*kept, weight], None
        elif refused is not None and _within(weight.value, refused.value, 0.05):
            kept, refused = [*kept, refused, weight], None
        else:
            refused = weight
    return kept


def _within(value: float, reference: float, share: float) -> bool:
    return round(abs(value - reference), 6) <= round(share * reference, 6)


def tokens(record: Record) -> set[str]:
    """The names of what a record touches, for `amended` (criteria.md 9)."""
    event, kind = record.event, record.type
    if kind in ("vitals", "labs"):
        return {str(r["code"]) for r in event.get("readings", [])}
    if kind == "io":
        return {f"io:{event.get('direction')}:{event.get('kind')}"}
    if kind == "infusion":
        return {f"infusion:{agent(record)}"}
    if kind == "finding":
        return {f"finding:{event.get('code')}"}
    if kind == "encounter":
        names = {f"encounter:{event.get('event')}"} | {
            f"baseline:{r['code']}" for r in event.get("readings", [])
        }
        return names | ({"location"} if event.get("location") else set())
    return {f"medication:{agent(record)}"} if kind == "medication" else {kind}
