"""Write docs/reference/feeds: a page for each form of messages that was tried: `python -m tests.docs.feed_forms`.

The forms stand in docs/reference/feeds/forms.toml. Each page is what `il2watch feed check` says of the samples with
the configuration that the page gives, and the events that the feed makes of them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from streams.cli.main import main
from streams.config.section import parsed
from streams.feeds import configured, offline, offline_fhir
from tests.docs.texts import cell
from tests.kept import ROOT
from tests.streams.feeds.support import NOW, SAMPLES, line

FOLDER = ROOT / "docs/reference/feeds"
FORMS = FOLDER / "forms.toml"
BUILT_IN = ("mdc", "mdil", "loinc", "rxnorm", "snomed", "words", "units")
COLUMNS = "system,code,name,sub_id,type,our_code,unit_default,note"
HEAD = "Tried against samples only, never against a vendor's machine or a hospital's traffic. `make docs` writes this page."


class Form(NamedTuple):
    """A form: its page's name, title and text; its samples by number; keys of its feed, rows of its map."""

    name: str
    title: str
    about: str
    hl7: tuple[str, ...] = ()
    fhir: tuple[str, ...] = ()
    keys: str = ""
    map: str = ""

    @property
    def site(self) -> str:
        """The configuration, as a site would write it."""
        kind = "fhir" if self.fhir and not self.hl7 else "mllp"
        names = [f'"builtin:{name}"' for name in BUILT_IN] + [f'"{self.name}.csv"'] * bool(self.map)
        written = f"map = [{', '.join(names)}]\n" if self.map else ""
        return f'[feeds.{self.name}]\nkind = "{kind}"\n{self.keys.strip()}\n{written}'.replace("\n\n", "\n")

    @property
    def rows(self) -> str:
        """The site's map."""
        return f"{COLUMNS}\n{self.map.strip()}\n"

    def samples(self) -> list[str]:
        """The samples, as paths in their folder."""
        numbers = [("hl7", number) for number in self.hl7] + [("fhir", number) for number in self.fhir]
        return [
            str(path.relative_to(SAMPLES))
            for folder, number in numbers
            for path in SAMPLES.glob(f"{folder}/{number}-*")
        ]


def forms() -> list[Form]:
    """Return every form of forms.toml."""
    found = tomllib.loads(FORMS.read_text(encoding="utf-8"))
    return [
        Form(
            name,
            each["title"],
            each["about"].strip(),
            tuple(each.get("hl7", ())),
            tuple(each.get("fhir", ())),
            each.get("keys", ""),
            each.get("map", ""),
        )
        for name, each in found.items()
    ]


@cache
def index() -> dict[str, list[str]]:
    """Return the rows of the samples' README, by file."""
    lines = (SAMPLES / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [each.strip() for each in text.strip("|").split("|", 5)] for text in lines if text.startswith("| `")
    ]
    return {row[0].strip("`"): row for row in rows}


def page(form: Form) -> str:
    """Return the page of a form."""
    with TemporaryDirectory() as folder:
        site = Path(folder) / "site.toml"
        site.write_text(form.site, encoding="utf-8")
        (Path(folder) / f"{form.name}.csv").write_text(form.rows, encoding="utf-8")
        parts = [
            f"# {form.title}",
            HEAD,
            form.about,
            _samples(form),
            *_configuration(form),
            *_check(form, site),
        ]
        return "\n\n".join([*parts, *_events(form, site)]) + "\n"


def _samples(form: Form) -> str:
    rows = [f"| `{path}` | {_source(path)} | {cell(index()[path][5])} |" for path in form.samples()]
    return "\n".join(("| sample | from | what it shows |", "|---|---|---|", *rows))


def _source(path: str) -> str:
    kind, source = index()[path][1], index()[path][3]
    return cell(
        source
        if kind == "public"
        else f"our own values, {source}"
        if kind == "shape"
        else "made to the standard"
    )


def _configuration(form: Form) -> Iterator[str]:
    yield "## Configuration"
    yield f"```toml\n{form.site}```"
    if form.map:
        yield f"`{form.name}.csv`:"
        yield f"```csv\n{form.rows}```"


def _check(form: Form, site: Path) -> Iterator[str]:
    """Yield what `feed check` says of the samples."""
    yield "## What `feed check` says"
    output = StringIO()
    with chdir(SAMPLES), redirect_stdout(output):
        main(["feed", "check", *form.samples(), "--config", str(site)])
    yield f"```console\n$ il2watch feed check captured/ --config site.toml\n{output.getvalue()}```"


def _events(form: Form, site: Path) -> Iterator[str]:
    yield "## What it becomes"
    found = list(_lines(form, site))
    yield "```text\n" + "\n".join(found) + "\n```" if found else "Nothing: no event comes of these."


def _lines(form: Form, site: Path) -> Iterator[str]:
    """Yield the events of the samples, a line each, and the merges."""
    rules = configured.feeds(parsed(site.read_text(encoding="utf-8"), str(site)))[form.name][1]
    paths = [SAMPLES / path for path in form.samples()]
    hl7, fhir = ([path for path in paths if path.parent.name == kind] for kind in ("hl7", "fhir"))
    handled = [each.answered.handled for each in offline.captured(hl7, rules, NOW)]
    handled += [each.answered.handled for each in offline_fhir.requested(fhir, rules, NOW)]
    for each in handled:
        yield from map(line, each.events)
        yield from (f"merge {merge.prior} into {merge.surviving}" for merge in each.merges)


def write() -> None:
    """Write every page."""
    for form in forms():
        (FOLDER / f"{form.name}.md").write_text(page(form), encoding="utf-8")


if __name__ == "__main__":
    write()
