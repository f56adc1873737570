"""docs/reference/channels.md keeps its word: every example is taken by `il2watch config check`, every key and every
limit is told, none that is not there.
"""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from streams.channels import http, pagerduty, webhook
from streams.channels.options import ChannelOptions, HttpOptions
from streams.channels.registry import KINDS
from streams.cli.main import main
from streams.config.pager import Pager
from streams.pager.delivery import workers

pytestmark = pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # Apprise's own, as it loads its services

GUIDE = (Path(__file__).parents[3] / "docs" / "reference" / "channels.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", GUIDE, re.M | re.S))
ROUTES = """
[pager.channels.machine]
kind = "terminal"
[[pager.routes]]
name = "all"
ladder = [{{ channels = ["{name}"] }}]
[[pager.system-routes]]
name = "machine"
ladder = [{{ channels = ["machine"] }}]
"""


def examples() -> dict[str, str]:
    """Every example, by the kind of channel it is."""
    found = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.M | re.S)
    return {next(iter(tomllib.loads(text)["pager"]["channels"].values()))["kind"]: text for text in found}


def keys(kind: type[ChannelOptions]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}


def options(kind: str) -> type[ChannelOptions]:
    module, _, name = KINDS[kind].partition(":")
    found: type[ChannelOptions] = getattr(import_module(module), name).Options
    return found


def section(kind: str) -> str:
    return next(text for title, text in SECTIONS.items() if title.lower() == kind)


def test_every_kind_has_a_section_with_an_example() -> None:
    assert list(examples()) == list(KINDS)
    assert all(examples()[kind] in section(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_config_check_takes_the_example_without_its_secrets(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (name,) = tomllib.loads(examples()[kind])["pager"]["channels"]
    path = tmp_path / "site.toml"
    path.write_text(examples()[kind] + ROUTES.format(name=name))
    assert main(["config", "check", str(path)]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_told(kind: str) -> None:
    own = keys(options(kind)) - keys(HttpOptions)
    assert [key for key in own if key not in section(kind)] == []


def test_every_key_that_many_kinds_take_is_told_and_no_other() -> None:
    cells = set(re.findall(r"^\| (`.*?) \|", SECTIONS["What all take"], re.M))
    assert {key for cell in cells for key in re.findall(r"`([a-z-]+)`", cell)} == keys(HttpOptions) | {"kind"}


@pytest.mark.parametrize(
    "limit",
    [
        f"{pagerduty.MOST_SUMMARY:,} characters of summary",
        f"{pagerduty.MOST_KEY} of the key",
        f"{pagerduty.MOST_EVENT // 1000} kB an event",
        f"after a 429 the channel rests {pagerduty.REST_S:.0f} s",
        f"up to {workers.MOST_ASKED_S / 60:.0f} min",
        f"it rests {workers.REST_S:.0f} s, doubled up to {workers.MOST_REST_S:.0f} s",
        f"a text of {webhook.SHORTEST} bytes or more",
        (
            "`try-refused-after` "
            f"({next(one.default for one in msgspec.structs.fields(Pager) if one.name == 'try_refused_after')})"
        ),
        (
            "`expire-after` "
            f"({next(one.default for one in msgspec.structs.fields(Pager) if one.name == 'expire_after')})"
        ),
        *(f"{status}, " for status in sorted(http.PASSING)[:-1]),
    ],
)
def test_a_limit_is_what_the_code_keeps_to(limit: str) -> None:
    assert limit in " ".join(GUIDE.split())
