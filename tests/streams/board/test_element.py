from __future__ import annotations

from html.parser import HTMLParser

import htpy as h
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.board.html.element import Html, cached, render


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
def test_whatever_comes_from_outside_is_text_and_nothing_else(text: str, value: str) -> None:
    read = Read(render(h.p(title=value)[text]))
    assert (read.elements, read.text, read.values) == (["p"], text, [value])


def test_a_patient_named_like_an_element_is_a_name() -> None:
    assert render(h.a["<script>alert(1)</script>"]) == "<a>&lt;script&gt;alert(1)&lt;/script&gt;</a>"


@pytest.mark.parametrize(
    "node", [h.b["a\x1bb\u202ec"], h.b[render("a\x1bb\u202ec")], [h.b["a\x1bb", "\u202ec"]]]
)
def test_what_cannot_be_printed_is_spelled_out(node: h.Node) -> None:
    assert render(node) == "<b>a\\x1bb\\u202ec</b>"


def test_what_cannot_be_printed_is_spelled_out_in_attributes() -> None:
    assert render(h.b(title="a\u202eb")) == '<b title="a\\u202eb"></b>'


@pytest.mark.parametrize(
    ("node", "markup"),
    [
        (h.input(disabled=True, value=None, hidden=False), "<input disabled>"),
        (h.p[h.b["x"], None, 3], "<p><b>x</b>3</p>"),
        (h.p(class_="a", data_key="k", aria_label='"'), '<p class="a" data-key="k" aria-label="&#34;"></p>'),
        (["a", Html("<br>"), None, "<b>"], "a<br>&lt;b&gt;"),
        (None, ""),
    ],
)
def test_elements(node: h.Node, markup: str) -> None:
    assert render(node) == markup


def test_a_text_that_looks_like_markup_drawn_before_is_drawn_anew() -> None:
    """The two are equal as strings."""

    @cached
    def bold(text: str) -> h.Node:
        return h.b[text]

    assert [bold(Html("<i>")), bold("<i>"), bold("<i>")] == ["<b><i></b>", *["<b>&lt;i&gt;</b>"] * 2]
