"""The pack `til-2024/1`: IL-2 after tumor-infiltrating lymphocytes, guidance of 2024 (editions.md 4.3)."""

from msgspec import structs

from rules.guideline.declarations import (
    AnyRow,
    HeldReadingRow,
    LabRow,
    Limit,
    RefractoryRow,
    RollingVolumeRow,
)
from rules.guideline.observation_schedule import Observation
from rules.guideline.packs.declarations import (
    CYCLE,
    DRAFT,
    HOLD,
    ROWS_DECIDE,
    Advised,
    Item,
    NotOpen,
    Pack,
    PackRow,
    PreDose,
    Regimen,
    Source,
)
from rules.wire.instants import HOUR, MINUTE

DOCUMENT, SHEET = "Betof Warner et al., JITC 2024;12:e008735", "ONS drug reference sheet lifileucel, 2024"
IN_TABLE = "JITC 2024, Table 2"


def table2(row: str) -> Source:
    """Return the place of a row of Table 2."""
    return Source(DOCUMENT, "Table 2", row)


def _row(row: AnyRow, where: str, settles: str, effect: str = HOLD) -> PackRow:
    return PackRow(row=row, concept=row.code, effect=effect, source=table2(where), settles=settles)


ROWS = (
    _row(
        HeldReadingRow(
            code="sbp-target",
            system="hemodynamic",
            unit="mm[Hg]",
            source=IN_TABLE,
            words="Systolic pressure",
            signal="systolic-bp",
            trip=None,
            resume=None,
            span=5 * MINUTE,
            mean_trip=Limit("<", 60.0),  # [choice]
        ),
        "hypotension",
        "that it holds meanwhile",
    ),
    _row(
        RefractoryRow(
            code="sbp-refractory",
            system="hemodynamic",
            source=IN_TABLE,
            words="Hypotension not responding to fluid",
            of="sbp-target",
            boluses=2,
            volume=500.0,
            wait=30 * MINUTE,
            cycle=True,
        ),
        "hypotension, refractory",
        "the numbers",
        CYCLE,
    ),
    _row(
        RollingVolumeRow(
            code="urine-kg",
            system="renal",
            unit="mL/kg",
            source=IN_TABLE,
            words="Urine in 8 h",
            absolute=Limit("<", 4.0),
            window=8 * HOUR,
            covers=4 * HOUR,  # [choice]
            per_kg=True,
            resume_rate=Limit(">=", 0.5),  # [choice]
            resume_covers=120 * MINUTE,  # [choice]
            monitored_by="intake-output",
        ),
        "urine",
        "baseline weight; a stretch of two hours clears too",
    ),
    _row(
        RefractoryRow(
            code="urine-refractory",
            system="renal",
            source=IN_TABLE,
            words="Low urine not responding to fluid",
            of="urine-kg",
            boluses=2,
            volume=1000.0,
            wait=60 * MINUTE,
            rate=Limit("<", 0.5),
        ),
        "urine, refractory",
        "the numbers of boluses",
    ),
    _row(
        LabRow(
            code="creatinine",
            system="renal",
            unit="mg/dL",
            source=IN_TABLE,
            words="Creatinine",
            lab="creatinine",
            monitored_by="chemistry",
            absolute=Limit(">=", 2.5),
        ),
        "creatinine 2.5-2.9",
        "from 3.0 not open, holds",
    ),
)
REFRACTORY = ROWS[1]
PRESSOR_CENTRE = (
    structs.replace(
        REFRACTORY,
        row=structs.replace(REFRACTORY.row, weaned=Limit("<=", 0.5)),
        effect=HOLD,
        settles="the numbers; it holds until the pressor load is 0.5 or less, then it is decided on",
    ),
)
SHEET_SAYS = Source(SHEET, "administration", "IL-2")

PACK = Pack(
    id="til-2024",
    version="1",
    name="TIL 2024",
    combination=ROWS_DECIDE,
    regimen=Regimen(min_interval=8 * HOUR, max_interval=12 * HOUR, doses_per_cycle=6),
    items={
        "judgement": Item(value="any-time", source=table2("hold and resume")),
        "combination": Item(value="rows decide", source=table2("hold and resume")),
        "regimen.interval": Item(value="8-12 h", source=SHEET_SAYS, status=DRAFT),
        "regimen.start": Item(value="3-24 h after the cells", source=SHEET_SAYS, status=DRAFT),
        "regimen.doses_per_cycle": Item(value="6", source=Source(DOCUMENT, "text", "number of doses")),
        "monitoring.creatinine": Item(
            value="twice a day", source=Source(DOCUMENT, "Table 2", "monitoring: creatinine")
        ),
        "monitoring.urine": Item(
            value="twice a day", source=Source(DOCUMENT, "Table 2", "monitoring: urine")
        ),
        "monitoring.pre-dose-assessment": Item(
            value="before each dose", source=Source(DOCUMENT, "Table 2", "monitoring: before a dose")
        ),
        "dosing_minimum": Item(value="sbp-target, urine-kg, creatinine", source=table2("[choice]")),
    },
    dosing_minimum=("sbp-target", "urine-kg", "creatinine"),
    rows=ROWS,
    pressor_centre=PRESSOR_CENTRE,
    monitoring=(
        Observation(
            what="creatinine",
            words="Creatinine not measured twice a day",
            seen=(("creatinine",),),
            ward=12 * HOUR,
            intensive=12 * HOUR,
            source="JITC 2024, Table 2, monitoring",
        ),
        Observation(
            what="urine",
            words="Urine not measured twice a day",
            seen=(("urine",),),
            ward=12 * HOUR,
            intensive=12 * HOUR,
            source="JITC 2024, Table 2, monitoring",
        ),
    ),
    pre_dose=PreDose(seen=("systolic-bp", "urine"), within=150 * MINUTE, asked=HOUR),  # [choice]
    not_open=(NotOpen(row="after-urine", words="Table 2 after its rows on urine"),),
    not_encoded=("amount of a dose", "persistently low creatinine clearance: discontinue, as text only"),
    advice=(
        Advised(
            code="no-nsaid",
            text="no NSAID",
            ended="Creatinine, platelets and urine no longer speak against an NSAID",
            source=table2("urine"),
            labs={"creatinine": Limit(">", 2.0), "platelets": Limit("<", 50.0)},
            rate=Limit("<", 0.5),  # [choice]
            covers=2 * HOUR,  # [choice]
        ),
        Advised(
            code="sbp-bolus",
            text="Bolus of 250-500 mL over 30-60 min, then 250 mL",
            ended="Systolic pressure is at the patient's target again",
            of="sbp-target",
            source=table2("hypotension"),
        ),
        Advised(
            code="urine-bolus",
            text="Bolus of 500 mL in 30 min, look after 1 h, again if urine is below 50-80 mL/h",
            ended="Urine is enough again",
            source=table2("urine"),
            of="urine-kg",
        ),
        Advised(
            code="dose-late",
            text="decide with the physician whether to go on",
            ended="A dose was given, or therapy has ended",
            source=SHEET_SAYS,
        ),
    ),
)
