"""References to documents, as code and documents write them, and whether the place they name exists.

P stands for one of the texts in `CITED`; names are written as the text has them: a heading, **bold**, `code`,
a cell of a table, or how a paragraph or an item of a list begins.

    P    P section 3    P, section 3    P 3    P sections 1, 3 to 5 and 9        numbered sections
    P section 3, urine    P section 4, `cannot-tell`                             names within one
    P, Alert    P, "Alert"    P (Events, What is refused)                        names anywhere in the text
    P, decision 7    P (decision 10)    P, decisions 5 and 9                     numbered decisions
    docs/howto/production.md    docs/howto/production.md, "The board"    docs/reference/commands.md#il2watch-ack    decision 0011
    [words](../page.md#heading)                                                  links, in Markdown only

A `section 5` by itself is one of criteria.md. What follows a comma is a name: prose goes on after a
semicolon, a colon or a bracket, or without a comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.kept import ROOT, kept_files

CITED = {
    "criteria.md": "docs/spec/criteria.md",
    "wire.md": "docs/spec/wire.md",
    "glossary.md": "docs/spec/glossary.md",
    "architecture.md": "docs/architecture.md",
}

NUMBERS = r"\d+(?:(?:, | and | to )\d+\b)*"
NAME = r"""(?:`[^`]+`|"[^"]+"|(?!and |[\w/]+\.md)[A-Za-z][\w-]*(?: (?!and )[\w-]+)*)"""
NAMES = rf"{NAME}(?:(?:, | and ){NAME})*"
PATH = re.compile(r"(?<![\w.-])(?:[\w.-]+/)*[\w-]+\.md\b(?:#([\w-]+))?`?")
PLACE = re.compile(
    rf",? sections? (?P<sections>{NUMBERS})(?:(?:, | \()(?P<within>{NAMES}))?"
    rf"| (?P<short>{NUMBERS})(?:(?:, | \()(?P<within_short>{NAMES}))?"
    rf"|(?:, | \()decisions? (?P<decisions>{NUMBERS})"
    rf"|(?:, | \()(?P<names>{NAMES})"
)
ALONE = re.compile(rf"(?<!\.md )(?<!\.md, )(?<!\.md`, )\bsections? ({NUMBERS})")
RECORD = re.compile(r"\bdecision (\d{4})\b")
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Text:
    """What can be cited of a document: sections and decisions by number, link anchors, all of it
    for names.
    """

    whole: str
    sections: dict[int, str]
    decisions: frozenset[int]
    anchors: frozenset[str]

    def has(self, name: str, section: int | None = None) -> bool:
        """Whether a name stands in the text, or in one section of it."""
        cells, openings = named(self.whole if section is None else self.sections[section])
        wanted = plain(name)
        begins = re.compile(rf"{re.escape(wanted)}(?![\w-])")
        return wanted in cells or any(map(begins.match, openings))


@cache
def read(path: Path) -> Text:
    """Read a Markdown document."""
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"^## (\d+)\. ", text, flags=re.MULTILINE)
    decided = re.findall(r"^## (Decisions.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return Text(
        whole=text,
        sections={int(number): _first(body) for number, body in zip(parts[1::2], parts[2::2], strict=True)},
        decisions=frozenset(map(int, re.findall(r"^(\d+)\. ", "".join(decided), re.MULTILINE))),
        anchors=anchors(text),
    )


def _first(text: str) -> str:
    return re.split(r"^## ", text, maxsplit=1, flags=re.MULTILINE)[0]


def anchors(text: str) -> frozenset[str]:
    """Return what a link into a Markdown text can name: its headings, outside of code."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE)
    return frozenset(map(slug, headings))


@cache
def named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the cells of the tables, and how headings, bold words, code, paragraphs and list items begin."""
    cells = [cell for line in text.splitlines() if line.lstrip().startswith("|") for cell in line.split("|")]
    openings = re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)
    openings += re.findall(r"^#+ (?:\d+\. )?(.*)$", text, re.MULTILINE)
    openings += re.findall(r"(?:\A|\n\n|^ *- |^\d+\. )(\S[^\n]*)", text, re.MULTILINE)
    openings += re.findall(r"`([^`\n]+)`", text)
    return frozenset(map(plain, cells)), frozenset(map(plain, openings))


def plain(name: str) -> str:
    """Return a name without its marks, in lower case."""
    return " ".join(re.sub(r"[`\"*]", "", name).split()).rstrip(".").lower()


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w -]", "", words).replace(" ", "-")


def wrong(text: str, folder: Path = ROOT, markdown: bool = False) -> list[str]:
    """Return what is wrong with the references of a file in `folder`, one line each."""
    flat = re.sub(r"\s*\n\s*(?:#+ |// |\* )?", " ", text)
    found = [*_documents(flat, folder), *_alone(flat), *_records(flat)]
    return [*found, *_links(text, folder)] if markdown else found


def _documents(flat: str, folder: Path) -> Iterator[str]:
    for match in PATH.finditer(flat):
        path = _found(match.group().partition("#")[0].strip("`"), folder)
        place = PLACE.match(flat, match.end())
        reference = match.group() + (place.group() if place else "")
        if path is None:
            yield f"{reference}: there is no such document"
        elif match[1] and match[1] not in read(path).anchors:
            yield f"{reference}: no heading has this anchor"
        elif place:
            cited = str(path.relative_to(ROOT)) in CITED.values()
            yield from (f"{reference}: {fault}" for fault in _faults(read(path), place, cited))


@cache
def _found(name: str, folder: Path) -> Path | None:
    """Return the document meant: of `CITED`, from the root, beside the file, or the only one that ends so."""
    ending = [path for path in _kept() if f"/{path.relative_to(ROOT)}".endswith(f"/{name}")]
    candidates = [ROOT / CITED.get(name, name), folder / name, *(ending if len(ending) == 1 else ())]
    return next((path.resolve() for path in candidates if path.is_file()), None)


@cache
def _kept() -> tuple[Path, ...]:
    return tuple(path for path in kept_files() if path.suffix == ".md")


def _faults(text: Text, place: re.Match[str], cited: bool) -> Iterator[str]:
    sections = numbers(place["sections"] or place["short"])
    names = re.findall(rf"(?<!\w){NAME}", place["within"] or place["within_short"] or place["names"] or "")
    if not cited:
        sections, names = [], [name for name in names if name.startswith('"')]
    decisions = numbers(place["decisions"])
    yield from (f"there is no section {number}" for number in sections if number not in text.sections)
    yield from (f"there is no decision {number}" for number in decisions if number not in text.decisions)
    where = [number for number in sections if number in text.sections] or [None]
    missing = [name for name in names if not any(text.has(name, number) for number in where)]
    yield from (f"nothing is named {name} there" for name in missing)


def numbers(listed: str | None) -> list[int]:
    """Return the numbers of `1, 3 to 5 and 9`."""
    spans = re.findall(r"(\d+)(?: to (\d+))?", listed or "")
    return [number for first, last in spans for number in range(int(first), int(last or first) + 1)]


def _alone(flat: str) -> Iterator[str]:
    known = read(ROOT / CITED["criteria.md"]).sections
    for match in ALONE.finditer(flat):
        missing = [number for number in numbers(match[1]) if number not in known]
        yield from (f"{match.group()}: criteria.md has no section {number}" for number in missing)


def _records(flat: str) -> Iterator[str]:
    kept = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    missing = [number for number in RECORD.findall(flat) if number not in kept]
    yield from (f"decision {number}: there is no such record" for number in missing)


def _links(text: str, folder: Path) -> Iterator[str]:
    for target, anchor in LINK.findall(FENCED.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path = (folder / target).resolve()
        if not path.exists():
            yield f"({target}): the link leads nowhere"
        elif anchor and anchor not in (read(path).anchors if target else anchors(text)):
            yield f"({target}#{anchor}): no heading has this anchor"
