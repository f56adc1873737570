"""Map Observation: one event for its own value and one for each component (docs/spec/feeds.md, FHIR in).

A version of a resource replaces the whole: what an earlier version had and this one has not, or has in a way
that cannot be used, is withdrawn. It must not go on standing for the newest value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from rules.wire import instants
from rules.wire.durations import duration
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import (
    AMBIGUOUS,
    BAD_TIME,
    CODE_DISAGREES,
    NOT_A_NUMBER,
    UNMAPPED,
    UNSUPPORTED,
)
from streams.feeds.mapping import charted_words
from streams.feeds.mapping.code_map import COUNTED, IGNORE, PANEL, PUMP, UNIT, WORD, Coding, Disagrees, MapRow
from streams.feeds.mapping.corrections import CORRECTED, FINAL, PRELIMINARY, WITHDRAWN
from streams.feeds.mapping.fhir.context import Context, Origin, codings, moment
from streams.feeds.mapping.fhir.quantities import is_sentinel, limits_of, texts_of, unit_of, value_of
from streams.feeds.mapping.fhir.resources import Observation, Valued
from streams.feeds.mapping.fhir.times import issued, observed
from streams.feeds.mapping.identity import event_id
from streams.feeds.mapping.publishing import NoResult, Part, Unusable, is_known_to_have_come, set_aside
from streams.feeds.mapping.vetting import vetted
from streams.feeds.mapping.wire_events import (
    SentFinding,
    SentIo,
    SentLabs,
    SentReading,
    SentVitals,
    WireEvent,
)

NOTHING = "nothing"
STATUS = {
    "final": FINAL,
    "preliminary": PRELIMINARY,
    "corrected": CORRECTED,
    "amended": CORRECTED,
    "appended": CORRECTED,
    "entered-in-error": WITHDRAWN,
    "cancelled": WITHDRAWN,
    "registered": NOTHING,
}
FIRST_VERSIONS = ("", "0", "1")


class Candidate(msgspec.Struct, frozen=True):
    """An event that may be sent, once its observation has said all it says of the same thing.

    `set_aside`: it holds what cannot be read, for the engine to know that it came.
    """

    event: WireEvent
    row: MapRow
    part: Part
    valued: Valued
    set_aside: bool = False


def handle(observation: Observation, number: int, context: Context) -> None:
    """Map an observation."""
    origin = context.begin(observation, observation.identifier, number)
    if not context.choose_patient(observation.subject, origin.part):
        return
    status = status_of(observation)
    if status is None:
        fault = Unusable(UNSUPPORTED, f"status {observation.status.strip() or 'empty'}")
        context.refuse(origin.part, fault.reason, str(fault))
        _publish_doubted(observation, fault, origin, context)
    elif context.is_older(origin):
        context.handled.count("superseded", "Observation")
    elif status == NOTHING or (status == PRELIMINARY and not _says_anything(observation)):
        context.handled.count("skipped", "no-result")
    elif status == WITHDRAWN:
        _withdraw(observation, origin, context)
    else:
        _publish(observation, status, origin, context)


def status_of(observation: Observation) -> str | None:
    """Return the wire's status of a resource, or `nothing`; None for a word that has no meaning here."""
    status = STATUS.get(observation.status.strip())
    version = observation.meta.version_id.strip()
    if status == FINAL and version not in FIRST_VERSIONS and version.isdigit():
        return CORRECTED
    return status


def _says_anything(observation: Observation) -> bool:
    return any(part.has_value for part in parts_of(observation))


def parts_of(observation: Observation) -> tuple[Valued, ...]:
    """Return the observation itself and its components."""
    return (observation, *observation.component)


def _withdraw(observation: Observation, origin: Origin, context: Context) -> None:
    """Withdraw what was sent of a resource; what is not remembered, by its codes."""
    before = context.sent_before(origin)
    if before:
        context.withdraw(origin, before)
        return
    for part in parts_of(observation):
        coding, row = _row(part, origin.part, context)
        if row is not None:
            _withdraw_unseen(observation, coding, row, origin, context)


def _withdraw_unseen(
    observation: Observation, coding: Coding, row: MapRow, origin: Origin, context: Context
) -> None:
    try:
        event = _empty(row, coding, origin, observed(observation, context), context)
    except (BadTime, Unusable):
        context.handled.count("skipped", "never-seen")
        return
    context.publish(msgspec.structs.replace(event, status=WITHDRAWN), origin.part, origin.order)


def _publish(observation: Observation, status: str, origin: Origin, context: Context) -> None:
    candidates = [
        candidate
        for part in parts_of(observation)
        for candidate in _candidates(part, observation, origin, context)
    ]
    sent = set()
    for candidate in _unambiguous(candidates, context):
        event = msgspec.structs.replace(candidate.event, status=status)
        if candidate.set_aside:
            context.send(event, vetted(event).digest, origin.order)
        elif not context.publish(event, candidate.part, origin.order):
            continue
        sent.add(event.id)
    context.withdraw(origin, context.sent_before(origin).keys() - sent)


def _publish_doubted(observation: Observation, fault: Unusable, origin: Origin, context: Context) -> None:
    """Publish the values of an observation of which nobody knows whether they hold, each as text."""
    if context.is_older(origin):
        return
    for part in parts_of(observation):
        coding, row = _row(part, origin.part, context)
        if row is None or not part.has_value:
            continue
        for candidate in _doubted(part, row, coding, fault, observation, origin, context):
            context.send(candidate.event, vetted(candidate.event).digest, origin.order)


def _candidates(
    part: Valued, observation: Observation, origin: Origin, context: Context
) -> Iterator[Candidate]:
    """Yield the event that a part gives, if it gives one."""
    if not part.has_value:
        if part.data_absent_reason is not None:
            context.handled.count("skipped", "no-value")
        return
    coding, row = _row(part, origin.part, context)
    if row is None:
        return
    place = origin.part._replace(code=coding.named)
    if is_sentinel(part, context.rules):
        context.handled.count("skipped", "sentinel")
        return
    try:
        at = observed(observation, context)
        empty = _empty(row, coding, origin, at, context, observation.issued)
        yield Candidate(_MAKERS[row.type](part, row, observation, at, empty, context), row, place, part)
    except Unusable as fault:
        context.refuse(place, fault.reason, str(fault))
        yield from _doubted(part, row, coding, fault, observation, origin, context)
    except BadTime as fault:
        context.refuse_time(place, fault)
        unusable = Unusable(BAD_TIME, str(fault))
        yield from _doubted(part, row, coding, unusable, observation, origin, context)


def _doubted(
    part: Valued,
    row: MapRow,
    coding: Coding,
    fault: Unusable,
    observation: Observation,
    origin: Origin,
    context: Context,
) -> list[Candidate]:
    """Return the event of a value that cannot be used, as text."""
    at = _latest(observation, context)
    if at is None or not is_known_to_have_come(fault, row):
        return []
    empty = _empty(row, coding, origin, at, context, observation.issued)
    event = set_aside(empty, row, fault, _written(part), _unit_written(part))
    return [Candidate(event, row, origin.part._replace(code=coding.named), part, set_aside=True)]


def _latest(observation: Observation, context: Context) -> Instant | None:
    """Return when an observation was true, at the latest where its time is none; None: nothing says."""
    try:
        return observed(observation, context)
    except BadTime:
        found = (issued(observation), context.stamp)
        return min((each for each in found if each), default=None)


def _written(part: Valued) -> str:
    """Return the value of a part as it is written."""
    quantity = part.value_quantity
    if quantity is not None and quantity.value is not None:
        return f"{quantity.comparator}{quantity.value:g}"
    if part.value_integer is not None:
        return str(part.value_integer)
    return next(iter(texts_of(part)), "")


def _unit_written(part: Valued) -> str:
    quantity = part.value_quantity
    return "" if quantity is None else quantity.code or quantity.unit


def _row(part: Valued, place: Part, context: Context) -> tuple[Coding, MapRow | None]:
    """Return the row of a part; None for what is not used: unmapped, ignored, refused."""
    rows: list[tuple[Coding, MapRow]] = []
    found = codings(part.code)
    unit = "" if part.value_quantity is None else part.value_quantity.code or part.value_quantity.unit
    for coding in found:
        row = context.rules.codes.of(coding, "", unit)
        if isinstance(row, Disagrees):
            text = f"{coding.code} is {row.number}, and {coding.text} is {row.name}: which is right?"
            context.refuse(place._replace(code=coding.named), CODE_DISAGREES, text)
            return coding, None
        if row is not None:
            rows.append((coding, row))
    if not rows:
        _unmapped(part, next(iter(found), Coding("", "", part.code.text)), place, context)
        return Coding("", ""), None
    return _one_row(rows, place, context)


def _one_row(
    rows: list[tuple[Coding, MapRow]], place: Part, context: Context
) -> tuple[Coding, MapRow | None]:
    """Return the row that all codings of a part mean. One to be ignored is the more exact: it decides."""
    unused = next((pair for pair in rows if pair[1].type in (IGNORE, PANEL, UNIT, WORD)), None)
    if unused is not None:
        context.handled.count("ignored", unused[0].named)
        return unused[0], None
    coding, row = rows[0]
    meant = (row.type, row.our_code)
    other = next((each for each in rows if (each[1].type, each[1].our_code) != meant), None)
    if other is not None:
        text = f"{coding.named} is {row.our_code}, {other[0].named} is {other[1].our_code}: which is right?"
        context.refuse(place._replace(code=coding.named), CODE_DISAGREES, text)
        return coding, None
    return coding, row


def _unmapped(part: Valued, coding: Coding, place: Part, context: Context) -> None:
    if not part.has_value:
        return
    context.handled.count(UNMAPPED, coding.named)
    if context.rules.unmapped == "keep":
        context.refuse(place._replace(code=coding.named), UNMAPPED, "the map has no row for this code")


def _empty(
    row: MapRow, coding: Coding, origin: Origin, at: Instant, context: Context, issued: str = ""
) -> WireEvent:
    """Return the event of a part without what it says. Raises Unusable."""
    kind = _KINDS.get(row.type)
    if kind is None or row.type == PUMP:
        raise NoResult(UNSUPPORTED, f"a {row.type} is not charted as an observation")
    return kind(
        id=event_id(row.type, origin.named, f"{coding.system} {coding.code}"), patient=context.patient,
        at=instants.text(at), known=context.known(issued), source=context.rules.name,
    )  # fmt: skip


def _vitals(
    part: Valued, row: MapRow, observation: Observation, at: Instant, empty: WireEvent, context: Context
) -> WireEvent:
    if row.our_code == "o2-device":
        return msgspec.structs.replace(
            empty, readings=charted_words.oxygen(texts_of(part), context.rules.codes)
        )
    value = value_of(part, context.rules)
    if value.comparator is not None:
        raise Unusable(NOT_A_NUMBER, "a vital sign beside a comparator")
    reading = SentReading(row.our_code, value.number, unit_of(part, row, context.rules))
    return msgspec.structs.replace(empty, readings=(reading,))


def _labs(
    part: Valued, row: MapRow, observation: Observation, at: Instant, empty: WireEvent, context: Context
) -> WireEvent:
    value, limits, unit = value_of(part, context.rules), limits_of(part), unit_of(part, row, context.rules)
    if part.reference_range and limits.low is None and limits.high is None:
        context.handled.count("range-not-understood")
    reading = SentReading(row.our_code, value.number, unit, limits.low, limits.high, value.comparator)
    return msgspec.structs.replace(empty, readings=(reading,))


def _io(
    part: Valued, row: MapRow, observation: Observation, at: Instant, empty: WireEvent, context: Context
) -> WireEvent:
    direction, _, kind = row.our_code.partition("/")
    value = value_of(part, context.rules)
    if value.comparator is not None:
        raise Unusable(NOT_A_NUMBER, "a volume beside a comparator")
    counted = row.unit_default == COUNTED
    return msgspec.structs.replace(
        empty, direction=direction, kind=kind, start=_start(row, observation, at),
        count=value.number if counted else None, volume=None if counted else value.number,
        unit=None if counted else unit_of(part, row, context.rules),
    )  # fmt: skip


def _start(row: MapRow, observation: Observation, at: Instant) -> str | None:
    """Return when a collection began: the start of its period; else by the row's."""
    period = observation.effective_period
    if period is not None and period.start:
        begun = moment(period.start, None)
        return instants.text(begun) if begun < at else None
    return instants.text(at - duration(row.period)) if row.period else None


def _finding(
    part: Valued, row: MapRow, observation: Observation, at: Instant, empty: WireEvent, context: Context
) -> WireEvent:
    answer = charted_words.finding(row.our_code, texts_of(part))
    code, specimen = charted_words.finding_code(row.our_code), charted_words.specimen(row.our_code)
    return msgspec.structs.replace(
        empty, code=code, present=answer.present, value=answer.value, specimen=specimen
    )


_MAKERS = {"vitals": _vitals, "labs": _labs, "io": _io, "finding": _finding}
_KINDS: dict[str, type[WireEvent]] = {
    "vitals": SentVitals,
    "labs": SentLabs,
    "io": SentIo,
    "finding": SentFinding,
}


def _unambiguous(candidates: list[Candidate], context: Context) -> Iterator[Candidate]:
    """Yield what an observation says of each thing once; two values of one thing are none."""
    groups: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.row.type, candidate.row.our_code].append(candidate)
    for group in groups.values():
        most = max(candidate.row.priority for candidate in group)
        preferred = [candidate for candidate in group if candidate.row.priority == most]
        if len({_content(candidate.event) for candidate in preferred}) == 1:
            yield preferred[0]
            continue
        for candidate in preferred:
            text = f"{len(preferred)} values of {candidate.row.our_code} in one observation: neither is used"
            context.refuse(candidate.part, AMBIGUOUS, text)
        yield from _all_doubted(preferred)


def _all_doubted(several: list[Candidate]) -> Iterator[Candidate]:
    """Yield one event of several values of one thing, all of them as text."""
    first, fault = several[0], Unusable(AMBIGUOUS, "")
    if is_known_to_have_come(fault, first.row):
        listed = ", ".join(dict.fromkeys(_written(candidate.valued) for candidate in several))
        event = set_aside(first.event, first.row, fault, listed, _unit_written(first.valued))
        yield msgspec.structs.replace(first, event=event, set_aside=True)


def _content(event: WireEvent) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(event, id=""))
