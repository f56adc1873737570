"""Declare the pretherapy assessment: who may start.

Source: paper, Pretherapy Assessment; criteria.md section 7.4.
"""

import msgspec

OF_PACKS = {
    "hepatic-disease": "no significant liver disease",
    "ejection-fraction": "ejection fraction adequate",
    "cns-evaluated": "central nervous system evaluated",
}
"""Items that only guideline packs have, each with its name as a nurse says it."""


class Eligibility(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of therapy: creatinine and bilirubin in mg/dL at most; age in years.

    `stress_test_age`: from which a stress test is due; `items`: each with its name as a nurse says it.
    """

    creatinine: float = 1.6
    bilirubin: float = 2.0
    stress_test_age: float = 50
    items: dict[str, str]
    source: str = "Pretherapy Assessment"

    def item_name(self, item: str) -> str:
        """Return the name of an item, with the limit that the site has."""
        name = self.items.get(item) or OF_PACKS.get(item, item)
        return name.format(creatinine=self.creatinine, bilirubin=self.bilirubin)


ELIGIBILITY = Eligibility(
    items={
        "creatinine": "creatinine at most {creatinine:g} mg/dL",
        "bilirubin": "bilirubin at most {bilirubin:g} mg/dL",
        "ecg": "ECG normal or unchanged",
        "steroid": "no steroid for 1-2 weeks",
        "infection": "no infection within 7 days",
        "stress-test": "stress test normal",
        "chest-xray": "chest X-ray clear",
        "pulmonary-function": "pulmonary function adequate",
        "antihypertensives": "antihypertensives stopped",
        "organ-disease": "no major cardiac, pulmonary or renal disease",
        "exercise-echo": "exercise echocardiogram normal",
    },
)
