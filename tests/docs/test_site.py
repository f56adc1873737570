"""The site is built without a warning, has every page, and fetches nothing from another host."""

from __future__ import annotations

import functools
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.kept import ROOT

pytestmark = pytest.mark.xdist_group("browser")

SETTINGS = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
READ = ("mkdocs.yml", "docs", "README.md", "CHANGELOG.md", "rules", "streams", "simulators")
FETCHING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
IN_STYLE = re.compile(r"(?:url\(|@import)\s*['\"]?((?:https?:)?//[^'\")\s]+)")
SEEN = ("/", "/howto/production/", "/reference/python/", "/reference/scenarios/")


class Fetched(HTMLParser):
    """What a page makes a browser fetch: scripts, pictures, styles, fonts, frames; not what a reader may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in FETCHING and (address := given.get(FETCHING[tag])):
            self.found.append(address)
        self.found += IN_STYLE.findall(given.get("style") or "")


def elsewhere(addresses: list[str]) -> list[str]:
    """Return the addresses that name a host."""
    return [address for address in addresses if urlsplit(address).netloc]


def fetched(page: str) -> list[str]:
    """Return what a page of HTML makes a browser fetch."""
    parser = Fetched()
    parser.feed(page)
    return parser.found


def pages(nav: list[Any]) -> Iterator[str]:
    """Yield the pages of a navigation."""
    for one in nav:
        below = next(iter(one.values())) if isinstance(one, dict) else one
        yield from [below] if isinstance(below, str) else pages(below)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as `make docs-site` does, apart from the checkout."""
    folder = tmp_path_factory.mktemp("site")
    for name in READ:
        copied = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copied(ROOT / name, folder / name)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / SETTINGS["site_dir"]


def test_every_page_is_in_the_navigation_once() -> None:
    found = sorted(str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md"))
    assert sorted(pages(SETTINGS["nav"])) == found


def test_every_decision_is_in_their_list() -> None:
    text = (ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs" / "decisions").glob("0*.md"):
        number, _, words = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").partition(": ")
        assert f"| [{number}]({path.name}) | {words} |" in text


def test_the_reference_of_python_is_read_and_not_imported() -> None:
    [options] = [one["mkdocstrings"] for one in SETTINGS["plugins"] if "mkdocstrings" in one]
    assert options["handlers"]["python"]["options"]["allow_inspection"] is False


@pytest.mark.slow
def test_every_page_is_built_with_what_it_includes(site: Path) -> None:
    built = {path.parent.relative_to(site).as_posix() for path in site.rglob("index.html")}
    wanted = {re.sub(r"(^|/)(index|README)?\.md$", "", page) for page in pages(SETTINGS["nav"])}
    assert {page.removesuffix(".md") or "." for page in wanted} == built
    front = (site / "index.html").read_text(encoding="utf-8")
    assert "It advises and never doses." in front
    assert "--8&lt;--" not in front
    listed = set(re.findall(r'<a href="\./([^"]+)/" class="md-nav__link', front))
    assert listed == built - {"."}
    assert "advance" in (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_no_page_and_no_style_names_another_host(site: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    assert len(texts) > 60
    assert {path.name: found for path, text in texts.items() if (found := elsewhere(fetched(text)))} == {}
    styles = list(site.rglob("*.css"))
    assert styles
    assert [found for path in styles for found in IN_STYLE.findall(path.read_text(encoding="utf-8"))] == []


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_asks_no_other_host(site: Path, chromium: Any) -> None:
    handler = functools.partial(SimpleHTTPRequestHandler, directory=site)
    handler.log_message = lambda *_: None  # type: ignore[attr-defined]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page, asked = chromium.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        for path in SEEN:
            page.goto(f"http://127.0.0.1:{server.server_port}{path}", wait_until="load")
        page.close()
        server.shutdown()
    hosts = {urlsplit(address).hostname for address in asked if not address.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert len(asked) > len(SEEN)


def test_what_would_be_fetched_is_seen() -> None:
    page = (
        '<link rel="preconnect" href="https://fonts.example"><script src="//cdn.example/a.js"></script><p style="background:'
        'url(https://pictures.example/b.png)"><a href="https://elsewhere.example">words</a><img src="c.png">'
    )
    assert elsewhere(fetched(page)) == [
        "https://fonts.example",
        "//cdn.example/a.js",
        "https://pictures.example/b.png",
    ]
