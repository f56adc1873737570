"""The `[pager]` table: what it comes to, and that every mistake is named with its key and line."""

from __future__ import annotations

import pytest

from rules.wire.instants import HOUR, MINUTE
from streams.cli import main
from streams.errors import UsageError
from streams.pager.policy.routes import EscalationStep, Match, WorkingHours
from streams.pager.service.config import load

SITE = """\
[pager]
timezone = "Europe/Berlin"
units = [{ patients = "w4-*", unit = "4 West" }]

[pager.channels.oncall]
kind = "pagerduty"
routing-key-env = "PAGERDUTY_KEY"

[pager.channels.chief]
kind = "terminal"

[pager.channels.operations]
kind = "alertmanager"
url = "http://alertmanager:9093"

[[pager.routes]]
name = "urgent"
level = ["absolute"]
ladder = [{ channels = ["oncall"] }, { after = "10 min", channels = ["chief"] }]

[[pager.routes]]
name = "advice"
level = ["advisory"]
subject = ["hypo*"]
digest = "8 h"
hours = { days = ["mon", "fri"], from = "07:00", to = "15:00" }
ladder = [{ channels = ["chief"] }]

[[pager.system-routes]]
name = "machine"
ladder = [{ channels = ["operations"] }]

[pager.api]
token-file = "/run/secrets/token"

[pager.watchdog]
channel = "operations"
"""


OPERATIONS = 'kind = "alertmanager"\nurl = "http://alertmanager:9093"\n'
FHIR = 'kind = "fhir"\nurl = "https://fhir.example/R4"\npatient-system = "urn:oid:1.2.3"\n'


def test_a_site_says_who_is_told_what_and_when() -> None:
    made = load(SITE, "site.toml")
    urgent, advice = made.paging.clinical
    assert urgent.steps == (EscalationStep(0, ("oncall",)), EscalationStep(10 * MINUTE, ("chief",)))
    assert advice.match == Match(level=("advisory",), subject=("hypo*",))
    assert (advice.digest, advice.hours) == (8 * HOUR, WorkingHours(frozenset({0, 4}), 7 * 60, 15 * 60))
    assert (made.paging.unit_of("w4-7"), made.paging.unit_of("x")) == ("4 West", None)
    assert (made.watchdog, made.every, made.paging.zone) == ("operations", 60_000, "Europe/Berlin")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("timezone =", "timzone =", "line 2: pager.timzone: no such key; did you mean timezone?"),
        ('"Europe/Berlin"', '"Berlin"', "pager.timezone: 'Berlin' is no known time zone"),
        (
            'level = ["absolute"]',
            'level = ["absolut"]',
            (
                "line 18: pager.routes[1].level[1]: is one of absolute, advisory, relative, technical, not "
                "'absolut'"
            ),
        ),
        ('after = "10 min"', 'after = "10"', "pager.routes[1].ladder: '10' is not a duration"),
        ('channels = ["oncall"]', 'channels = ["oncal"]', "no channel 'oncal'; did you mean oncall?"),
        (
            'level = ["absolute"]',
            'level = ["absolute"]\nkind = ["criterion"]',
            "no route takes every absolute alert at all hours",
        ),
        (
            'level = ["absolute"]',
            'level = ["absolute"]\ndigest = "1 h"',
            "no route takes every absolute alert at all hours",
        ),
        ('channels = ["operations"]', 'channels = ["chief"]', "channel 'chief' carries clinical pages too"),
        ('name = "advice"', 'name = "urgent"', "two routes are called 'urgent'"),
        (
            'channels = ["oncall"] }, {',
            'channels = ["oncall"], after = "5 min" }, {',
            "the first rung is told at once",
        ),
        ('from = "07:00"', 'from = "7:00"', "pager.routes[2].hours.from"),
        ('to = "15:00"', 'to = "07:00"', "begins and ends at the same time"),
        ('channel = "operations"', 'channel = "oncall"', "a heartbeat a minute would drown them"),
        (
            OPERATIONS,
            FHIR,
            "line 32: pager.system-routes[1].ladder: route 'machine': channel 'operations' is of kind "
            "fhir, which writes into a patient's record, "
            "and alarms of the machine are about no patient; name a channel of another kind",
        ),
        (
            '\nchannel = "operations"',
            f'\nchannel = "record"\n[pager.channels.record]\n{FHIR}',
            "a heartbeat is about nobody",
        ),
        ('channel = "operations"', 'channel = "dog"', "no channel 'dog'"),
        ('kind = "pagerduty"', 'kind = "pager-duty"', "line 6: pager.channels.oncall.kind: is one of"),
        ('kind = "pagerduty"', 'kind = "pager-duty"', "did you mean pagerduty?"),
        ('kind = "pagerduty"', "", "line 5: pager.channels.oncall.kind: missing"),
        (
            "routing-key-env =",
            "routing-key-file = '/key'\nrouting-key-env =",
            "line 8: pager.channels.oncall.routing-key-env: stands beside routing-key-file; give one of them",
        ),
        (
            'routing-key-env = "PAGERDUTY_KEY"\n',
            "",
            "line 5: pager.channels.oncall.routing-key-env: missing; name the variable that holds it",
        ),
        (
            "routing-key-env =",
            "time-out = 3\nrouting-key-env =",
            "line 7: pager.channels.oncall.time-out: no",
        ),
        (
            'url = "http://alertmanager:9093"',
            'url = "alertmanager:9093"',
            "line 14: pager.channels.operations.url: is no address",
        ),
        (
            'url = "http://alertmanager:9093"',
            'url = "http://alertmanager:9093"\nusername = "me"',
            "line 15: pager.channels.operations.username: goes together with password-env or password-file",
        ),
        (
            'url = "http://alertmanager:9093"',
            'url = "http://alertmanager:9093"\ntoken-env = "T"\npassword-env = "P"\nusername = "me"',
            "line 17: pager.channels.operations.username: stands beside a token; give one of them",
        ),
        (
            'url = "http://alertmanager:9093"',
            'url = "http://alertmanager:9093"\nproxy = "squid"',
            "line 15: pager.channels.operations.proxy: is no address",
        ),
        (
            'url = "http://alertmanager:9093"',
            'url = "http://alertmanager:9093"\nlabels = { site = 3 }',
            "line 15: pager.channels.operations.labels.site: expected str, got int",
        ),
        (
            'url = "http://alertmanager:9093"',
            'url = "http://alertmanager:9093"\nca-file = "/nowhere.pem"',
            "line 12: pager.channels.operations: cannot use the certificates (/nowhere.pem): No such file",
        ),
        (
            'kind = "pagerduty"\nrouting-key-env = "PAGERDUTY_KEY"',
            'kind = "webhook"\nsigning-key-env = "S"\nurl-env = "U"\nurl = "https://ward.example/"',
            "line 9: pager.channels.oncall.url: give one of url, url-env and url-file",
        ),
        (
            'kind = "pagerduty"\nrouting-key-env = "PAGERDUTY_KEY"\n',
            f"{FHIR}patient = false\n",
            "line 9: pager.channels.oncall.patient: a Flag is about somebody; leave this key out",
        ),
        (
            'routing-key-env = "PAGERDUTY_KEY"',
            'routing-key = "0123"',
            "a secret does not belong in this file",
        ),
        (
            "token-file",
            "token",
            "pager.api.token: a secret does not belong in this file; name token-env or token-file",
        ),
        ("[pager.watchdog]", "[pager.watchdog", "line 36, column 16: not TOML"),
    ],
)
def test_a_mistake_is_named(before: str, after: str, says: str) -> None:
    assert before in SITE
    with pytest.raises(UsageError) as fault:
        load(SITE.replace(before, after, 1), "site.toml")
    assert str(fault.value).startswith("site.toml: ")
    assert says in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_configuration_without_the_table_says_what_to_write() -> None:
    with pytest.raises(UsageError, match=r"no \[pager\] table: name channels, routes and system-routes"):
        load("[shifts]\n", "site.toml")


def test_the_same_receiver_under_two_names_is_no_route_of_its_own() -> None:
    text = SITE.replace('kind = "terminal"', 'kind = "alertmanager"\nurl = "http://alertmanager:9093"')
    with pytest.raises(UsageError, match="the same receiver as 'chief'"):
        load(text, "site.toml")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--broker", "127.0.0.1:1"], "no configuration: --config or IL2WATCH_CONFIG"),
        (["--to", "terminal"], "no broker: give --broker"),
        (["--to", "pagerduty", "--broker", "127.0.0.1:1"], "the environment has no IL2WATCH_PAGER_KEY"),
        (["--to", "pigeon", "--broker", "127.0.0.1:1"], "is one of pagerduty, alertmanager"),
        (["--config", "nowhere.toml"], "nowhere.toml: No such file"),
    ],
)
def test_a_pager_that_cannot_start_says_why_in_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IL2WATCH_CONFIG", "IL2WATCH_BROKER", "IL2WATCH_PAGER_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert main.main(["pager", *arguments]) == 2
    errors = capsys.readouterr().err
    assert says in errors
    assert errors.count("\n") == 1


def test_an_alarm_manager_may_have_the_heartbeat_beside_its_clinical_pages() -> None:
    manager = 'kind = "hl7"\naddress = "alarms.example:6661"\npatient-authority = "HOSP"'
    text = SITE.replace('kind = "pagerduty"\nrouting-key-env = "PAGERDUTY_KEY"', manager)
    assert manager in text
    assert (
        load(text.replace('channel = "operations"', 'channel = "oncall"'), "site.toml").watchdog == "oncall"
    )
