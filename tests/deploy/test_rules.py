"""The rules and configurations by the tools of those who read them: promtool and amtool; and that nothing in
them is left loose.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.places import DEPLOY, RULE_TESTS, RULES, RUNBOOKS, alarms, loaded
from tests.deploy.servers import program, run
from tests.deploy.sites import here, on_loopback

AT_LEISURE = {"Il2PagesMany", "Il2PagesIdle", "Il2Floods", "Il2QualificationOld"}
"""Of how it has gone over hours and days: read by day, with the runbook."""
SEVERITIES = {"page", "ticket", "none"}
COMPONENTS = {"worker", "feed", "pager", "burden", "board", "census", "monitoring"}


@pytest.mark.prometheus
def test_prometheus_takes_its_configuration_and_the_rules_it_names(tmp_path: Path) -> None:
    (tmp_path / "prometheus.yml").write_text(here(DEPLOY / "prometheus"), encoding="utf-8")
    output = run("promtool", "check", "config", str(tmp_path / "prometheus.yml"))
    assert f"SUCCESS: {len(RULES)} rule files found" in output


@pytest.mark.prometheus
def test_promtool_finds_no_fault_in_any_rule() -> None:
    run("promtool", "check", "rules", "--lint-fatal", *map(str, RULES))


@pytest.mark.prometheus
@pytest.mark.parametrize("path", RULE_TESTS, ids=lambda path: path.name)
def test_the_rules_own_tests_pass(path: Path) -> None:
    run("promtool", "test", "rules", str(path))


@pytest.mark.prometheus
def test_promtool_finds_no_fault_in_the_names_and_help_of_the_codes_metrics() -> None:
    import streams.board.service
    import streams.census.service
    import streams.feeds.service.metrics
    import streams.pager.service.metrics  # noqa: F401
    from streams.service import metrics

    checked = subprocess.run(
        [program("promtool"), "check", "metrics"], input=metrics.text(), capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, b"")


@pytest.mark.prometheus
def test_alertmanager_takes_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "alertmanager.yml").write_text(on_loopback("http://127.0.0.1:9"), encoding="utf-8")
    output = run("amtool", "check-config", str(tmp_path / "alertmanager.yml"))
    assert f"{len(loaded(DEPLOY / 'alertmanager' / 'alertmanager.yml')['receivers'])} receivers" in output


def cases(fires: bool) -> set[str]:
    """The alarms that a test of the rules sees come, or stay away."""
    found = [
        case
        for path in RULE_TESTS
        for test in loaded(path)["tests"]
        for case in test.get("alert_rule_test", ())
    ]
    return {case["alertname"] for case in found if bool(case.get("exp_alerts")) == fires}


def test_every_alarm_is_seen_to_come_and_to_stay_away_by_the_rules_own_tests() -> None:
    assert cases(fires=True) == set(alarms())
    assert cases(fires=False) == set(alarms()) - {"Il2Watchdog"}


@pytest.mark.parametrize("name", sorted(alarms()))
def test_an_alarm_says_how_urgent_it_is_of_what_and_where_to_read_on(name: str) -> None:
    alarm = alarms()[name]
    assert alarm["labels"]["severity"] in SEVERITIES
    assert alarm["labels"]["component"] in COMPONENTS
    assert alarm["annotations"]["summary"].endswith(".")
    assert alarm["annotations"]["runbook_url"] == f"{{{{ $externalLabels.runbooks }}}}/{name}.md"


DO = (
    r"tell|stop|look at|look what|look which|look in|look along|see|set|start|end it|add|finish|send|find out|mend|ask|put|bring|map"
    r"|have|renew|its report says"
)


@pytest.mark.parametrize("name", sorted({*alarms()} - {"Il2Watchdog"} - AT_LEISURE))
def test_an_alarm_says_what_to_do(name: str) -> None:
    summary = alarms()[name]["annotations"]["summary"]
    assert re.search(rf"[:;,] (?:(?:then|and) )?(?:{DO})\b", summary), summary


def test_every_alarm_has_its_runbook_and_every_runbook_its_alarm() -> None:
    assert {path.stem for path in RUNBOOKS.glob("Il2*.md")} == set(alarms())


@pytest.mark.parametrize("name", sorted(alarms()))
def test_a_runbook_says_what_it_means_what_to_look_at_and_what_to_do(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.*)$", text, re.M) == ["What it means for patients", "Look", "Do"]
    assert alarms()[name]["labels"]["severity"] in text.split("##")[0]


def routes() -> list[dict[str, object]]:
    """Every route below the first, the nested ones too."""
    found, left = [], list(loaded(DEPLOY / "alertmanager" / "alertmanager.yml")["route"]["routes"])
    while left:
        found.append(left.pop(0))
        left += found[-1].get("routes", [])
    return found


def test_pages_about_patients_and_alarms_of_the_system_share_no_receiver() -> None:
    of_patients = {one["receiver"] for one in routes() if str(one["receiver"]).startswith("clinical")}
    of_the_system = {one["receiver"] for one in routes()} - of_patients
    assert of_patients == {"clinical", "clinical-absolute"}
    assert of_the_system == {"system-pages", "system-tickets", "dead-mans-switch"}
    addresses = {
        one["name"]: yaml.safe_dump(one["webhook_configs"])
        for one in loaded(DEPLOY / "alertmanager" / "alertmanager.yml")["receivers"]
    }
    assert len(set(addresses.values())) == len(addresses)


def test_an_absolute_page_waits_for_nothing() -> None:
    (absolute,) = [one for one in routes() if one["receiver"] == "clinical-absolute"]
    assert (absolute["matchers"], absolute["group_wait"]) == (['level = "absolute"'], "0s")
