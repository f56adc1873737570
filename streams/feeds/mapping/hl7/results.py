"""Map ORU^R01: the readings of monitors (IHE PCD-01) and the results of laboratories, one event an OBX.

Source: docs/spec/feeds.md, The map, Identity, Values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

import msgspec

from rules.ingest import units
from rules.wire import instants
from rules.wire.durations import duration
from rules.wire.instants import BadTime, Instant
from rules.wire.refusals import (
    AMBIGUOUS,
    BAD_TIME,
    BAD_UNIT,
    CODE_DISAGREES,
    NOT_A_NUMBER,
    UNASSOCIATED,
    UNMAPPED,
    UNSUPPORTED,
)
from streams.feeds.mapping import charted_words, values
from streams.feeds.mapping.code_map import (
    COUNTED,
    IGNORE,
    PANEL,
    PUMP,
    READINGS,
    UNIT,
    WORD,
    Coding,
    Disagrees,
    MapRow,
)
from streams.feeds.mapping.corrections import FINAL, WITHDRAWN
from streams.feeds.mapping.hl7 import pumps
from streams.feeds.mapping.hl7.context import Context, bed_of
from streams.feeds.mapping.hl7.observation import (
    GONE,
    NOTHING,
    REFUSED,
    Containment,
    Form,
    Group,
    grouped,
    status_of,
)
from streams.feeds.mapping.hl7.splitting import Message, Segment
from streams.feeds.mapping.identity import Origin, event_id, order_digest
from streams.feeds.mapping.publishing import NoResult, Unusable, is_known_to_have_come, set_aside
from streams.feeds.mapping.values import NO_RANGE, NotANumber, Range, Value
from streams.feeds.mapping.vetting import Vetted, vetted
from streams.feeds.mapping.wire_events import (
    SentFinding,
    SentIo,
    SentLabs,
    SentReading,
    SentVitals,
    WireEvent,
)


class Candidate(msgspec.Struct, frozen=True):
    """An event that may be sent, once its message has said all it says of the same thing.

    `set_aside`: it holds what cannot be read, for the engine to know that it came.
    """

    event: WireEvent
    obx: Segment
    row: MapRow
    coding: Coding
    order: str
    set_aside: bool = False
    checked: Vetted | None = None

    @property
    def digest(self) -> str:
        """The digest of what it says."""
        return (self.checked or vetted(self.event)).digest


def handle(message: Message, context: Context) -> None:
    """Map every group of an ORU."""
    groups = grouped(message.segments)
    if not any(group.observations for group in groups):
        context.handled.count("skipped", "no-observation")
    pid: Segment | None = None
    chosen = False
    for place, group in enumerate(groups):
        if context.rules.by_bed and bed_of(group.pv1) and not context.names_patient(group.pid):
            _handle_by_bed(group, bed_of(group.pv1), context)
            continue
        if place == 0 or group.pid is not pid:
            pid, chosen = group.pid, context.choose_patient(group.pid)
        if chosen:
            _handle_group(group, Containment(group, context.rules), context)


def _handle_by_bed(group: Group, bed: str, context: Context) -> None:
    """Map the readings of a group without a patient, each as that of who lay in its bed then."""
    containment = Containment(group, context.rules)
    whose: defaultdict[str, list[Segment]] = defaultdict(list)
    for obx in group.observations:
        try:
            whose[context.choose_by_bed(bed, containment.time(obx, context))].append(obx)
        except BadTime as fault:
            context.refuse_segment_time(obx, "", fault)
    for patient, observations in whose.items():
        if patient:
            context.set_by_bed(patient, bed)
            _handle_group(group._replace(observations=tuple(observations)), containment, context)
        else:
            text = "no patient id in PID-3, and not exactly one patient in the bed of PV1-3 then"
            context.handled.refuse("OBX", observations[0].number, UNASSOCIATED, "", text)


def _handle_group(group: Group, containment: Containment, context: Context) -> None:
    candidates: list[Candidate] = []
    parts: list[pumps.PumpPart] = []
    for obx in group.observations:
        form = containment.forms[obx.number]
        row = _row(obx, form, context)
        if row is None:
            continue
        if row.type == PUMP:
            parts.append(pumps.PumpPart(obx, row, form))
            continue
        try:
            candidates += _candidates(obx, form, row, group, containment, context)
        except Unusable as fault:
            context.refuse_segment(obx, fault.reason, form.coding.named, str(fault))
            candidates += _unreadable(fault, obx, form, row, containment, context)
        except BadTime as fault:
            context.refuse_segment_time(obx, form.coding.named, fault)
            unusable = Unusable(BAD_TIME, str(fault))
            candidates += _unreadable(unusable, obx, form, row, containment, context)
    pumps.handle(parts, group, containment, context)
    usable = [each for each in map(partial(_vetted, context), candidates) if each is not None]
    for candidate in _unambiguous(usable, context):
        context.send(candidate.event, candidate.digest if candidate.order else "", candidate.order)


def _vetted(context: Context, candidate: Candidate) -> Candidate | None:
    """Return a candidate with the digest of what it says; refuse what the worker would.

    Of that a reading is sent on all the same: the engine sets it aside. None: nothing is.
    """
    passed = context.tables.passed
    again = None if candidate.set_aside else passed.again(candidate.event)
    if again is not None:
        return candidate if again.event is None else msgspec.structs.replace(candidate, checked=again)
    checked = vetted(candidate.event)
    problem = checked.problem
    if problem is None:
        passed.note(candidate.event, checked.event)
    if problem is not None and not candidate.set_aside:
        context.refuse_segment(candidate.obx, problem.reason, candidate.coding.named, problem.message)
        if checked.event is None or candidate.row.type not in READINGS:
            return None
    return msgspec.structs.replace(candidate, checked=checked)


def _row(obx: Segment, form: Form, context: Context) -> MapRow | None:
    """Return the row of an OBX; None for what is not used: unmapped, ignored, refused."""
    coding, found = form.coding, form.found
    if isinstance(found, Disagrees):
        text = f"{coding.code} is {found.number}, and {coding.text} is {found.name}: which is right?"
        context.refuse_segment(obx, CODE_DISAGREES, coding.named, text)
        return None
    if found is None:
        _unmapped(obx, coding, context)
        return None
    if found.type in (IGNORE, PANEL, UNIT, WORD):
        context.handled.count("ignored", coding.named)
        return None
    return found


def _unmapped(obx: Segment, coding: Coding, context: Context) -> None:
    """Count a code that the map does not know, if it carries a value: a level of a device carries none."""
    if not obx.raw(5).strip():
        return
    context.handled.count(UNMAPPED, coding.named)
    if context.rules.unmapped == "keep":
        context.refuse_segment(obx, UNMAPPED, coding.named, "the map has no row for this code")


def _candidates(
    obx: Segment, form: Form, row: MapRow, group: Group, containment: Containment, context: Context
) -> list[Candidate]:
    """Return the events that an OBX gives: one, or none. Raises Unusable and BadTime."""
    number = values.plain(obx.raw(5)) if form.ordinary else None
    status = form.status
    if number is None or number in context.rules.sentinels:
        status = status_of(obx, form)
        if not _counts(obx, form, row, status, context):
            return []
    at = containment.time(obx, context)
    source = containment.origin(obx, context)
    order = "" if source.device and row.type != "labs" else order_digest(source.named)
    known = context.known(group.obr.text(22) if row.type == "labs" else "")
    event = _event(obx, row, group, context, Frame(form, row, source, at, known, status, context, number))
    candidate = Candidate(event, obx, row, form.coding, order)
    return _gone(event, order, context, candidate) if status == GONE else [candidate]


def _unreadable(
    fault: Unusable,
    obx: Segment,
    form: Form,
    row: MapRow,
    containment: Containment,
    context: Context,
) -> list[Candidate]:
    """Return the event of a value that cannot be used, as text; of a withdrawal without it."""
    if not is_known_to_have_come(fault, row):
        return []
    source = containment.origin(obx, context)
    at = _when(obx, containment, context)
    if at is None:
        return []
    status = status_of(obx, form)
    sent = FINAL if status in (REFUSED, GONE) else status
    event = Frame(form, row, source, at, context.known(), sent, context).event(_KINDS[row.type])
    order = "" if source.device and row.type != "labs" else order_digest(source.named)
    candidate = Candidate(event, obx, row, form.coding, order, set_aside=True)
    if status == GONE:
        return _gone(event, order, context, candidate)
    if status != WITHDRAWN:
        event = set_aside(event, row, fault, obx.text(5), obx.text(6))
    return [msgspec.structs.replace(candidate, event=event)]


_KINDS: dict[str, type[WireEvent]] = {"vitals": SentVitals, "labs": SentLabs, "io": SentIo}


def _when(obx: Segment, containment: Containment, context: Context) -> Instant | None:
    """Return when a value that cannot be used was true, at the latest where its time is none."""
    try:
        return containment.time(obx, context)
    except BadTime:
        return containment.latest(obx, context)


def _counts(obx: Segment, form: Form, row: MapRow, status: str, context: Context) -> bool:
    """Return whether an OBX says anything; count what does not. Raises Unusable."""
    if form.never_used:
        context.handled.count("skipped", "demonstration")
    elif status == NOTHING:
        context.handled.count("skipped", "no-result")
    elif status not in (GONE, WITHDRAWN) and not obx.raw(5).strip():
        context.handled.count("skipped", "no-value")
    elif _is_sentinel(obx, context):
        context.handled.count("skipped", "sentinel")
    elif status == REFUSED:
        raise Unusable(UNSUPPORTED, f"OBX-11 {form.letter or 'empty'} beside a value")
    elif row.type == "vitals" and form.setting:
        raise NoResult(UNSUPPORTED, "OBX-17: a setting, not a measurement")
    else:
        return True
    return False


def _is_sentinel(obx: Segment, context: Context) -> bool:
    if not context.rules.sentinels:
        return False
    try:
        return values.number(obx.text(5)) in context.rules.sentinels
    except NotANumber:
        return False


def _gone(event: WireEvent, order: str, context: Context, candidate: Candidate) -> list[Candidate]:
    """Return the withdrawal of an earlier value of this id, if there was one (OBX-11 X)."""
    before = context.tables.sent(event.patient, order, event.id) if order else None
    if before is None or before.status == WITHDRAWN:
        context.handled.count("skipped", "no-result")
        return []
    withdrawn = msgspec.structs.replace(event, status=WITHDRAWN)
    return [msgspec.structs.replace(candidate, event=withdrawn)]


Kind = TypeVar("Kind", bound=WireEvent)


class Frame:
    """The fields that every event of an OBX has. `empty`: it says nothing but that it is withdrawn.

    `number`: its value, where that is known to be a plain number.
    """

    def __init__(
        self,
        form: Form,
        row: MapRow,
        source: Origin,
        at: Instant,
        known: str | None,
        status: str,
        context: Context,
        number: float | None = None,
    ) -> None:
        when = _written(at)
        in_order = row.type == "labs"
        timed = not in_order or context.rules.id_time
        named = source.by_order if in_order and source.order else source.named
        self.form, self.at, self.number = form, at, number
        self.empty = status in (GONE, WITHDRAWN)
        self.id = event_id(row.type, named, form.named, form.sub_id, when if timed else "")
        self.patient, self.when, self.source, self.known = context.patient, when, context.source, known
        self.status = FINAL if status == GONE else status

    def event(self, kind: type[Kind], /, **content: Any) -> Kind:
        """Return an event of these fields."""
        return kind(
            id=self.id, patient=self.patient, at=self.when, known=self.known, status=self.status,
            source=self.source, **content,
        )  # fmt: skip


_written = lru_cache(maxsize=4096)(instants.text)


def _event(obx: Segment, row: MapRow, group: Group, context: Context, frame: Frame) -> WireEvent:
    """Return the event of an OBX. Raises Unusable."""
    make = _MAKERS.get(row.type)
    if make is None:
        raise NoResult(UNSUPPORTED, f"a {row.type} is not charted as an observation")
    return make(obx, row, group, context, frame)


def _vitals(obx: Segment, row: MapRow, group: Group, context: Context, frame: Frame) -> WireEvent:
    readings = () if frame.empty else _vital_readings(obx, row, context, frame)
    return frame.event(SentVitals, readings=readings)


def _vital_readings(obx: Segment, row: MapRow, context: Context, frame: Frame) -> tuple[SentReading, ...]:
    if row.our_code == "o2-device":
        return charted_words.oxygen((obx.text(5) or obx.text(5, 2),), context.rules.codes)
    value = _value(obx, row, context, frame)
    if value.comparator is not None:
        raise Unusable(NOT_A_NUMBER, "a vital sign beside a comparator")
    return (SentReading(row.our_code, value.number, _unit(frame.form, row)),)


def _labs(obx: Segment, row: MapRow, group: Group, context: Context, frame: Frame) -> WireEvent:
    if frame.empty:
        return frame.event(SentLabs)
    value, limits = _value(obx, row, context, frame), _range(frame.form, context)
    unit = _unit(frame.form, row)
    reading = SentReading(row.our_code, value.number, unit, limits.low, limits.high, value.comparator)
    return frame.event(SentLabs, readings=(reading,))


def _range(form: Form, context: Context) -> Range:
    if form.range_text and form.range == NO_RANGE:
        context.handled.count("range-not-understood")
    return form.range


def _io(obx: Segment, row: MapRow, group: Group, context: Context, frame: Frame) -> WireEvent:
    direction, _, kind = row.our_code.partition("/")
    volume = count = unit = None
    if frame.empty:
        pass
    elif row.unit_default == COUNTED:
        count = _value(obx, row, context, frame).number
    else:
        volume, unit = _value(obx, row, context, frame).number, _unit(frame.form, row)
    return frame.event(
        SentIo,
        direction=direction,
        kind=kind,
        volume=volume,
        unit=unit,
        count=count,
        start=_start(row, group, context, frame.at),
    )


def _start(row: MapRow, group: Group, context: Context, at: Instant) -> str | None:
    """Return when a collection began: OBR-7, if OBR-8 says it ended at `at`; else by the row's period."""
    if group.obr.text(8) and group.obr.text(7):
        begun, ended = context.time(group.obr.text(7)), context.time(group.obr.text(8))
        if begun < at and ended == at:
            return instants.text(begun)
    return instants.text(at - duration(row.period)) if row.period else None


def _finding(obx: Segment, row: MapRow, group: Group, context: Context, frame: Frame) -> WireEvent:
    code, specimen = charted_words.finding_code(row.our_code), charted_words.specimen(row.our_code)
    if frame.empty:
        return frame.event(SentFinding, code=code, specimen=specimen)
    answer = charted_words.finding(row.our_code, (obx.text(5, 2) or obx.text(5),))
    return frame.event(SentFinding, code=code, present=answer.present, value=answer.value, specimen=specimen)


_MAKERS = {"vitals": _vitals, "labs": _labs, "io": _io, "finding": _finding}


def _value(obx: Segment, row: MapRow, context: Context, frame: Frame) -> Value:
    """Return the number of an OBX. Raises Unusable."""
    if frame.number is not None:
        return Value(frame.number)
    comma, raw = context.rules.decimal_comma, obx.raw(5)
    found = obx.repetitions(5) if obx.delimiters.repetition in raw else ()
    try:
        if len(found) > 1:
            return _of_several([values.number(obx.plain(each), comma) for each in found], row.repetition)
        if frame.form.structured:
            return values.structured(obx.parts(obx.first(5)), comma)
        if obx.delimiters.component in obx.first(5):
            raise NotANumber("several components")
        return values.compared(raw, comma)
    except NotANumber as fault:
        raise Unusable(NOT_A_NUMBER, str(fault)) from None


def _of_several(found: Sequence[float], repetition: str) -> Value:
    if repetition == "mean":
        return Value(round(sum(found) / len(found), 4))
    if repetition in ("first", "last"):
        return Value(found[0 if repetition == "first" else -1])
    raise NotANumber("several values, and the map does not say which counts")


def _unit(form: Form, row: MapRow) -> str | None:
    """Return the unit of an OBX as the wire spells it; None: a result that needs none. Raises Unusable."""
    if form.unit is None:
        sent = form.units or row.unit_default
        if sent or row.type != "labs" or units.lab(row.our_code, "") is None:
            raise Unusable(BAD_UNIT, "a unit that does not convert" if sent else "no unit")
    return form.unit


def _unambiguous(candidates: list[Candidate], context: Context) -> list[Candidate]:
    """Return the candidates that may be sent: of one vital sign at one time the preferred, of one id one."""
    things = [_thing(candidate) for candidate in candidates]
    if len(set(things)) == len(candidates):
        return candidates
    groups: defaultdict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for thing, candidate in zip(things, candidates, strict=True):
        groups[thing].append(candidate)
    return [each for group in groups.values() for each in _settled(group, context)]


def _thing(candidate: Candidate) -> tuple[str, ...]:
    """Return what a candidate is about: a vital sign at a time, else its id."""
    if candidate.row.type == "vitals" and candidate.event.status != WITHDRAWN:
        return "vitals", candidate.row.our_code, candidate.event.at
    return "id", candidate.event.id


def _settled(group: list[Candidate], context: Context) -> list[Candidate]:
    if len(group) == 1:
        return group
    most = max(candidate.row.priority for candidate in group)
    preferred = [candidate for candidate in group if candidate.row.priority == most]
    for _ in range(len(group) - len(preferred)):
        context.handled.count("skipped", "outranked")
    if len(preferred) == 1 or len({candidate.digest for candidate in preferred}) == 1:
        return preferred[:1]
    for candidate in preferred:
        text = f"{len(preferred)} values of {candidate.row.our_code} in one message: neither is used"
        context.refuse_segment(candidate.obx, AMBIGUOUS, candidate.coding.named, text)
    return _doubted(preferred)


def _doubted(several: list[Candidate]) -> list[Candidate]:
    """Return one event of several values of one thing, all of them as text."""
    last = max(several, key=lambda candidate: candidate.event.at)
    fault = Unusable(AMBIGUOUS, "")
    if not is_known_to_have_come(fault, last.row):
        return []
    listed = ", ".join(dict.fromkeys(candidate.obx.text(5) for candidate in several))
    final = msgspec.structs.replace(last.event, status=FINAL)
    event = set_aside(final, last.row, fault, listed, last.obx.text(6))
    return [msgspec.structs.replace(last, event=event, set_aside=True, checked=vetted(event))]
