"""Run `il2watch packs ls|show|check`: which guideline packs there are, what is in one, what is signed.

Source: editions.md section 2.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from streams.cli import options
from streams.config import site
from streams.errors import UsageError

if TYPE_CHECKING:
    from rules.guideline.edition import Guideline
    from rules.guideline.packs.declarations import Pack

LS_DESCRIPTION = "Lists the guideline packs that this version knows, with their status."
LS_EXAMPLE = "  il2watch packs ls -o text"
SHOW_DESCRIPTION = """\
Prints a guideline pack: each row and rule with where it stands in its document, its status, and the
hash that a site signs; first of all what the pack cannot see. With a site's configuration also the
rows that the site has written, and what it has signed is verified."""
SHOW_EXAMPLE = (
    "  il2watch packs show dutcher-2014/1\n"
    "  il2watch packs show dutcher-2014/1 --row bicarbonate -o json\n"
    "  il2watch packs show til-2024/1 --config site.toml"
)
CHECK_DESCRIPTION = """\
Checks the table [packs] of a site configuration: which pack decides, which stand beside, and which
signatures hold. Exit 2 when a draft pack would decide, with the rows that are not read or signed."""
CHECK_EXAMPLE = "  il2watch packs check site.toml"


def ls_parser() -> options.Parser:
    command = options.parser("packs ls", LS_DESCRIPTION, LS_EXAMPLE)
    options.output(command)
    return command


def show_parser() -> options.Parser:
    command = options.parser("packs show", SHOW_DESCRIPTION, SHOW_EXAMPLE)
    command.add_argument("pack", metavar="PACK", help="id with version, like dutcher-2014/1")
    command.add_argument("--row", metavar="R", help="one row or rule, like bicarbonate or regimen.interval")
    options.config(command)
    options.output(command)
    return command


def check_parser() -> options.Parser:
    command = options.parser("packs check", CHECK_DESCRIPTION, CHECK_EXAMPLE)
    command.add_argument("file", metavar="FILE", help="the site configuration, TOML")
    return command


def ls_main(arguments: list[str]) -> int:
    """Print the packs, one a line."""
    chosen = ls_parser().parse_args(arguments)
    from rules.guideline.packs.registry import PACKS

    found = [
        {
            "pack": pack.key,
            "status": pack.status,
            "rows": len(pack.rows),
            "unverified": len(pack.unverified),
            "sha256": pack.sha256,
            "name": pack.name,
        }
        for pack in PACKS.values()
    ]
    _print(chosen, found)
    return 0


def show_main(arguments: list[str]) -> int:
    """Print the parts of a pack, or one. Raises UsageError for a pack or row that there is not."""
    chosen = show_parser().parse_args(arguments)
    pack = pack_named(chosen.pack, chosen.config)
    found = [part for part in parts(pack) if chosen.row in (None, part["part"])]
    if not found:
        from rules.wire.did_you_mean import did_you_mean

        known = [part["part"] for part in parts(pack)]
        raise UsageError(f"{pack.key} has no {chosen.row!r}; {did_you_mean(chosen.row, known)}")
    if options.as_text(chosen.output) and chosen.row is None:
        print("\n".join(headings(pack)))
    _print(chosen, found)
    return 0


def pack_named(name: str, config: str | None) -> Pack:
    """Return a pack by its key, with what the site has written and signed. Raises UsageError."""
    from rules.guideline.settings.packs import BadPacks, site_packs
    from rules.guideline.settings.packs import pack_named as found

    try:
        return found(name, "PACK", site_packs(table_in(config)))
    except BadPacks as fault:
        raise UsageError(str(fault)) from None


def headings(pack: Pack) -> list[str]:
    """Return what comes before the rows: status, and what the pack cannot see."""
    unread = ", ".join(one.words for one in pack.not_open) or "nothing"
    missing = ", ".join(pack.not_encoded) or "nothing"
    return [
        f"{pack.key}: {pack.name}, {pack.status}",
        *([pack.warning] if pack.warning else []),
        f"not read by anybody here, so never passed: {unread}",
        f"not encoded: {missing}",
        "",
    ]


def parts(pack: Pack) -> list[dict[str, str]]:
    """Return the parts that a site can sign: row or rule, what it says, where, status and hash."""
    from rules.guideline.packs.page import content_of, reader_of

    return [
        {
            "part": name,
            **content_of(pack, name),
            "status": status,
            "read_by": reader_of(pack, name, status),
            "sha256": sha256,
        }
        for name, status, sha256 in pack.parts()
    ]


def _print(chosen: argparse.Namespace, found: Sequence[Mapping[str, object]]) -> None:
    if not options.as_text(chosen.output):
        from streams.service import files

        files.write(found)
        return
    from streams.show import terminal

    made = terminal.table(*found[0])
    for one in found:
        made.add_row(*(terminal.cell(value) for value in one.values()))
    terminal.console().print(made)


def check_main(arguments: list[str]) -> int:
    """Print which packs the file uses, and each signature that has lapsed. Raises UsageError for a draft."""
    path = check_parser().parse_args(arguments).file
    guideline, fault = site.checked(path)
    if guideline is None:
        raise UsageError(f"{path}: {fault}")
    for line in used(guideline):
        print(line)
    for line in lapsed_in(path):
        print(line)
    site.refuse_draft(guideline, path)
    return 0


def used(guideline: Guideline) -> list[str]:
    """Return a line for each pack that a site uses: how, and its status."""
    packs = guideline.packs
    roles = [("decides", guideline.deciding)]
    if packs is not None:
        roles += [("may decide", one) for one in packs.for_cycles]
        roles += [("beside", one) for one in packs.overlays]
    return [f"{role}: {one.key}, {one.status}" for role, one in roles]


def lapsed_in(path: str) -> list[str]:
    """Return a line for each signature of a file whose row has changed since."""
    from rules.guideline.settings.packs import lapsed

    return [
        f"lapsed: {one.pack} {one.row}: the row is another one since {one.on}; read it again and sign it"
        for one in lapsed(table_in(path))
    ]


def table_in(path: str | None) -> Any:
    """Return the table `[packs]` of a configuration, else of `IL2WATCH_CONFIG`; empty without one."""
    file = site.opened(path)
    return {} if file is None else file.document.values.get("packs", {})


def document(folder: str) -> None:
    """Write the page that lists the packs, and one a pack: `python -m streams.cli.packs docs/reference`."""
    from pathlib import Path

    for name, text in reference().items():
        path = Path(folder, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def reference() -> dict[str, str]:
    """Return the reference pages as Markdown: by name, the list of all packs and a page a pack."""
    from rules.guideline.packs.registry import PACKS

    pages = {page_of(key): "\n".join(_page(pack)) for key, pack in PACKS.items()}
    return {"packs.md": _list(PACKS.values()), **pages}


def page_of(key: str) -> str:
    """Return the name of a pack's page."""
    return f"packs/{key.replace('/', '-')}.md"


SPEC, ALL = "../spec", "../packs"
HEAD = f"""\
# Guideline packs

Generated by `make docs` from `rules/guideline/packs/`, a page a pack. What a pack is, and how packs stand
together: [editions]({SPEC}/editions.md). A row is signed by its hash:
`il2watch packs show PACK --row ROW -o json`.
"""


def _list(packs: Iterable[Pack]) -> str:
    rows = [
        [f"[{one.key}]({page_of(one.key)})", one.name, one.status, " ".join(_blind(one))] for one in packs
    ]
    return "\n".join([HEAD, *_table(("pack", "name", "status", "what it cannot see"), rows)])


def _page(pack: Pack) -> list[str]:
    """Return the page of a pack: first what it cannot see, then each row and rule, then its advice."""
    rows = [[f"`{one['part']}`", *(one[key] for key in COLUMNS[1:])] for one in parts(pack)]
    return [
        f"# {pack.key}",
        "",
        f"{pack.name}, **{pack.status}**. {' '.join(_blind(pack))}",
        "",
        f"Generated by `make docs` from `rules/guideline/packs/`. [All packs]({ALL}.md).",
        "",
        *_table(COLUMN_NAMES, rows),
        *_advice(pack),
    ]


def _blind(pack: Pack) -> list[str]:
    """Return what a pack cannot see, as sentences."""
    from rules.guideline.nurse_names import first_capital

    _, *blind, _ = headings(pack)
    return [f"{first_capital(one)}." for one in blind]


COLUMNS = ("part", "says", "effect", "status", "read_by", "source")
COLUMN_NAMES = ("row or rule", "says", "effect", "status", "read by", "source")


def _advice(pack: Pack) -> list[str]:
    """Return the table of a pack's own advice; nothing for a pack without."""
    from rules.guideline.packs.page import advice_of

    found = [[f"`{one['advice']}`", *list(one.values())[1:]] for one in advice_of(pack)]
    return _table(("advice", "says", "while", "status", "source"), found) if found else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table of Markdown, and the empty line after it."""
    lines = (f"| {' | '.join(cells)} |" for cells in (head, *rows))
    first, *rest = lines
    return [first, f"|{'---|' * len(head)}", *rest, ""]


if __name__ == "__main__":
    import sys

    document(sys.argv[1])
