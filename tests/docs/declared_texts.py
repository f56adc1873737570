"""The texts that the guideline declares as data: names, advice, measures, medicines, stop rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rules.advice.correctives import medicines
from rules.decide.monitoring_texts import SYSTEM_TEXTS
from rules.guideline import SCHWARTZENTRUBER_2001 as GUIDELINE
from rules.guideline.advice_declarations import Advice
from rules.guideline.correctives import NOBODY
from rules.guideline.declarations import AnyRow
from rules.guideline.eligibility import OF_PACKS
from rules.guideline.nurse_names import FINDING_NAMES
from rules.guideline.packs.registry import PACKS


class Text(NamedTuple):
    """What a person can be shown in one place: its key, its wordings, and where they stand."""

    key: str
    says: tuple[str, ...]
    source: str


def rows() -> Iterator[Text]:
    """Yield what each row of Table 3 is called."""
    for row in GUIDELINE.rows:
        yield Text(f"row {row.code}", tuple(_words(row)), row.source)


def rows_of_packs() -> Iterator[Text]:
    """Yield what each row of a guideline pack is called where it is not the row of Table 3 itself."""
    named = {row.code: tuple(_words(row)) for row in GUIDELINE.rows}
    for pack in PACKS.values():
        for one in pack.rows:
            if named.get(one.code) != (words := tuple(_words(one.row))):
                yield Text(f"row {pack.key} {one.code}", words, one.source.text)
        if pack.warning:
            yield Text(f"pack {pack.key}", (pack.warning,), "editions.md 4")


def eligibility_of_packs() -> Iterator[Text]:
    """Yield what each condition that only packs have is called."""
    for item, words in OF_PACKS.items():
        yield Text(f"eligibility {item}", (words,), "editions.md 4")


def _words(row: AnyRow) -> Iterator[str]:
    yield row.words
    if other := getattr(row, "not_sinus_words", ""):
        yield other


def findings() -> Iterator[Text]:
    """Yield what each finding is called."""
    for code, name in FINDING_NAMES.items():
        yield Text(f"finding {code}", (name,), "criteria.md 3.5")


def measures() -> Iterator[Text]:
    """Yield what to do about each row, with its medicines."""
    for row in GUIDELINE.rows:
        found = GUIDELINE.corrects(row.code)
        lines = medicines(found.drugs, GUIDELINE, found.only)
        yield Text(f"measure {row.code}", (found.text, *(line["text"] for line in lines)), found.source)


def advice() -> Iterator[Text]:
    """Yield what each advice and watch says, and what its end says."""
    for one in GUIDELINE.advice:
        yield Text(f"advice {one.code}", tuple(_advised(one)), one.source)


def advice_of_packs() -> Iterator[Text]:
    """Yield what each advice of a guideline pack says, and what its end says."""
    for pack in PACKS.values():
        for one in pack.advice:
            yield Text(f"advice {pack.key} {one.code}", (one.text, f"(ended) {one.ended}"), one.source.text)
        for item in pack.monitoring:
            yield Text(f"monitoring {pack.key} {item.what}", (item.words,), item.source)


def _advised(one: Advice) -> Iterator[str]:
    yield one.text
    if one.second_text:
        yield one.second_text
    yield f"(ended) {one.ended}"


def monitoring() -> Iterator[Text]:
    """Yield what is said of each item of Table 1, and of what else kind `monitoring` asks for."""
    for item in GUIDELINE.observations:
        yield Text(f"monitoring {item.what}", (item.words,), item.source)
    for name, (opens, ends, measure) in SYSTEM_TEXTS.items():
        yield Text(name, (opens, f"(ended) {ends}", measure), "criteria.md 6")


def stop_rules() -> Iterator[Text]:
    """Yield what each stop rule says."""
    for rule in GUIDELINE.stop_rules:
        yield Text(f"stop-rule {rule.rule}", (rule.words,), rule.source)


def eligibility() -> Iterator[Text]:
    """Yield what each condition of therapy is called."""
    for item in GUIDELINE.eligibility.items:
        yield Text(
            f"eligibility {item}", (GUIDELINE.eligibility.item_name(item),), "text, Pretherapy Assessment"
        )


def table_6() -> Iterator[Text]:
    """Yield the medicines of Table 6, symptom by symptom."""
    for symptom in dict.fromkeys(one.symptom for one in GUIDELINE.medications):
        lines = (one for one in GUIDELINE.medications if one.symptom == symptom)
        says = (f"{one.agent.replace('-', ' ')} {one.dose}, {one.frequency}, {one.route}" for one in lines)
        yield Text(f"table-6 {symptom}", tuple(says), "Table 6")


def harm() -> Iterator[Text]:
    """Yield why fluid would harm, by the row that says so."""
    for code, words in GUIDELINE.harm.congested.items():
        yield Text(f"harm {code}", (words,), f"criteria.md 7.3 ({NOBODY})")
