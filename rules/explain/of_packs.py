"""Explain a row that nobody has read, and the verdict of a pack that stands beside (editions.md 1 and 5)."""

from rules.decide.dose_clock import verdict
from rules.decide.overlays import beside, beside_of, name_of, overlay_verdict, reason_text
from rules.decide.recommendation import UNREAD
from rules.decide.state import Patient
from rules.evaluate.result import Result
from rules.explain.explanation import Answer, Rule
from rules.explain.question import Asked, unread_of

NOT_OPEN, OVERLAY = "not-open", "overlay"


def asked_unread(patient: Patient, name: str) -> tuple[Asked, int | None]:
    """Return the question about a row that nobody has read: it cannot be told, whatever is charted."""
    return Asked(patient, name, Result("indeterminate", missing=(name + UNREAD,))), None


def not_open(asked: Asked) -> Answer:
    """Explain a row that nobody has read."""
    pack = asked.guideline.pack
    assert pack is not None
    (row,) = (one for one in pack.not_open if one.row == asked.name)
    return Answer(
        rule=Rule(
            words=f"{row.words}: not read by anybody here, so without a number",
            source=asked.guideline.name,
            section="editions.md section 1, not_open",
        ),
        look=asked.look(),
        why=["A row not read is not a row passed: by this pack the dose is at best without objection."],
        clears=[
            "Two persons at the site read it and sign it, with the rows that it has, or that it has none."
        ],
    )


def asked_beside(patient: Patient, name: str) -> tuple[Asked, int | None]:
    """Return the question about a pack beside, and since when it has been told."""
    pack = beside_of(name, patient.chart.guideline)
    assert pack is not None
    found = overlay_verdict(patient, beside(patient, pack))
    episode = patient.episodes.get(name)
    return Asked(patient, name, Result(found.word)), None if episode is None else episode.last


def stands_beside(asked: Asked) -> Answer:
    """Explain the verdict of a pack that stands beside: its reasons in words, and what decides."""
    pack = beside_of(asked.name, asked.chart.guideline)
    assert pack is not None
    view = beside(asked.patient, pack)
    found = overlay_verdict(asked.patient, view)
    reasons = [f"{reason_text(view, one)}." for one in found.reasons if not one.endswith(UNREAD)]
    unread = [f"Not read by anybody here: {', '.join(unread_of(pack))}."] if unread_of(pack) else []
    return Answer(
        rule=Rule(
            words=f"what {name_of(pack)} would say of the next dose, were it due now; it decides nothing",
            source=pack.key,
            section="editions.md section 5",
        ),
        look=asked.look(),
        why=[
            *(one[:1].upper() + one[1:] for one in reasons),
            *unread,
            f"{asked.guideline.name} decides: {verdict(asked.patient).word}.",
            f"Row by row: the same with --edition {pack.key} --allow-draft.",
        ],
    )
