"""The pack `dutcher-2014/1`: the consensus of 2014, judged at dosing (editions.md 4.1)."""

from rules.guideline.declarations import (
    AnyRow,
    FindingRow,
    LabRow,
    Limit,
    RollingVolumeRow,
    StatedFindingRow,
    Sustained,
    SustainedRateRow,
)
from rules.guideline.dose_decisions import TABLE4
from rules.guideline.edition import SCHWARTZENTRUBER_2001
from rules.guideline.packs.declarations import AT_DOSING, DRAFT, Item, Pack, PackRow, Regimen, Source
from rules.wire.instants import HOUR, MINUTE

DOCUMENT, OLDER = "Dutcher et al., JITC 2014;2:26", "schwartzentruber-2001/2"
ABSENT = ("urine-hour", "pleural-effusion", "disorientation")
"""Rows of 2001 that Table 3 of 2014 does not have."""


def table3(row: str) -> Source:
    """Return the place of a row of Table 3."""
    return Source(DOCUMENT, "Table 3", row)


_IN_PLACE: dict[str, tuple[AnyRow, str]] = {
    "sinus-tachycardia": (
        SustainedRateRow(
            code="sinus-tachycardia",
            system="cardiac",
            unit="/min",
            source="JITC 2014, Table 3, cardiac",
            words="Heart rate",
            # [choice] 30 min and the clearing limits, as in 2001
            relative=Sustained(Limit(">=", 100.0), Limit("<", 95.0), 30 * MINUTE),
            absolute=Sustained(Limit(">", 130.0), Limit("<", 125.0), 30 * MINUTE),
            unexcused=Sustained(Limit(">", 150.0), Limit("<=", 150.0), 30 * MINUTE),
            monitored_by="vital-signs",
            not_sinus=("atrial-fibrillation", "supraventricular-tachycardia"),
            not_sinus_words="Ventricular rate",
            fever=Limit(">=", 38.0),
            fever_age=4 * HOUR,
        ),
        "100 perhaps a misprint; the clearing limits",
    ),
    "moist-desquamation": (
        FindingRow(
            code="moist-desquamation",
            system="dermatologic",
            source="JITC 2014, Table 3, dermatologic",
            words="Moist desquamation",
            relative=("moist-desquamation",),
        ),
        "",
    ),
    "extremities": (
        FindingRow(
            code="extremities",
            system="musculoskeletal",
            source="JITC 2014, Table 3, musculoskeletal",
            words="Extremity tightness or paresthesias",
            relative=("extremity-tightness",),
            absolute=("extremity-paresthesias",),
        ),
        '"extreme" read as of extremities',
    ),
    "emotional-lability": (
        FindingRow(
            code="emotional-lability",
            system="neurologic",
            source="JITC 2014, Table 3, neurologic",
            words="Anxiety or emotional lability",
            relative=("anxiety", "emotional-lability"),
            absolute=("persistent-crying",),
        ),
        "mild anxiety as printed; emotional lability beside it",
    ),
    "mental-status": (
        StatedFindingRow(
            code="mental-status",
            system="neurologic",
            source="JITC 2014, Table 3, neurologic",
            words="Mental status",
            finding="mental-status",
            value="changed",
            lasts=2 * HOUR,
            stale=16 * HOUR,
            also=("disorientation",),  # [choice]
        ),
        "disorientation, which has no row, counts as changed",
    ),
    "urine-shift": (
        RollingVolumeRow(
            code="urine-shift",
            system="renal",
            group="urine",
            unit="mL",
            source="JITC 2014, Table 3, renal",
            words="Urine in 8 h",
            relative=Limit("<=", 160.0),
            absolute=Limit("<", 80.0),
            window=8 * HOUR,
            covers=4 * HOUR,  # [choice]
            monitored_by="intake-output",
        ),
        "rolling 8 h, not the calendar shift",
    ),
}
"""The rows that differ from those of 2001, and what was settled by choice."""


def _row(row: AnyRow) -> PackRow:
    found, settles = _IN_PLACE.get(row.code, (row, ""))
    return PackRow(row=found, concept=row.code, source=table3(f"{row.system}: {row.code}"), settles=settles)


BICARBONATE = PackRow(
    row=LabRow(
        code="bicarbonate",
        system="renal",
        unit="mmol/L",
        source="JITC 2014, Table 3, last line",
        words="Bicarbonate",
        lab="bicarbonate",
        monitored_by="chemistry",
        absolute=Limit("<=", 18.0),
    ),
    concept="bicarbonate",
    source=table3("last line"),
    status=DRAFT,
    settles="the column is not open, read as absolute",
)


def _inherited(value: str, row: str) -> Item:
    source = Source("Schwartzentruber, J Immunother 2001;24(4):287-293", "Table 4", row)
    return Item(value=value, source=source, status=DRAFT, inherited_from=OLDER)


MINIMUM = tuple("urine-shift" if code == "urine-hour" else code for code in TABLE4.dosing_minimum)

PACK = Pack(
    id="dutcher-2014",
    version="1",
    name="JITC 2014",
    judgement=AT_DOSING,
    regimen=Regimen(min_interval=TABLE4.dose_interval),
    items={
        "judgement": Item(value="at-dosing", source=table3("footnote, cut off"), status=DRAFT),
        "combination": _inherited("count", "combination"),
        "regimen.interval": _inherited("every 8 h", "dosing"),
        "eligibility": _inherited("criteria.md 7.4", "eligibility"),
        "pressure_targets": _inherited("criteria.md 5", "Table 2"),
        "dosing_minimum": _inherited(", ".join(MINIMUM), "dosing minimum"),
    },
    dosing_minimum=MINIMUM,
    eligibility=tuple(SCHWARTZENTRUBER_2001.eligibility.items),
    rows=(*(_row(row) for row in SCHWARTZENTRUBER_2001.rows if row.code not in ABSENT), BICARBONATE),
    not_encoded=("the body of the paper", "Table 1"),
)
