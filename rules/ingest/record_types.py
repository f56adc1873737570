"""Convert each type of record to its event by that type's own rules (wire.md, Events).

Each function takes the record, its frame (id, patient, at, known, status), the source offset and the list of
problems to add to; it raises `Refused` when the whole record is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rules.ingest import readings, schema, units
from rules.ingest.readings import Frame, Problems, as_kept, usable_labs, usable_vitals
from rules.ingest.schema import moment, place
from rules.wire import events, vocabulary
from rules.wire.agents import is_il2, named, vasopressor
from rules.wire.refusals import BAD_UNIT, MALFORMED, UNKNOWN_CODE, Problem, Refused, problem, quoted, refuse


def io(
    record: schema.IORecord, frame: Frame, offset: int, problems: Problems
) -> events.IO | events.Unreadable:
    """Convert a volume: its kind must belong to the direction, and a urine collection must last some time.

    A collection of urine that cannot be read is passed on as that (criteria.md 2).
    """
    if record.kind not in vocabulary.IO_KINDS[record.direction]:
        refuse(
            MALFORMED,
            (
                f"{place(record)}: kind {quoted(record.kind)} is not one of direction {record.direction}; "
                "see "
                "wire.md, io"
            ),
        )
    try:
        volume, count = _measured(record)
        start = _start(record, frame[2])
    except Refused as refusal:
        if record.kind != "urine":
            raise
        problems.append(refusal.problem)
        sent = as_kept(record.volume)
        reason = refusal.problem.reason
        return events.Unreadable(*frame, "io", "urine", "", sent, record.unit, reason, offset=offset)
    return events.IO(*frame, record.direction, record.kind, volume, start, count, offset=offset)


def _measured(record: schema.IORecord) -> tuple[float, float | None]:
    """Return the volume in mL; of stools that nobody measured 0, and how many there were (None: none)."""
    if record.volume is None and record.kind == "stool" and record.count is not None:
        if not 0 <= record.count < _MOST:
            refuse(MALFORMED, f"{place(record)}: count {record.count} is no count; send how many stools")
        return 0.0, record.count or None
    if not isinstance(record.volume, float):
        refuse(MALFORMED, f"{place(record)}: volume {quoted(record.volume)}; send a JSON number")
    unit = units.volume(record.unit)
    if unit is None:
        refuse(BAD_UNIT, f"{place(record)}: {_unit_fault(record.unit)}; send the volume in mL")
    if record.volume < 0:
        refuse(MALFORMED, f"{place(record)}: volume {record.volume} is below 0; send what was measured")
    return _amount(record, unit.scale, record.volume), None


_MOST = 1000


def dose(record: schema.DoseRecord, frame: Frame, offset: int, problems: Problems) -> events.Dose:
    """Convert a dose: one that was given needs its amount; one that was held does not."""
    if not is_il2(record.agent):
        refuse(
            MALFORMED,
            (
                f"{place(record)}: agent {quoted(record.agent)} is not aldesleukin; chart other agents as "
                "medication or infusion"
            ),
        )
    amount, unit = _dosed(record) if record.given or units.dose(record.unit) else (None, None)
    return events.Dose(*frame, record.given, amount, unit, vocabulary.IL2, record.reason, offset=offset)


def infusion(
    record: schema.InfusionRecord, frame: Frame, offset: int, problems: Problems
) -> events.Infusion | events.OtherInfusion | events.Unreadable:
    """Convert an infusion rate: a rate of 0 stops the agent whatever its unit.

    A rate that cannot be read is passed on as that: the agent runs (criteria.md 2).
    """
    _require_text(record, "agent")
    agent, line = vasopressor(record.agent), record.line or ""
    if agent is None:
        return _other_infusion(record, frame, offset, problems)
    try:
        per_kg, rate = _rate(record, agent)
    except Refused as refusal:
        problems.append(refusal.problem)
        sent, reason = as_kept(record.rate), refusal.problem.reason
        return events.Unreadable(*frame, "infusion", agent, line, sent, record.unit, reason, offset=offset)
    return events.Infusion(*frame, agent, line, rate, per_kg, offset=offset)


def _rate(record: schema.InfusionRecord, agent: str) -> tuple[bool, float]:
    """Return if a rate is per kg of the patient, and the rate in the agent's own unit."""
    if not isinstance(record.rate, float):
        refuse(MALFORMED, f"{place(record)}: rate {quoted(record.rate)} is text; send a JSON number")
    if record.rate == 0 or agent in vocabulary.WITHOUT_EQUIVALENT:
        return True, record.rate
    unit = units.rate(agent, record.unit)
    if unit is None:
        wanted = "U/min" if agent == "vasopressin" else "ug/kg/min"
        refuse(BAD_UNIT, f"{place(record)}: {_unit_fault(record.unit)}; send {agent} in {wanted}")
    return unit.per_kg or agent == "vasopressin", _amount(record, unit.scale, record.rate)


def _other_infusion(
    record: schema.InfusionRecord, frame: Frame, offset: int, problems: Problems
) -> events.OtherInfusion:
    rate = record.rate if isinstance(record.rate, float) else None
    return events.OtherInfusion(*frame, named(record.agent), rate, offset=offset)


def medication(
    record: schema.MedicationRecord, frame: Frame, offset: int, problems: Problems
) -> events.Medication:
    """Convert a medication: any agent may be charted; the advice knows some of them."""
    _require_text(record, "agent")
    return events.Medication(
        *frame, named(record.agent), record.amount, record.unit, record.route, offset=offset
    )


def finding(record: schema.FindingRecord, frame: Frame, offset: int, problems: Problems) -> events.Finding:
    """Convert a finding: an unknown code is passed on as received, and counted."""
    code = record.code
    words = vocabulary.VALUE_FINDINGS.get(code)
    if code not in vocabulary.FINDINGS:
        problems.append(_unknown(record, code))
    elif words and record.value not in words:
        refuse(
            MALFORMED,
            f"{place(record)}: {code} has value {quoted(record.value)}; send one of {', '.join(words)}",
        )
    elif code in vocabulary.PRESENT_FINDINGS and record.present is None:
        refuse(
            MALFORMED, f"{place(record)}: {code} does not say if it is present; send `present` true or false"
        )
    specimen = record.specimen if code == vocabulary.WITH_SPECIMEN else None
    return events.Finding(*frame, code, record.present, record.value, specimen, offset=offset)


def encounter(
    record: schema.EncounterRecord, frame: Frame, offset: int, problems: Problems
) -> events.Encounter:
    """Convert an encounter.

    Its readings may all be refused: where the patient is, the age and the history still count.
    """
    sent = record.readings or ()
    signs = [each for each in sent if each.code in vocabulary.VITALS]
    vitals, odd = usable_vitals(record, signs, problems)
    results, rest = usable_labs(record, [each for each in sent if each not in signs], problems)
    planned = record.dose_1_planned
    return events.Encounter(
        *frame,
        record.event,
        _location(record),
        record.age,
        vitals,
        results,
        _history(record, problems),
        None if planned is None else moment(record, "dose-1-planned", planned),
        tuple(dict.fromkeys((*odd.unusable, *rest.unusable))),
        (*odd.withdrawn, *rest.withdrawn),
        _targets(record, problems) if record.event == "baseline" else {},
        named(record.pack) if record.pack and record.event == "cycle-start" else None,
        offset=offset,
    )


def _targets(record: schema.EncounterRecord, problems: Problems) -> dict[str, float]:
    """Return the patient's own targets that can be used; one that cannot is reported."""
    wanted = [each for each in record.targets or () if each.code == "systolic-bp"]
    problems.extend(_unknown(record, each.code) for each in record.targets or () if each not in wanted)
    kept, _ = usable_vitals(record, wanted, problems)
    return {code: value for code, value in kept if isinstance(value, float)}


def _location(record: schema.EncounterRecord) -> str | None:
    """Return the unit's name as it was sent; blank is none."""
    return (record.location or "").strip()[:_LONGEST_NAME] or None


_LONGEST_NAME = 128


def ack(record: schema.AckRecord, frame: Frame, offset: int, problems: Problems) -> events.Ack:
    """Convert an acknowledgement: it must name its alert, and who and why."""
    _require_text(record, "alert", "by", "reason")
    return events.Ack(*frame, record.alert, record.by, record.reason, offset=offset)


def silence(record: schema.SilenceRecord, frame: Frame, offset: int, problems: Problems) -> events.Silence:
    """Convert a silence: it must name its subject and its end, and who and why."""
    _require_text(record, "subject", "by", "reason")
    until = moment(record, "until", record.until)
    return events.Silence(
        *frame, record.subject, record.level, until, record.by, record.reason, offset=offset
    )


def resume(record: schema.ResumeRecord, frame: Frame, offset: int, problems: Problems) -> events.Resume:
    """Convert a resume: it must name its stop rule, and who and why."""
    _require_text(record, "rule", "by", "reason")
    return events.Resume(*frame, record.rule, record.by, record.reason, record.pack or None, offset=offset)


def accept(record: schema.AcceptRecord, frame: Frame, offset: int, problems: Problems) -> events.Accept:
    """Convert an acceptance: it must name its criterion, and who and why."""
    _require_text(record, "criterion", "by", "reason")
    until = None if record.until is None else moment(record, "until", record.until)
    return events.Accept(
        *frame,
        record.criterion,
        record.level,
        until,
        record.by,
        record.reason,
        record.pack or None,
        offset=offset,
    )


def tick(record: schema.TickRecord, frame: Frame, offset: int, problems: Problems) -> events.Tick:
    """Convert a tick: it carries the time alone."""
    return events.Tick(*frame, offset=offset)


RECORD_TYPES: Mapping[type, Callable[[Any, Frame, int, Problems], events.Event | None]] = {
    schema.VitalsRecord: readings.vitals,
    schema.LabsRecord: readings.labs,
    schema.IORecord: io,
    schema.DoseRecord: dose,
    schema.InfusionRecord: infusion,
    schema.MedicationRecord: medication,
    schema.FindingRecord: finding,
    schema.EncounterRecord: encounter,
    schema.AckRecord: ack,
    schema.SilenceRecord: silence,
    schema.ResumeRecord: resume,
    schema.AcceptRecord: accept,
    schema.TickRecord: tick,
}


def _start(record: schema.IORecord, at: int) -> int | None:
    if record.start is None:
        return None
    start = moment(record, "start", record.start)
    if start > at or (start == at and record.kind == "urine"):
        refuse(MALFORMED, f"{place(record)}: `start` is not before `at`; send when the collection began")
    return start if start < at else None


def _dosed(record: schema.DoseRecord) -> tuple[float | None, str | None]:
    if record.amount is None:
        if record.given:
            refuse(MALFORMED, f"{place(record)}: a dose given has no amount; send how much")
        return None, None
    unit = units.dose(record.unit)
    if unit is None:
        refuse(BAD_UNIT, f"{place(record)}: {_unit_fault(record.unit)}; send the amount in [iU]/kg")
    return _amount(record, unit.scale, record.amount), unit.unit


def _amount(record: schema.Record, scale: units.Scale | None, value: float) -> float:
    try:
        return readings.scaled(scale, value)
    except OverflowError:
        refuse(MALFORMED, f"{place(record)}: {value} is no measurement; send what was measured")


def _history(record: schema.EncounterRecord, problems: Problems) -> dict[str, bool]:
    found = record.findings or {}
    problems.extend(_unknown(record, code) for code in found if code not in vocabulary.BASELINE_FINDINGS)
    return {
        code: value
        for code, value in found.items()
        if value is not None and code in vocabulary.BASELINE_FINDINGS
    }


def _require_text(record: schema.Record, *fields: str) -> None:
    for field in fields:
        if not getattr(record, field).strip():
            refuse(MALFORMED, f"{place(record)}: `{field}` is blank; say it")


def _unknown(record: schema.Record, code: str) -> Problem:
    return problem(
        UNKNOWN_CODE,
        f"{place(record)}: {quoted(code)} is not a known code here; it is counted and not used",
        code,
    )


def _unit_fault(unit: str | None) -> str:
    return f"unit {quoted(unit)} cannot be converted" if unit else "no unit"
