"""The report of a qualification: what a step that fails leaves, what is signed, and how the command answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.cli import main
from streams.errors import UsageError
from streams.qualify import command
from streams.qualify.report import Finding, Recorder, Report, encode, passed, skipped
from streams.qualify.report_page import page


def report(*findings: Finding) -> Report:
    recorder = Recorder(lambda step: None)
    for number, finding in enumerate(findings):
        recorder.step(f"s{number}", f"Step <{number}>", lambda finding=finding: finding)  # type: ignore[misc]
    return recorder.report("1.2", "host-1", {"guideline sha256": "ab" * 32})


FAILED = Finding("failed", ("il2.labs: missing",), "il2watch topics create")


@pytest.mark.parametrize(
    ("findings", "result"),
    [
        ((passed("a"),), "passed"),
        ((passed("a"), Finding("warned", ("looser",), "sign")), "passed"),
        ((passed("a"), skipped("no broker")), "passed"),
        ((FAILED, passed("a")), "failed"),
    ],
)
def test_it_fails_when_a_step_fails_and_a_warning_is_left_to_those_who_sign(
    findings: tuple[Finding, ...], result: str
) -> None:
    found = report(*findings)
    assert found.result == result
    assert json.loads(encode(found))["result"] == result


def test_the_page_says_of_each_failed_step_what_and_what_to_do() -> None:
    html = page(report(passed("62 passed"), FAILED))
    assert "Failed: Step &lt;1&gt;. Not to be used until these pass." in html
    assert "il2.labs: missing" in html
    assert "il2watch topics create" in html
    assert "Signatures" in html


@pytest.mark.parametrize(
    ("fault", "says"),
    [(UsageError("no topic il2.labs"), "no topic il2.labs"), (ValueError("odd"), "ValueError: odd")],
)
def test_a_step_that_breaks_is_a_failed_step_and_the_next_is_made(fault: Exception, says: str) -> None:
    def broken() -> Finding:
        raise fault

    recorder = Recorder(lambda step: None)
    assert recorder.step("a", "A", broken).found == (says,)
    assert recorder.step("b", "B", passed).result == "passed"


@pytest.mark.slow
def test_a_looser_threshold_is_a_warning_in_the_line_s_own_words(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("[criteria.creatinine]\nrelative = 2.8\n")
    found = command.configuration(str(site))
    assert found.result == "warned"
    assert len(found.found) == 1
    assert found.found[0].startswith("line 2: looser than published: ")
    site.write_text("[criteria.creatinine]\nrelativ = 2.8\n")
    assert command.configuration(str(site)).result == "failed"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--report"),
        (("--report", "q.pdf"), "does not end in .html"),
        (("--report", "nowhere/q.html", "--offline"), "no folder nowhere"),
        (("--report", "q.html", "--offline", "--config", "none.toml"), "none.toml: No such file"),
        (("--report", "q.html", "--config", "DRAFT"), "Read and sign these rows (il2watch packs show PACK)"),
    ],
)
def test_what_cannot_be_reported_is_refused_before_anything_is_made(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text('[packs]\ndecides = "dutcher-2014/1"\n')
    try:
        code = main.main(["qualify", *(str(draft) if word == "DRAFT" else word for word in arguments)])
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 2
    assert says in capsys.readouterr().err
