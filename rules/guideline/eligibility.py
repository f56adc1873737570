"""Declare the pretherapy assessment: who may start (paper, Pretherapy Assessment; criteria.md section 7)."""

import msgspec


class Eligibility(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of therapy: creatinine and bilirubin in mg/dL at most; age in years.

    `stress_test_age`: from which a stress test is due.
    """

    creatinine: float = 1.6
    bilirubin: float = 2.0
    stress_test_age: float = 50
    items: tuple[str, ...] = (
        "creatinine",
        "bilirubin",
        "ecg",
        "steroid",
        "infection",
        "stress-test",
        "chest-xray",
        "pulmonary-function",
        "antihypertensives",
        "organ-disease",
    )
    source: str = "Pretherapy Assessment"


ELIGIBILITY = Eligibility()
