"""Decode the bytes of a record to its event, or to the reasons it is refused.

Source: wire.md, Events, What is refused.
"""

import re

import msgspec

from rules.ingest import schema
from rules.ingest.record_types import RECORD_TYPES
from rules.ingest.schema import kind, moment, place
from rules.ingest.validation import validate
from rules.wire.events import Event, Withdrawal
from rules.wire.instants import EARLIEST, LATEST, MINUTE, text
from rules.wire.refusals import (
    BAD_TIME,
    FROM_THE_FUTURE,
    MALFORMED,
    WRONG_KEY,
    Problem,
    Refused,
    quoted,
    refuse,
)
from rules.wire.vocabulary import EVERY_PATIENT, STATUS, WITHDRAWN

__all__ = ["Problem", "decode"]

_RECORD: msgspec.json.Decoder[schema.Record] = msgspec.json.Decoder(schema.Record)


def decode(
    data: bytes | str,
    *,
    key: str | None = None,
    known: int | None = None,
    offset: int = -1,
    ahead: int = 15 * MINUTE,
) -> tuple[Event | None, tuple[Problem, ...]]:
    """Decode a record, and return its event and the problems of what cannot be used.

    `key`: the record's key, which must be its patient (None: not keyed, a file). `known`: the record's own
    timestamp, ms, used for a record without `known` and for one whose `known` lies at most `ahead` later
    (None: a file; then it is the record's `at`). `offset`: opaque, carried on the event. `ahead`: ms by which
    `at` may lie ahead of `known`, itself included. The event is None only if the record is refused; a reading
    refused leaves its neighbours. Never raises. Source: wire.md (What is refused), criteria.md 1.
    """
    problems: list[Problem] = []
    try:
        record = _parsed(_utf8(data), problems)
        return _event(record, key, known, offset, ahead, problems), tuple(problems)
    except Refused as refusal:
        return None, (refusal.problem,)


def _utf8(data: bytes | str) -> bytes:
    try:
        if isinstance(data, str):
            return data.encode()
        if not data.isascii():
            data.decode()
    except UnicodeError:
        refuse(MALFORMED, "the record is not UTF-8; send JSON in UTF-8")
    return data


def _parsed(data: bytes, problems: list[Problem]) -> schema.Record | schema.WithdrawalRecord:
    try:
        return _RECORD.decode(data)
    except (ValueError, RecursionError):
        return validate(data, problems)


def _event(
    record: schema.Record | schema.WithdrawalRecord,
    key: str | None,
    known: int | None,
    offset: int,
    ahead: int,
    problems: list[Problem],
) -> Event | None:
    _check_names(record, key)
    at = moment(record, "at", record.at)
    known_at = _known(record, at, known, ahead)
    if at > known_at + ahead:
        refuse(
            FROM_THE_FUTURE,
            (
                f"{place(record)}: `at` {quoted(record.at)} lies {(at - known_at) // MINUTE} min ahead of "
                "`known`; set the sender's clock"
            ),
        )
    _check_expressible(record, known_at)
    status = STATUS[record.status]
    if status == WITHDRAWN or isinstance(record, schema.WithdrawalRecord):
        return _withdrawal(record, at, known_at, offset)
    frame = (record.id or "", record.patient, at, known_at, status)
    return RECORD_TYPES[type(record)](record, frame, offset, problems)


def _check_names(record: schema.Record | schema.WithdrawalRecord, key: str | None) -> None:
    patient = record.patient = record.patient.strip()
    if not patient:
        refuse(MALFORMED, f"{place(record)}: `patient` is blank; send the patient's id")
    if not (patient.isascii() and patient.isprintable() and (record.id or "").isprintable()):
        _refuse_controls(record)
    if patient == EVERY_PATIENT:
        if not isinstance(record, schema.TickRecord):
            refuse(MALFORMED, f"{place(record)}: patient '*' is for ticks alone; send the patient's id")
    elif key is not None and key != patient:
        refuse(WRONG_KEY, f"{place(record)}: the record's key is not its patient; key records by patient id")


# White space or printable by their category, and nothing is seen: line separators, fillers, blanks, joiners,
# variation selectors.
_INVISIBLE = re.compile(
    "[\u2028\u2029\u034f\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def _refuse_controls(record: schema.Record | schema.WithdrawalRecord) -> None:
    """Refuse control characters, and in a patient's id what cannot be seen: two patients would look alike."""
    if any(letter < " " or "\x7f" <= letter <= "\x9f" for letter in record.id or ""):
        refuse(MALFORMED, f"{place(record)}: control character in `id`; send it without")
    hidden = any(not (letter.isprintable() or letter.isspace()) for letter in record.patient)
    control = any(letter < " " for letter in record.patient)
    if hidden or control or _INVISIBLE.search(record.patient):
        refuse(MALFORMED, f"{place(record)}: control or invisible character in `patient`; send it without")


def _known(
    record: schema.Record | schema.WithdrawalRecord, at: int, timestamp: int | None, ahead: int
) -> int:
    """Return when the record was known: no device's or feed's clock runs ahead of its topic's."""
    if record.known is None:
        return at if timestamp is None else timestamp
    known = moment(record, "known", record.known)
    if timestamp is None or known <= timestamp:
        return known
    if known - timestamp > ahead:
        refuse(
            FROM_THE_FUTURE,
            (
                f"{place(record)}: `known` {quoted(record.known)} lies {(known - timestamp) // MINUTE} min "
                "ahead of the record's timestamp; set the sender's clock"
            ),
        )
    return timestamp


def _check_expressible(record: schema.Record | schema.WithdrawalRecord, timestamp: int) -> None:
    """Refuse a record whose timestamp stands for `known` and is no time: one in microseconds."""
    if not EARLIEST <= timestamp <= LATEST:
        refuse(
            BAD_TIME,
            f"{place(record)}: the record's timestamp {timestamp} lies outside {text(EARLIEST)} to "
            f"{text(LATEST)}; send it in milliseconds",
        )


def _withdrawal(
    record: schema.Record | schema.WithdrawalRecord, at: int, known: int, offset: int
) -> Withdrawal:
    if not record.id or record.patient == EVERY_PATIENT:
        refuse(
            MALFORMED,
            f"{place(record)}: a withdrawal needs the id and patient of what it withdraws; send both",
        )
    return Withdrawal(record.id, record.patient, at, known, WITHDRAWN, kind(record), offset=offset)
