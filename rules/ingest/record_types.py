"""Convert each type of record to its event by that type's own rules (wire.md, Events).

Each function takes the record, its frame (id, patient, at, known, status), the source offset and the list of
problems to add to; it raises `Refused` when the whole record is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any

from rules.ingest import readings, schema, units
from rules.ingest.readings import Frame, Problems, usable_labs, usable_vitals
from rules.ingest.schema import moment, place
from rules.wire import events, vocabulary
from rules.wire.refusals import BAD_UNIT, MALFORMED, UNKNOWN_CODE, Problem, problem, quoted, refuse


def io(record: schema.IORecord, frame: Frame, offset: int, problems: Problems) -> events.IO:
    """Convert a volume: its kind must belong to the direction, and a urine collection must last some time."""
    if record.kind not in vocabulary.IO_KINDS[record.direction]:
        refuse(
            MALFORMED,
            (
                f"{place(record)}: kind {quoted(record.kind)} is not one of direction {record.direction}; "
                "see "
                "wire.md, io"
            ),
        )
    if record.unit not in units.VOLUMES:
        refuse(BAD_UNIT, f"{place(record)}: {_unit_fault(record.unit)}; send the volume in mL")
    volume = _amount(record, units.VOLUMES[record.unit], record.volume)
    return events.IO(*frame, record.direction, record.kind, volume, _start(record, frame[2]), offset=offset)


def dose(record: schema.DoseRecord, frame: Frame, offset: int, problems: Problems) -> events.Dose:
    """Convert a dose: one that was given needs its amount; one that was held does not."""
    if record.agent.strip().lower() not in vocabulary.IL2_NAMES:
        refuse(
            MALFORMED,
            (
                f"{place(record)}: agent {quoted(record.agent)} is not aldesleukin; chart other agents as "
                "medication or infusion"
            ),
        )
    amount, unit = _dosed(record) if record.given or record.unit in units.DOSES else (None, None)
    return events.Dose(*frame, record.given, amount, unit, "aldesleukin", record.reason, offset=offset)


def infusion(
    record: schema.InfusionRecord, frame: Frame, offset: int, problems: Problems
) -> events.Infusion | events.OtherInfusion:
    """Convert an infusion rate: a rate of 0 stops the agent whatever its unit."""
    agent = vocabulary.INFUSION_AGENTS.get(record.agent.strip().lower())
    if agent is None:
        problems.append(_unknown(record, record.agent))
        return events.OtherInfusion(*frame, record.agent.strip().lower(), record.rate, offset=offset)
    if record.rate == 0:
        return events.Infusion(*frame, agent, record.line or "", 0.0, True, offset=offset)
    if record.unit not in units.RATES[agent]:
        refuse(
            BAD_UNIT,
            (
                f"{place(record)}: {_unit_fault(record.unit)}; send {agent} in "
                f"{'U/min' if agent == 'vasopressin' else 'ug/kg/min'}"
            ),
        )
    per_kg, scale = units.RATES[agent][record.unit]
    return events.Infusion(
        *frame, agent, record.line or "", _amount(record, scale, record.rate), per_kg, offset=offset
    )


def medication(
    record: schema.MedicationRecord, frame: Frame, offset: int, problems: Problems
) -> events.Medication:
    """Convert a medication: any agent may be charted; the advice knows some of them."""
    _require_text(record, "agent")
    return events.Medication(
        *frame, record.agent.strip().lower(), record.amount, record.unit, record.route, offset=offset
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
    return events.Finding(*frame, code, record.present, record.value, offset=offset)


def encounter(
    record: schema.EncounterRecord, frame: Frame, offset: int, problems: Problems
) -> events.Encounter:
    """Convert an encounter.

    Its readings may all be refused: where the patient is, the age and the history still count.
    """
    sent = record.readings or ()
    vitals = usable_vitals(record, [each for each in sent if each.code in vocabulary.VITALS], problems)
    results = usable_labs(record, [each for each in sent if each.code not in vocabulary.VITALS], problems)
    history = _history(record, problems)
    return events.Encounter(
        *frame, record.event, record.location, record.age, vitals, results, history, offset=offset
    )


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
    return events.Resume(*frame, record.rule, record.by, record.reason, offset=offset)


def accept(record: schema.AcceptRecord, frame: Frame, offset: int, problems: Problems) -> events.Accept:
    """Convert an acceptance: it must name its criterion, and who and why."""
    _require_text(record, "criterion", "by", "reason")
    until = None if record.until is None else moment(record, "until", record.until)
    return events.Accept(
        *frame, record.criterion, record.level, until, record.by, record.reason, offset=offset
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
    if record.unit not in units.DOSES:
        refuse(BAD_UNIT, f"{place(record)}: {_unit_fault(record.unit)}; send the amount in [iU]/kg")
    unit, scale = units.DOSES[record.unit]
    return _amount(record, scale, record.amount), unit


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
