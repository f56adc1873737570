"""The texts that stand in the code itself, read from its source and not copied: what a person can be shown.

A text is a string in prose: words with a space between them, a word with a capital, or one side of a choice.
Docstrings, errors of the program, log lines, annotations and the names of styles are none.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.kept import ROOT

PROSE = re.compile(r"[A-Za-z]{2,}[,:;]? |[ ][A-Za-z]{2,}|^[A-Z][a-z]+$")
WORD = re.compile(r"[a-z]{3,}")
CODE = re.compile(
    r"[a-z0-9]+(?:[-/_.%][a-z0-9]*)+|.*(?:px |\\d|\[0-9\]|\$\{|'self'|max-age|=\(\)).*|\d+ [a-z]+\d?",
    re.IGNORECASE,
)
"""A code, a unit, a pattern, a header, a piece of a script."""
UNSHOWN = {
    "Accept", "Arguments", "Authorization", "Bearer", "Basic ", "Cel", "Creator", "Date", "DejaVu Sans",
    "Escape", "Glyph .* missing", "Kept", "Kind", "Location", "Origin", "Prefer", "Problem", "Producer",
    "Sent", "Shape", "Software", "Strict", "Subject", "Tt ", "UTC", "a, button", "axes fraction", "bold",
    "bottom", "false", "lower right", "offset points", "outside upper center", "top", "true", "use strict",
    "white", "peak", "Factory", "width=device-width, initial-scale=1", "(prefers-color-scheme: dark)", "U/min", " : ",
}  # fmt: skip
"""Words of a program, a protocol or a drawing library."""
LOGGED = {"debug", "info", "warning", "error", "exception", "critical", "log"}
UNREAD = {"class_", "id", "type", "method", "href", "rel", "role", "http_equiv", "for_", "name", "errors"}
"""Arguments that a browser reads, and no person."""
SPOKEN = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
HOLE = re.compile(r"\$\{[^{}]*\}")


@cache
def styles() -> frozenset[str]:
    """Return the names of the board's styles."""
    sheet = (ROOT / "streams/board/static/board.css").read_text(encoding="utf-8")
    return frozenset(re.findall(r"\.([a-z][a-z-]*)", sheet)) | {"calm", "kept", "dead", "skew"}


def prose(text: str) -> bool:
    """Whether a text, its holes left out, is in prose."""
    plain = unfilled(text)
    return bool(PROSE.search(plain)) and not set(plain.split()) <= styles() and not coded(text)


def coded(text: str) -> bool:
    """Whether a text is for a machine."""
    return text in UNSHOWN or bool(CODE.fullmatch(text))


def unfilled(text: str) -> str:
    """Return a text without its holes."""
    return re.sub(r"‹[^›]*›", "", text)


def hole(node: ast.AST) -> str:
    """Return what stands in a hole of a text, by the name that the code gives it."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").replace("_", " ")
        case ast.FormattedValue(value=inner) | ast.Subscript(value=inner):
            return hole(inner)
        case ast.Call(args=[first, *_]):
            return hole(first)
        case ast.Call(func=inner):
            return hole(inner)
    return "…"


def template(node: ast.Constant | ast.JoinedStr) -> str:
    """Return a string of the code as a reader meets it: its holes by their names."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"‹{hole(part)}›" for part in node.values
    )


def unread(node: ast.AST) -> Iterator[ast.AST | None]:
    """Yield the parts of a node that no person is shown."""
    match node:
        case ast.Raise() | ast.Assert():
            yield node
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (
                node.returns,
                *(one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg)),
            )
            yield from node.decorator_list
        case ast.AnnAssign():
            yield node.annotation
        case ast.Expr(value=ast.Constant()):
            yield node
        case ast.Call(func=ast.Attribute(attr=name)) if name in LOGGED:
            yield node
        case ast.Call(func=ast.Name(id="cast"), args=[first, *_]):
            yield first
        case ast.keyword(arg=name) if name in UNREAD:
            yield node.value
        case ast.JoinedStr():
            yield from (part for part in node.values if isinstance(part, ast.Constant))


def texts(node: ast.AST) -> list[str]:
    """Return the texts in a part of a module, each once, in the order of the source."""
    left_out = {
        id(below) for one in ast.walk(node) for part in unread(one) if part for below in ast.walk(part)
    }
    chosen = {
        id(side)
        for one in ast.walk(node)
        for side in ((one.body, one.orelse) if isinstance(one, ast.IfExp) else ())
    }
    found = []
    for one in ast.walk(node):
        string = isinstance(one, ast.JoinedStr) or (
            isinstance(one, ast.Constant) and isinstance(one.value, str)
        )
        if string and id(one) not in left_out:
            text = template(one)
            side = id(one) in chosen and WORD.search(unfilled(text)) and not coded(text) and "›." not in text
            if prose(text) or side:
                found.append((one.lineno, one.col_offset, text))
    return list(dict.fromkeys(text for *_, text in sorted(found)))


def named(node: ast.stmt) -> str | None:
    """Return the name under which a statement of a module stands."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return None


@cache
def by_writer(path: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the functions and tables of a module that hold texts, each with these."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    found = ((named(node), tuple(texts(node))) for node in module.body)
    return tuple((name, says) for name, says in found if name and name != "__all__" and says)


HELP = re.compile(r"\w*(?:DESCRIPTION|EXAMPLE|EXIT|HEAD|parser)")
"""The help of a command: docs/reference/commands.md has it."""


def of_module(path: Path) -> tuple[str, ...]:
    """Return all texts of a module, each once; a command's help apart."""
    texts = (text for name, found in by_writer(path) if not HELP.fullmatch(name) for text in found)
    return tuple(dict.fromkeys(texts))


def of_script(path: Path) -> tuple[str, ...]:
    """Return the texts of a script of the board's pages."""
    source = path.read_text(encoding="utf-8")
    found = (HOLE.sub("‹…›", first or second) for first, second in SPOKEN.findall(source))
    return tuple(
        dict.fromkeys(text for text in found if prose(text) and not re.match(r"[.#\[]|\w+[.#\[>]", text))
    )


def python_files(places: Iterable[str]) -> list[Path]:
    """Return the modules in folders and files of the repository, in order."""
    found = []
    for place in places:
        path = ROOT / place
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return found
