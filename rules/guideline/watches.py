"""Declare the watches beyond the paper, each of which a site can switch off, and the advice on eligibility.

Source: criteria.md sections 7.2 and 7.4; all of 7.2 is **[choice]**.
"""

from rules.guideline.advice_declarations import Advice
from rules.guideline.declarations import Limit
from rules.wire.instants import DAY, HOUR

DOSING = "text, Interleukin-2 Dosing"
BEYOND = "beyond the paper"

WATCHES = (
    Advice(
        code="dose-error",
        text="Double dose or double entry? Check it with the pharmacy; correct the entry, or acknowledge",
        ended="The dose was corrected",
        source=BEYOND,
        watch=True,
        within=7 * HOUR,
        until=DAY,
        limits={
            "most-given": 792_000,
            "published-low": 600_000,
            "published-high": 720_000,
            "differs": 0.5,
        },
    ),
    Advice(
        code="dose-changed",
        text="doses are given or held, not adjusted: check it with the pharmacy",
        ended="The latest dose is as the cycle's first",
        source=DOSING,
        watch=True,
        unit="%",
    ),
    Advice(
        code="dose-against-advice",
        text="for the audit: note why it was given",
        ended="8 h since a dose was given against the advice",
        source=BEYOND,
        watch=True,
        within=8 * HOUR,
    ),
    Advice(
        code="dose-count",
        text="a cycle is generally 8-12, decide whether to go on",
        second_text="the label allows at most 14: the cycle is complete",
        ended="Fewer than 12 doses in this cycle, or therapy has ended",
        source=DOSING,
        watch=True,
        limits={"usual-doses": 12, "most-doses": 14},
    ),
    Advice(
        code="cycle-ends-soon",
        text="decide on the dose now",
        ended="A dose was given, or therapy has ended",
        source=DOSING,
        watch=True,
        after=20 * HOUR,
    ),
    Advice(
        code="bradycardia",
        text="ECG, inform the physician",
        ended="Heart rate is 55 or more again",
        source=BEYOND,
        watch=True,
        unit="/min",
    ),
    Advice(
        code="tachypnea",
        text="assess dyspnea at rest",
        ended="Respiratory rate is below 25 again",
        source=BEYOND,
        watch=True,
        unit="/min",
    ),
    Advice(
        code="hyperkalemia",
        text="stop potassium, repeat it now, ECG, inform the physician",
        ended="Potassium has recovered",
        source=BEYOND,
        watch=True,
        lab="potassium",
        limit=Limit(">=", 5.5),
        second=Limit(">=", 6.0),
        unit="mmol/L",
    ),
    Advice(
        code="eligibility",
        text="settle with the physician before dose 1",
        ended="All conditions of therapy are met, or dose 1 was given",
        source="text, Pretherapy Assessment",
    ),
)
