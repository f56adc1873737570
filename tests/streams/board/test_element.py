from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.board.html.element import Html, join, tag


class Read(HTMLParser):
    """The text and the elements that a browser would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text, self.elements, self.values = "", list[str](), list[str | None]()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


printable = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=30).filter(str.isprintable)


@given(printable, printable)
def test_whatever_comes_from_outside_is_text_and_nothing_else(said: str, value: str) -> None:
    read = Read(tag("p", said, title=value))
    assert (read.elements, read.text, read.values) == (["p"], said, [value])


def test_a_patient_named_like_an_element_is_a_name() -> None:
    assert tag("a", "<script>alert(1)</script>") == "<a>&lt;script&gt;alert(1)&lt;/script&gt;</a>"


def test_what_cannot_be_printed_is_spelled_out() -> None:
    assert tag("b", "a\x1bb\u202ec") == "<b>a\\x1bb\\u202ec</b>"


@pytest.mark.parametrize(
    ("made", "markup"),
    [
        (tag("input", disabled=True, value=None, hidden=False), "<input disabled>"),
        (tag("p", tag("b", "x"), None, 3), "<p><b>x</b>3</p>"),
        (
            tag("p", class_="a", data_key="k", aria_label='"'),
            '<p class="a" data-key="k" aria-label="&quot;"></p>',
        ),
        (join(["a", Html("<br>"), None, "b"], ", "), "a, <br>, b"),
    ],
)
def test_elements(made: str, markup: str) -> None:
    assert made == markup
