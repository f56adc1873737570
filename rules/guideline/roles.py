"""Declare which row plays which part: code asks for the part and names no row (editions.md 1).

They are rows of the guideline of 2001: advice, clocks and panels read them, whatever pack decides.
"""

from rules.guideline.harm import HARM

FAST_RATE = "sinus-tachycardia"
"""The rate that is excused by fever, and says when a vital sign is stale."""
OXYGEN = "oxygen-requirement"
"""Oxygen need and the saturation to keep."""
RALES = "rales"
INTUBATED = "intubation"
INFECTED = "infection"
URINE_RATE, URINE_SHIFT = "urine-hour", "urine-shift"
URINE = (URINE_SHIFT, URINE_RATE)
"""The rows of oliguria, as the paper has them."""
URINE_WORDS = {URINE_RATE: "Urine {} mL/h", URINE_SHIFT: "Urine {} mL in the last shift"}
PEAK_LOAD, WEANED_LOAD = "phenylephrine-maximum", "phenylephrine-minimum"
"""The highest pressor load, and the one at the time of dosing."""
WEIGHT_GAIN = "weight-gain"
MENTAL_STATUS = "mental-status"
"""The row that is judged when its time is over; its watch asks for another look before."""
ENZYMES = "cardiac-enzymes"
"""The row by which myocarditis of an earlier cycle is known."""

FLUID_READS = ("hypotension", URINE_RATE, *HARM.congested)
"""What the advice on fluid reads."""
INDOMETHACIN_READS = (HARM.bleeding, HARM.anuric)
PROBE = "creatinine"
"""The row that the way from a record to a page is proved by (`il2watch qualify`)."""
RECOVERING = {"creatinine": 1, "platelets": -1}
"""The labs that a discharge waits for; 1 where high values are bad, -1 where low ones are."""
OXYGEN_STOPS = (OXYGEN, RALES)
"""The elements of a stop rule that rest on saturations, which are not kept for ever."""

AFTER_THERAPY = frozenset(
    {
        "hypotension",
        "atrial-fibrillation",
        "supraventricular-tachycardia",
        "ventricular-arrhythmia",
        OXYGEN,
        INTUBATED,
        INFECTED,
        HARM.bleeding,
    }
)
"""What still reminds after `therapy-end`, with the neurologic rows (criteria.md 9)."""
