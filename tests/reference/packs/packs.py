"""The four packs: rows in their order, the dosing minimum, and what was not read (editions.md 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .. import heart, table3
from ..clock import DAY, HOUR, MINUTE
from ..facts import Fact
from ..knowledge import Knowledge, timeless
from ..labs import Bands, result
from ..row import ABSOLUTE, CLEAR, RELATIVE, Row
from ..windows import STALE_LAB, Latch, latch
from . import holds, lasting, mental, urine

Evaluate = Callable[[Knowledge, int], Row]
NO_MAXIMUM = lasting.Regimen()


@dataclass(frozen=True)
class Pack:
    """One guideline: `effects` names the rows in order; rows without an effect count."""

    key: str
    rows: Mapping[str, Evaluate]
    minimum: tuple[str, ...]
    effects: Mapping[str, str] = field(default_factory=dict)
    permanent: tuple[lasting.Permanent, ...] = ()
    not_open: tuple[str, ...] = ()
    at_dosing: bool = False
    counts: bool = True
    regimen: lasting.Regimen = NO_MAXIMUM
    floor: tuple[str, ...] = ()
    pre_dose: int | None = None

    def order(self, codes: Mapping[str, object]) -> list[str]:
        """Codes in the pack's order."""
        return [c for c in ORDER[self.key] if c in codes]


def on(relative: tuple[str, ...] = (), absolute: tuple[str, ...] = ()) -> Evaluate:
    """A row on findings: absolute if one of the absolute is present, else relative if one of the others is."""
    return lambda k, at: present(k, relative, absolute)


def present(k: Knowledge, relative: tuple[str, ...], absolute: tuple[str, ...]) -> Row:
    """A row on the findings of the cycle, specimens apart."""
    reset = k.reset
    latest: holds.Latest = {}
    for fact in holds.records(k, (*relative, *absolute)):
        if reset is None or fact.at >= reset:
            latest[fact.event["code"], fact.event.get("specimen")] = fact
    if holds.present(latest, *absolute) is not None:
        return Row(ABSOLUTE)
    return Row(RELATIVE if holds.present(latest, *relative) is not None else CLEAR)


# ---- schwartzentruber-2001/2

ROWS_2001: dict[str, Evaluate] = dict(table3.EVALUATE)


# ---- dutcher-2014/1


@timeless
def over100(k: Knowledge) -> list[Latch]:
    """Trips at 100 and over, clears below 95."""
    return latch(
        k, heart.signal(k, "heart-rate"), heart.SPAN, lambda r: r.value >= 100, lambda r: r.value < 95
    )


def tachycardia(k: Knowledge, at: int) -> Row:
    """100-130 relative; over 130 and its excuses as in 2001."""
    row = heart.sinus_tachycardia(k, at)
    if not heart.signal(k, "heart-rate") or row.tripped or not over100(k)[-1].on:
        return row
    old = bool(row.missing) or row.stale
    return Row(RELATIVE, row.value, stale=old)


def _bicarbonate(v: Fraction) -> str:
    return ABSOLUTE if v <= 18 else CLEAR


ABSENT = ("urine-hour", "pleural-effusion", "disorientation")
ROWS_2014: dict[str, Evaluate] = {
    **{code: ask for code, ask in ROWS_2001.items() if code not in ABSENT},
    "sinus-tachycardia": tachycardia,
    "moist-desquamation": on(("moist-desquamation",)),
    "emotional-lability": on(("anxiety", "emotional-lability"), ("persistent-crying",)),
    "mental-status": mental.changed,
    "urine-shift": urine.shift,
    "bicarbonate": result("bicarbonate", "mmol/L", Bands(_bicarbonate, (Fraction(18),)), STALE_LAB),
}
MINIMUM_2014 = tuple("urine-shift" if code == "urine-hour" else code for code in table3.MINIMUM)

# ---- proleukin-us-label/2024-12

ROWS_LABEL: dict[str, Evaluate] = {
    "atrial-fibrillation": holds.rhythm("atrial-fibrillation"),
    "supraventricular-tachycardia": holds.rhythm("supraventricular-tachycardia"),
    "bradycardia": holds.rhythm("bradycardia-treated"),
    "systolic-90": holds.systolic_90,
    "stool-blood": holds.stool_blood,
    "infection": holds.infection,
    "mental-status": mental.label,
    "spo2-90": holds.spo2_90,
}
LABEL = Pack(
    "proleukin-us-label/2024-12",
    ROWS_LABEL,
    ("systolic-90", "mental-status", "spo2-90"),
    dict.fromkeys(ROWS_LABEL, "hold") | {p.code: "permanent" for p in lasting.PERMANENT},
    lasting.PERMANENT,
    ("renal", "hepatic", "skin"),
    counts=False,
    regimen=lasting.Regimen(14, 28, rest=True),
    floor=("phenylephrine", "intubation", "frank-blood"),
)

# ---- til-2024/1

ROWS_TIL: dict[str, Evaluate] = {
    "sbp-target": holds.sbp_target,
    "sbp-refractory": urine.sbp_refractory,
    "urine-kg": urine.urine_kg,
    "urine-refractory": urine.urine_refractory,
    "creatinine": holds.creatinine,
}
TIL = Pack(
    "til-2024/1",
    ROWS_TIL,
    ("sbp-target", "urine-kg", "creatinine"),
    dict.fromkeys(ROWS_TIL, "hold") | {"sbp-refractory": "cycle"},
    not_open=("after-urine",),
    counts=False,
    regimen=lasting.Regimen(6),
    floor=("phenylephrine", "intubation", "frank-blood", "spo2-below-90"),
    pre_dose=2 * HOUR + 30 * MINUTE,
)

PACKS = {
    pack.key: pack
    for pack in (
        Pack("schwartzentruber-2001/2", ROWS_2001, table3.MINIMUM),
        Pack("dutcher-2014/1", ROWS_2014, MINIMUM_2014, at_dosing=True),
        LABEL,
        TIL,
    )
}
ORDER: dict[str, list[str]] = {
    key: [*pack.rows, *(p.code for p in pack.permanent)] for key, pack in PACKS.items()
}


def row_of(pack: Pack, code: str, k: Knowledge, facts: list[Fact], at: int) -> Row:
    """One row at a clock."""
    for permanent in pack.permanent:
        if permanent.code == code:
            return permanent.row(facts, at)
    return pack.rows[code](k, at)


__all__ = ["DAY", "PACKS", "Pack", "row_of"]
