"""Define the dirty flags: one bit for each input of a decision.

An event makes only those subjects be decided again that read what it changed. `record` returns the flags of
the facts an event wrote; `Chart.refresh` adds those that follow from them; each subject has the flags of its
inputs, and is decided again when they meet (`rules.decide.subjects.Plan.todo`). A flag too many costs time; a
flag too few is an alert that never comes.
"""

from collections.abc import Iterable

from rules.wire import vocabulary

SIGNALS = (
    "heart-rate",  # readings after which it may be decided differently
    "systolic-bp",  # likewise, mean pressures too; also when the baseline moves the target
    "spo2",  # likewise
    "temperature",  # likewise
    "respiratory-rate",  # likewise
    "oxygen",  # device, flow or FiO2 in force
    "weight",  # a weight, accepted or not
    "urine",  # a volume of urine
    "stool",  # a volume of stool
    "fluids",  # a bolus or a blood product
    "iv-maintenance",  # a volume of maintenance fluid
    "infusions",  # a rate of any agent
    "doses",  # a dose of IL-2 given
    "medication",  # a medicine that the advice looks at
    "baseline",  # readings, findings or age of the baseline
    "encounter",  # admit, transfer, cycle-start, therapy-end, discharge
    "resume",  # a clinician's resume of a stop rule
    "respiratory-rate",  # a respiratory rate
    "not-understood",  # a finding or an infusion that nobody knows
    "accept",  # a clinician's acceptance of an abnormality
    "mode",  # ward or intensive mode: in the facts, or because the clock passed a switch
)
"""The inputs that are neither a lab nor a finding; those have one flag each, by their code."""

BIT: dict[str, int] = {
    name: 1 << i for i, name in enumerate((*SIGNALS, *sorted(vocabulary.LABS), *sorted(vocabulary.FINDINGS)))
}

HEART_RATE = BIT["heart-rate"]
SYSTOLIC = BIT["systolic-bp"]
SPO2 = BIT["spo2"]
TEMPERATURE = BIT["temperature"]
BREATHING = BIT["respiratory-rate"]
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
RESPIRATORY = BIT["respiratory-rate"]
NOT_UNDERSTOOD = BIT["not-understood"]
ACCEPT = BIT["accept"]
MODE = BIT["mode"]
VITALS = HEART_RATE | SYSTOLIC | SPO2 | TEMPERATURE | BREATHING | OXYGEN
EVERYTHING = (1 << len(BIT)) - 1


def bits(names: Iterable[str]) -> int:
    """Return the flags of these inputs."""
    mask = 0
    for name in names:
        mask |= BIT[name]
    return mask
