"""The pack `proleukin-us-label/2024-12`: the US label of Proleukin, 2024-12 (editions.md 4.2)."""

from rules.guideline.declarations import (
    AnyRow,
    HeldFindingRow,
    HeldReadingRow,
    Limit,
    PermanentFindingRow,
)
from rules.guideline.packs.declarations import (
    ABSOLUTE,
    DRAFT,
    HOLD,
    PERMANENT,
    RELATIVE,
    ROWS_DECIDE,
    VERIFIED,
    Advised,
    Item,
    NotOpen,
    Pack,
    PackRow,
    Regimen,
    Source,
)
from rules.wire.instants import DAY, HOUR, MINUTE

DOCUMENT, OLD = "Proleukin US label 2024-12 (set version 7)", "Proleukin US label before 2023"
IN_SECTION = "Proleukin US label 2024-12, section 2"
SINUS = ("sinus-rhythm", "cardiac-symptoms=absent")


def label(row: str, table: str = "section 2") -> Source:
    """Return the place of a row of the label."""
    return Source(DOCUMENT, table, row)


def _held(row: AnyRow, level: str = ABSOLUTE, status: str = VERIFIED, settles: str = "") -> PackRow:
    source = label(f"held: {row.code}", "section 2" if status == VERIFIED else "boxed warning")
    return PackRow(
        row=row, concept=row.code, effect=HOLD, level=level, source=source, status=status, settles=settles
    )


def _finding(
    code: str,
    system: str,
    words: str,
    trips: tuple[str, ...],
    resumes: tuple[str, ...] = (),
    fresh: str | None = None,
) -> HeldFindingRow:
    return HeldFindingRow(
        code=code,
        system=system,
        source=IN_SECTION,
        words=words,
        trips=trips,
        resumes=resumes,
        fresh=fresh,
        stale=16 * HOUR if fresh else 0,
    )


def _permanent(
    code: str,
    system: str,
    words: str,
    findings: tuple[str, ...],
    lasts: int = 0,
    source: Source | None = None,
) -> PackRow:
    row = PermanentFindingRow(
        code=code,
        system=system,
        source=IN_SECTION if source is None else OLD,
        words=words,
        findings=findings,
        lasts=lasts,
        joins=6 * HOUR if lasts else 0,  # [choice]
        grace=15 * MINUTE if lasts else 0,  # [choice]
    )
    return PackRow(
        row=row,
        concept=code,
        effect=PERMANENT,
        source=source or label(f"discontinued: {code}"),
        status=VERIFIED if source is None else DRAFT,
    )


ROWS = (
    _held(
        _finding("atrial-fibrillation", "cardiac", "Atrial fibrillation", ("atrial-fibrillation",), SINUS),
        settles="uncharted: held",
    ),
    _held(
        _finding(
            "supraventricular-tachycardia",
            "cardiac",
            "Supraventricular tachycardia",
            ("supraventricular-tachycardia",),
            SINUS,
        ),
        settles="uncharted: held",
    ),
    _held(
        _finding(
            "bradycardia",
            "cardiac",
            "Bradycardia that needs treatment, recurs or persists",
            ("bradycardia-treated",),
            SINUS,
        ),
        settles="uncharted: held",
    ),
    _permanent("sustained-vt", "cardiac", "Sustained ventricular tachycardia", ("sustained-vt",)),
    _permanent(
        "rhythm-uncontrolled", "cardiac", "Rhythm disturbance not controlled", ("rhythm-uncontrolled",)
    ),
    _permanent("ecg-ischemia", "cardiac", "Angina, ECG changes or infarction", ("ecg-ischemia", "angina")),
    _permanent("tamponade", "cardiac", "Cardiac tamponade", ("tamponade",)),
    _permanent(
        "bowel-surgery",
        "gastrointestinal",
        "Bowel ischemia or perforation, or bleeding that needs surgery",
        ("bowel-ischemia", "gi-bleeding-surgery"),
    ),
    _held(
        HeldReadingRow(
            code="systolic-90",
            system="hemodynamic",
            unit="mm[Hg]",
            source=IN_SECTION,
            words="Systolic pressure",
            signal="systolic-bp",
            trip=Limit("<", 90.0),
            resume=Limit(">=", 90.0),  # [choice]: printed for rhythm only
            span=5 * MINUTE,
            mean_trip=Limit("<", 60.0),  # [choice]
            unless="cardiac-symptoms",
        ),
        settles="given again at 90 or above, printed for rhythm only",
    ),
    _held(
        _finding(
            "stool-blood",
            "hemorrhagic",
            "Occult blood in stool",
            ("guaiac-positive:stool",),
            ("guaiac-positive:stool=absent",),
        ),
        level=RELATIVE,
        settles="an unknown specimen counts; the level",
    ),
    _held(
        _finding("infection", "infectious", "Infection", ("infection",)),
        status=DRAFT,
        settles="boxed warning; the row is not open",
    ),
    _held(
        _finding(
            "mental-status",
            "neurologic",
            "Mental status",
            ("mental-status=changed", "agitation", "disorientation", "hallucination", "cognition-failed"),
            ("mental-status=normal",),
            fresh="mental-status",
        ),
        settles="disorientation, hallucination and failed cognition count",
    ),
    _permanent(
        "psychosis-48h",
        "neurologic",
        "Coma or toxic psychosis for more than 48 h",
        ("coma", "toxic-psychosis"),
        48 * HOUR,
    ),
    _permanent(
        "seizures-uncontrolled",
        "neurologic",
        "Seizures, repetitive or hard to control",
        ("seizures-uncontrolled",),
    ),
    _held(
        HeldReadingRow(
            code="spo2-90",
            system="pulmonary",
            unit="%",
            source=IN_SECTION,
            words="SpO2",
            signal="spo2",
            trip=Limit("<", 90.0),
            resume=Limit(">", 90.0),
            span=5 * MINUTE,
        )
    ),
    _permanent("intubation-72h", "pulmonary", "Intubation for more than 72 h", ("intubation",), 72 * HOUR),
    _permanent(
        "dialysis-72h",
        "renal",
        "Dialysis for more than 72 h",
        ("dialysis",),
        72 * HOUR,
        Source(OLD, "section 2", "discontinued: dialysis"),
    ),
)

PACK = Pack(
    id="proleukin-us-label",
    version="2024-12",
    name="US label 2024-12",
    combination=ROWS_DECIDE,
    regimen=Regimen(
        dose=600_000.0,
        min_interval=8 * HOUR,
        doses_per_cycle=14,
        doses_per_course=28,
        cycle_days=((1, 5), (15, 19)),
        rest_days=9,
        course_gap=49 * DAY,
    ),
    items={
        "judgement": Item(value="any-time", source=label("dose modifications")),
        "combination": Item(value="rows decide", source=label("dose modifications")),
        "regimen.dose": Item(value="600,000 IU/kg", source=label("recommended dosage")),
        "regimen.interval": Item(value="every 8 h", source=label("recommended dosage")),
        "regimen.doses_per_cycle": Item(value="14", source=label("recommended dosage")),
        "regimen.doses_per_course": Item(value="28", source=label("recommended dosage")),
        "regimen.cycle_days": Item(value="days 1-5 and 15-19", source=label("recommended dosage")),
        "regimen.rest": Item(value="9 full days", source=label("recommended dosage")),
        "regimen.course_gap": Item(
            value="7 weeks from discharge", source=Source(OLD, "section 2", "retreatment"), status=DRAFT
        ),
        "eligibility": Item(
            value=(
                "no significant cardiac, pulmonary, renal or hepatic impairment; ejection fraction, "
                "pulmonary function and central nervous system recorded"
            ),
            source=label("patient selection"),
        ),
        "dosing_minimum": Item(value="systolic-90, spo2-90, mental-status", source=label("[choice]")),
    },
    dosing_minimum=("systolic-90", "spo2-90", "mental-status"),
    eligibility=(
        "organ-disease",
        "hepatic-disease",
        "ejection-fraction",
        "pulmonary-function",
        "cns-evaluated",
    ),
    rows=ROWS,
    not_open=(
        NotOpen(row="renal", words="Renal row of section 2"),
        NotOpen(row="hepatic", words="Hepatic row of section 2"),
        NotOpen(row="skin", words="Skin row of section 2"),
    ),
    not_encoded=("section 4",),
    warning="blind to kidney, counts and weight: beside 2001, not instead",
    advice=(
        Advised(
            code="cycle-length",
            text="the label gives it on days 1 to 5, decide with the physician whether to go on",
            ended="No dose after day 5 of the cycle, or therapy has ended",
            source=label("recommended dosage"),
        ),
        Advised(
            code="course-gap",
            text="a next course from 7 weeks after the discharge on, decide with the physician",
            ended="7 weeks since the discharge are over, or dose 1 was given",
            source=Source(OLD, "section 2", "retreatment"),
        ),
    ),
)
