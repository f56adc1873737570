"""Every text a person can be shown stands in docs/reference/texts.md, and a person has read it."""

from __future__ import annotations

import ast

import pytest

from tests.docs import texts
from tests.docs.code_texts import texts as texts_of
from tests.docs.declared_texts import Text
from tests.kept import ROOT

COMPOSED = """
LABELS: Final["Wrong"] = {"a-code": "Pressure low"}

class Row:
    def line(self, dose: "Also wrong") -> str:
        "Neither is a docstring."
        log.info("nor a log line")
        if dose is None:
            raise ValueError("nor an error of the program")
        late = "late" if dose.late else "urine-hour"
        return f"Dose {dose.number} at {clock(dose.at)}: {late}" + h.p(class_="open note")
"""


def test_the_page_is_up_to_date() -> None:
    assert texts.PAGE.read_text(encoding="utf-8") == texts.page(), "run make docs"


def test_every_text_was_read_as_it_is_now() -> None:
    """A text without a line, with one that was written for another text, or a line without a text fails."""
    assert texts.unread() == [], "read it, and write into texts.reviewed what it makes a nurse do"


def test_the_keys_tell_the_texts_apart() -> None:
    keys = [text.key for text in texts.all_texts()]
    assert len(keys) == len(set(keys)) > 300
    assert [key for key in keys if ": " in key] == []


def test_a_module_with_texts_is_on_the_page_or_named_as_not_shown() -> None:
    assert texts.unplaced() == []


def test_what_is_named_as_not_shown_is_there() -> None:
    places = [place for names in texts.NOT_SHOWN.values() for place in names]
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize(
    ("known", "problem"),
    [
        ({}, "not read"),
        ({"a": ("000000000000", "Weighs again")}, "changed since it was read"),
        ({"a": (None, "")}, "says nothing"),
        ({"a": (None, "Weighs again")}, None),
        ({"a": (None, "Weighs again"), "b": ("0", "Waits")}, "there is no such text any more"),
    ],
)
def test_a_text_that_nobody_read_is_seen(
    known: dict[str, tuple[str | None, str]], problem: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Text("a", ("Weight 70 kg",), "criteria.md 10")
    kept = {key: (mark or texts.hashed(text), does) for key, (mark, does) in known.items()}
    monkeypatch.setattr(texts, "all_texts", lambda: [text])
    monkeypatch.setattr(texts, "reviewed", lambda: kept)
    found = texts.unread()
    assert found == [] if problem is None else problem in found[0]


@pytest.mark.parametrize(
    "other",
    [
        Text("b", ("Weight 70 kg",), "criteria.md 10"),
        Text("a", ("Weight 71 kg",), "criteria.md 10"),
        Text("a", ("Weight", "70 kg"), "criteria.md 10"),
        Text("a", ("Weight 70 kg",), "criteria.md 9"),
    ],
)
def test_another_key_word_or_source_is_another_text(other: Text) -> None:
    assert texts.hashed(other) != texts.hashed(Text("a", ("Weight 70 kg",), "criteria.md 10"))


def test_the_texts_of_a_source_are_what_a_person_is_shown() -> None:
    assert texts_of(ast.parse(COMPOSED)) == ["Pressure low", "late", "Dose ‹number› at ‹at›: ‹late›"]
