"""Every kind of channel is made from its table, and a wrong table is one line that names the key."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.channels.registry import KINDS, channel, check
from streams.config.secrets import Secrets
from streams.errors import UsageError

pytestmark = pytest.mark.filterwarnings(
    "ignore:'imghdr' is deprecated:DeprecationWarning"
)  # Apprise's own, as it loads its services

TABLES: dict[str, dict[str, Any]] = {
    "pagerduty": {"routing-key-env": "ROUTING"},
    "alertmanager": {"url": "http://alertmanager:9093"},
    "webhook": {"url": "https://ward.example/hook", "signing-key-env": "SIGNING"},
    "fhir": {"url": "https://fhir.example/R4", "patient-system": "urn:oid:1.2.3"},
    "hl7": {"address": "alarms.example:6661", "patient-authority": "HOSP"},
    "apprise": {"service-url-env": "SERVICE"},
    "terminal": {},
}
SECRETS = Secrets({
    "ROUTING": "0123456789abcdef0123456789abcdef", "SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "SERVICE": "json://localhost:1/",
    "HOOK": "https://ward.example/hook/t0ken", "SHORT": "abc", "TOKEN": "t0ken", "BAD": "nowhere at all",
})  # fmt: skip


def table(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind} | TABLES[kind] | {key.replace("_", "-"): value for key, value in more.items()}


def test_every_kind_has_a_table_here() -> None:
    assert list(TABLES) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_channel_is_made_from_its_table(kind: str) -> None:
    made = channel("oncall", table(kind), SECRETS)
    assert (type(made).__name__.lower(), made.name) == (kind, "oncall")
    asyncio.run(made.close())


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_is_checked_without_its_secrets(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS.environ:
        monkeypatch.delenv(name, raising=False)
    check("oncall", table(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_secret_is_said_when_the_channel_is_made(kind: str) -> None:
    named = [key for key in TABLES[kind] if key.endswith("-env")]
    for key in named:
        with pytest.raises(
            UsageError,
            match=(
                rf"^\[pager.channels.oncall\] {key}: the environment has no {TABLES[kind][key]}, or it "
                r"is empty$"
            ),
        ):
            channel("oncall", table(kind), Secrets({}))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "kind: missing"),
        ({"kind": "pagerdutty"}, "kind: is one of " + ", ".join(KINDS) + (", not 'pagerdutty'; did you mean "
        "pagerduty?")),
        (table("pagerduty", timeout_s="5"), "timeout-s: expected float, got str"),
        (table("pagerduty", timeout_s=0), "timeout-s: expected float > 0.0"),
        (table("pagerduty", timeout_s=61), "timeout-s: expected float <= 60.0"),
        (table("pagerduty", timeout=5), "timeout: no such key; did you mean timeout-s?"),
        (table("pagerduty", routing_key="R0123"), ("routing-key: a secret does not belong in this file; "
        "name routing-key-env or routing-key-file")),
        (table("pagerduty", routing_key_env="SHORT"), ("routing-key: not an integration key, which has 32 "
        "characters")),
        ({"kind": "pagerduty"}, ("routing-key-env: missing; name the variable that holds it, or a file with "
        "routing-key-file")),
        (table("pagerduty", url="events.pagerduty.com"), ("url: is no address; write it like "
        "https://host/path")),
        (table("pagerduty", url="ftp://events.pagerduty.com"), ("url: is no address; write it like "
        "https://host/path")),
        (table("pagerduty", url="https://h:port/"), "url: is no address; write it like https://host/path"),
        (
            table("alertmanager", url="https://me:secret@am/"),
            ("url: a name and password do not belong in an address; give username and password-env or "
            "password-file"),
        ),
        (table("alertmanager", username="me"), "username: goes together with password-env or password-file"),
        (table("alertmanager", password_env="TOKEN"), ("username: goes together with password-env or "
        "password-file")),
        (table("alertmanager", password="t0ken"), ("password: a secret does not belong in this file; name "
        "password-env or password-file")),
        (
            table("alertmanager", token_env="TOKEN", username="me", password_env="TOKEN"),
            "username: stands beside a token; give one of them",
        ),
        (table("alertmanager", ca_file="/nowhere.pem"), (": cannot use the certificates (/nowhere.pem): No "
        "such file or directory")),
        (table("alertmanager", labels={"site": 3}), "labels.site: expected str, got int"),
        (table("webhook", labels={"the-site": "north"}), ("key in labels: expected str matching regex "
        "'^[a-zA-Z_][a-zA-Z0-9_]*$'")),
        (table("alertmanager", proxy="squid"), "proxy: is no address; write it like https://host/path"),
        ({"kind": "alertmanager"}, "url: missing"),
        (table("webhook", url_env="HOOK"), "url: give one of url, url-env and url-file"),
        ({"kind": "webhook", "signing-key-env": "SIGNING"}, "url: give one of url, url-env and url-file"),
        ({"kind": "webhook", "url-env": "BAD", "signing-key-env": "SIGNING"}, ("url: is no address; write it like "
        "https://host/path")),
        (table("webhook", signing_key_env="SHORT"), ("signing-key: shorter than 16 bytes; make one with: "
        "openssl rand -base64 32")),
        (table("fhir", patient=False), "patient: a Flag is about somebody; leave this key out"),
        ({"kind": "fhir", "url": "https://fhir.example"}, "patient-system: missing"),
        (table("apprise", service_url_env="TOKEN"), "service-url: is no address Apprise knows"),
        (
            table("apprise", service_url="ntfy://t0ken@host/x"),
            "service-url: a secret does not belong in this file; name service-url-env or service-url-file",
        ),
        (table("terminal", colour="red"), "colour: no such key; there are patient"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_one_line_that_names_the_channel_and_the_key(
    given: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        channel("oncall", given, SECRETS)
    message = str(caught.value)
    assert message.removeprefix("[pager.channels.oncall]").lstrip() == says
    assert not any(secret in message for secret in SECRETS.environ.values() if len(secret) > 4)


def test_a_service_whose_failures_count_as_sent_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "service"
    path.write_text("json://localhost:1/?optional=yes", encoding="utf-8")
    with pytest.raises(UsageError, match="optional=yes would call a page sent that was not"):
        channel("sms", {"kind": "apprise", "service-url-file": str(path)}, SECRETS)


def test_a_channel_without_its_extra_says_how_to_add_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(
        UsageError, match=r"apprise is not installed; add it with: pip install 'il2watch\[apprise\]'$"
    ):
        channel("sms", table("apprise"), SECRETS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_secret_of_a_kind_has_a_variable_and_a_file_and_no_place_in_the_table(kind: str) -> None:
    keys = {
        field.encode_name
        for field in msgspec.structs.fields(type(channel("oncall", table(kind), SECRETS)).Options)
    }
    secrets = {key.removesuffix("-env") for key in keys if key.endswith("-env")}
    assert {f"{secret}-file" for secret in secrets} <= keys
    assert secrets & keys <= {"url"}
