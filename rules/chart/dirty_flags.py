"""Give each input of a decision one bit, so that an event re-decides only what it can change."""

from collections.abc import Iterable

from rules.wire import vocabulary

SIGNALS = (
    "heart-rate",
    "systolic-bp",
    "spo2",
    "temperature",
    "oxygen",
    "weight",
    "urine",
    "stool",
    "fluids",
    "iv-maintenance",
    "infusions",
    "doses",
    "medication",
    "baseline",
    "encounter",
    "resume",
    "mode",
)

BIT: dict[str, int] = {
    name: 1 << i for i, name in enumerate((*SIGNALS, *sorted(vocabulary.LABS), *sorted(vocabulary.FINDINGS)))
}

HEART_RATE = BIT["heart-rate"]
SYSTOLIC = BIT["systolic-bp"]
SPO2 = BIT["spo2"]
TEMPERATURE = BIT["temperature"]
OXYGEN = BIT["oxygen"]
WEIGHT = BIT["weight"]
URINE = BIT["urine"]
STOOL = BIT["stool"]
FLUIDS = BIT["fluids"]
MAINTENANCE = BIT["iv-maintenance"]
INFUSIONS = BIT["infusions"]
DOSES = BIT["doses"]
MEDICATION = BIT["medication"]
BASELINE = BIT["baseline"]
ENCOUNTER = BIT["encounter"]
RESUME = BIT["resume"]
MODE = BIT["mode"]
VITALS = HEART_RATE | SYSTOLIC | SPO2 | TEMPERATURE | OXYGEN
EVERYTHING = (1 << len(BIT)) - 1


def bits(names: Iterable[str]) -> int:
    mask = 0
    for name in names:
        mask |= BIT[name]
    return mask
