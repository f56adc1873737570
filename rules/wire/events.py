"""Define the events: what a record says once it is decoded, in canonical units, times in ms since the epoch.

Source: wire.md, Events.
"""

import msgspec


class _Sourced(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    offset: int = -1  # of the record in its source, opaque here; -1: none


class _Event(_Sourced, frozen=True, gc=False):
    id: str
    patient: str
    at: int  # ms: when it was true
    known: int  # ms: when the system could have learned it
    status: str  # final, preliminary, corrected or entered-in-error


class Unusable(msgspec.Struct, frozen=True, gc=False):
    """A reading that could not be used: its value and unit as sent, and why."""

    code: str
    value: float | str | None
    unit: str | None
    reason: str


LabReading = tuple[str, float, float | None, float | None, str, str | None]
"""(code, value, low, high, unit, comparator)."""


class Vitals(_Event, frozen=True, gc=False):
    """A set of vital signs: (code, value); the value is a word for `o2-device` alone.

    `unusable`: the readings that were refused; `withdrawn`: the codes that the record takes back.
    """

    readings: tuple[tuple[str, float | str], ...]
    unusable: tuple[Unusable, ...] = ()
    withdrawn: tuple[str, ...] = ()


class Labs(_Event, frozen=True, gc=False):
    """A set of results: (code, value, low, high, unit, comparator).

    The reference limits are converted along with the value. `unusable` and `withdrawn`: as in `Vitals`.
    `charted`: code and, in words, what was charted (`354 µmol/L`), where the value had to be converted.
    """

    readings: tuple[LabReading, ...]
    unusable: tuple[Unusable, ...] = ()
    withdrawn: tuple[str, ...] = ()
    charted: tuple[tuple[str, str], ...] = ()


class IO(_Event, frozen=True, gc=False):
    """A volume in or out, mL; for urine the collection runs from `start` (None: not charted) to `at`.

    `count`: how many stools that nobody measured; the volume is then 0.
    """

    direction: str
    kind: str
    volume: float
    start: int | None
    count: float | None = None


class Dose(_Event, frozen=True, gc=False):
    """A dose of IL-2 given, or held with its reason.

    Unit `[iU]/kg` or `[iU]`; a held dose may have neither amount nor unit.
    """

    given: bool
    amount: float | None
    unit: str | None
    agent: str
    reason: str | None


class Infusion(_Event, frozen=True, gc=False):
    """A rate in force from `at`: ug/kg/min (`per_kg`) or ug/min, for vasopressin U/min; 0 stops it."""

    agent: str
    line: str
    rate: float
    per_kg: bool


class Medication(_Event, frozen=True, gc=False):
    """A medication charted as given; the agent in lower case, the amount as charted."""

    agent: str
    amount: float | None
    unit: str | None
    route: str | None


class Finding(_Event, frozen=True, gc=False):
    """Something observed, asked or done.

    A code that is not in the vocabulary stays as received, unchecked.
    """

    code: str
    present: bool | None
    value: str | None
    specimen: str | None = None  # of `guaiac-positive`; None: not said


class Encounter(_Event, frozen=True, gc=False):
    """An event of the stay, such as a transfer or a cycle-start.

    `baseline` carries age (years), readings before therapy (as `Vitals` and `Labs` do) and history.
    `dose_1_planned`: ms. `targets`: the patient's own, by code, in the canonical unit. `pack`: of a
    cycle-start, the guideline pack named for the cycle.
    """

    event: str
    location: str | None
    age: float | None
    vitals: tuple[tuple[str, float | str], ...]
    labs: tuple[LabReading, ...]
    findings: dict[str, bool]
    dose_1_planned: int | None = None
    unusable: tuple[Unusable, ...] = ()
    withdrawn: tuple[str, ...] = ()
    targets: dict[str, float] = {}
    pack: str | None = None


class Ack(_Event, frozen=True, gc=False):
    """An acknowledgement: someone has seen an alert."""

    alert: str
    by: str
    reason: str


class Silence(_Event, frozen=True, gc=False):
    """A silence: no reminders of a subject, up to a level, until an instant (ms)."""

    subject: str
    level: str
    until: int
    by: str
    reason: str


class Resume(_Event, frozen=True, gc=False):
    """A resume: a clinician lifts a stop rule. `pack`: whose; None: that of the deciding one."""

    rule: str
    by: str
    reason: str
    pack: str | None = None


class Accept(_Event, frozen=True, gc=False):
    """An acceptance: a clinician accepts a known abnormality at a level, until an instant (ms).

    `until`: None: to the end of the cycle. `pack`: whose criterion; None: the deciding one's.
    """

    criterion: str
    level: str
    until: int | None
    by: str
    reason: str
    pack: str | None = None


class Tick(_Event, frozen=True, gc=False):
    """A tick: time has passed; for one patient, or for all (`*`). It carries no fact, and often no id."""


class Withdrawal(_Event, frozen=True, gc=False):
    """A record entered in error: nothing that was recorded with this id counts.

    `type` is the withdrawn record's.
    """

    type: str


class Unreadable(_Event, frozen=True, gc=False):
    """A urine collection or an infusion's rate that could not be used: it moves the clock, and is remembered.

    `code`: `urine` or the agent; `line`: the infusion's; `value` and `unit` as sent.
    """

    type: str
    code: str
    line: str
    value: float | str | None
    unit: str | None
    reason: str


class OtherInfusion(_Event, frozen=True, gc=False):
    """An infusion of an agent that is no vasopressor. `rate` as sent, in whatever unit; None: no number."""

    agent: str
    rate: float | None


Event = (
    Vitals
    | Labs
    | IO
    | Dose
    | Infusion
    | Medication
    | Finding
    | Encounter
    | Ack
    | Silence
    | Resume
    | Accept
    | Tick
    | Withdrawal
    | Unreadable
    | OtherInfusion
)


Reference = tuple[str, int]
"""A fact's id and its opaque source offset (-1: none): what evidence is made of."""
