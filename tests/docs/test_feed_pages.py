"""The pages on hospital feeds say what the program says: each fault is made, each form of messages is checked."""

from __future__ import annotations

import re

import pytest

from tests.deploy.places import alarms
from tests.docs import feed_forms, feed_troubles
from tests.docs.feed_forms import FOLDER, Form, forms
from tests.streams.feeds.support import SAMPLES

NOBODY = re.compile(r"DOE|JANE|ROE\^|5550100|1 TEST ST")


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_the_page_of_a_form_is_up_to_date(form: Form) -> None:
    text = (FOLDER / f"{form.name}.md").read_text(encoding="utf-8")
    assert text == feed_forms.page(form), "run make docs"
    assert not NOBODY.search(text)


def test_the_page_on_what_goes_wrong_is_up_to_date() -> None:
    assert feed_troubles.PAGE.read_text(encoding="utf-8") == feed_troubles.page(), "run make docs"


def test_the_list_of_forms_is_up_to_date_and_no_page_is_left_over() -> None:
    assert feed_troubles.INDEX.read_text(encoding="utf-8") == feed_troubles.index(), "run make docs"
    wanted = {"README.md", "analyst.md", *(f"{form.name}.md" for form in forms())}
    assert {path.name for path in FOLDER.glob("*.md")} == wanted


def test_each_number_of_a_form_is_one_sample() -> None:
    for form in forms():
        assert len(form.samples()) == len(form.hl7) + len(form.fhir)


def test_every_sample_of_a_vendor_has_its_page() -> None:
    """Samples that are our own to the standard are held by their goldens alone."""
    shown = {path for form in forms() for path in form.samples()}
    index = feed_forms.index()
    vendors = {path for path, row in index.items() if row[1] == "shape" and (SAMPLES / path).exists()}
    assert vendors - shown == set()


def test_every_alarm_of_the_feeds_has_a_fault_that_leads_to_it() -> None:
    named = {each.alarm for each in feed_troubles.TROUBLES} - {""}
    assert named == {
        name for name in alarms() if name.startswith(("Il2Feed", "Il2Interface", "Il2NoFeed"))
    } - {"Il2FeedSilent"}
