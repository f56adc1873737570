"""Declare Table 6: concomitant medication."""

import msgspec

from rules.wire.instants import HOUR


class Medication(msgspec.Struct, frozen=True, kw_only=True):
    """A line of Table 6: for which symptom, agent, dose, frequency, route.

    `every` in ms where a schedule is given.
    """

    agent: str
    symptom: str
    dose: str
    frequency: str
    route: str
    scheduled: bool = False
    every: int = 0


def scheduled(symptom: str, agent: str, dose: str, frequency: str, route: str, every: int = 0) -> Medication:
    """Return a line for a medication given by a schedule."""
    return Medication(
        agent=agent, symptom=symptom, dose=dose, frequency=frequency, route=route, scheduled=True, every=every
    )


def needed(symptom: str, agent: str, dose: str, frequency: str, route: str) -> Medication:
    """Return a line for a medication given when needed."""
    return Medication(agent=agent, symptom=symptom, dose=dose, frequency=frequency, route=route)


MEDICATIONS = (
    scheduled("fever/myalgia", "acetaminophen", "650 mg", "q 4 h", "PO/PR", 4 * HOUR),
    scheduled("fever/myalgia", "indomethacin", "50-75 mg", "q 8 h", "PO/PR", 8 * HOUR),
    scheduled("gastritis", "ranitidine", "50 mg", "q 8 h", "IV", 8 * HOUR),
    scheduled("nausea", "granisetron", "0.01 mg/kg", "daily", "IV", 24 * HOUR),
    scheduled("prevent line sepsis", "cefazolin", "1-2 g", "q 6 h", "IV", 6 * HOUR),
    scheduled("prevent line sepsis", "clindamycin", "900 mg", "q 8 h", "IV", 8 * HOUR),
    needed("agitation/combativeness", "haloperidol", "1-5 mg", "q 1 h", "IV/IM"),
    needed("anxiety", "lorazepam", "0.5-1 mg", "q 6 h", "PO/IV"),
    needed("chills", "meperidine", "25-50 mg", "q 1 h", "IV"),
    needed("diarrhea", "loperamide", "2 mg", "q 3 h", "PO"),
    needed("diarrhea", "diphenoxylate-atropine", "2.5 mg with 25 mcg", "q 3 h", "PO"),
    needed("diarrhea", "codeine", "30-60 mg", "q 4 h", "PO"),
    needed(
        "gastric upset",
        "antacid",
        "aluminum hydroxide 200 mg, magnesium hydroxide 200 mg, simethicone 20 mg: 30 mL",
        "q 3 h",
        "PO",
    ),
    needed("hypocalcemia", "calcium-gluconate", "10 %, 1 g", "over 1 h", "IV"),
    needed("hypokalemia", "potassium-chloride", "10 mEq", "over 1 h", "IV"),
    needed("hypomagnesemia", "magnesium-sulfate", "1 g", "over 1 h", "IV"),
    needed("hypophosphatemia", "potassium-phosphate", "10-15 mmol", "over 6 h", "IV"),
    needed("hypotension", "normal-saline", "250-500 mL", "bolus", "IV"),
    needed("hypotension", "phenylephrine", "40 mg/100 mL, 0.1-2 mcg/kg/min", "titrate", "IV"),
    needed("insomnia", "temazepam", "15-30 mg", "qhs", "PO"),
    needed("insomnia", "zolpidem", "5-10 mg", "qhs", "PO"),
    needed("mucositis", "sodium-bicarbonate", "6 tsp per 1,500 mL", "swish and swallow", "PO"),
    needed("mucositis", "lidobenalox", "5 mL", "q 3 h", "PO"),
    needed("nausea", "droperidol", "1 mg", "q 4-6 h", "IV"),
    needed("nausea", "prochlorperazine", "25 mg q 4 h PR, or 10 mg q 6 h IV", "as given", "PR/IV"),
    needed("nausea", "ondansetron", "10 mg", "q 8 h", "IV"),
    needed("nausea", "lorazepam", "0.5-1 mg", "q 6 h", "PO/IV"),
    needed("oliguria", "normal-saline", "250-500 mL", "bolus", "IV"),
    needed("oliguria", "dopamine", "100 mg/250 mL, 2 mcg/kg/min", "continuous", "IV"),
    needed("perianal discomfort", "tucks", "apply locally", "as needed", "topical"),
    needed("pruritus", "hydroxyzine", "10-20 mg", "q 6 h", "PO"),
    needed("pruritus", "diphenhydramine", "25-50 mg", "q 4 h", "PO/IV"),
    needed("pruritus", "oatmeal", "powder or bath, apply locally", "as needed", "topical"),
    needed(
        "pruritus",
        "lubriderm",
        "with 0.25 % camphor and 0.25 % menthol, apply locally",
        "as needed",
        "topical",
    ),
    needed("sinus congestion", "pseudoephedrine", "30 mg", "q 6 h", "PO"),
)
