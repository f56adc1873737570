"""The contributor's door opens: the targets, hooks and workflow that it names are there and well-formed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.kept import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
HOOKS = ROOT / ".pre-commit-config.yaml"
SCHEMAS = ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def checked(schema: str, path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_workflow_is_valid_and_a_wrong_one_is_not(schema: str, tmp_path: Path) -> None:
    assert checked(schema, WORKFLOW).returncode == 0
    broken = tmp_path / "ci.yml"
    broken.write_text(WORKFLOW.read_text(encoding="utf-8").replace("timeout-minutes: 60", "timeout: 60"))
    assert checked(schema, broken).returncode == 1


def test_the_workflow_calls_what_a_developer_can_call_and_may_only_read() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    steps = settings["jobs"]["run"]["steps"]
    assert steps[-1] == {"run": ".ci/run"}
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert settings["permissions"] == {"contents": "read"}
    assert "has not yet run" in text


@pytest.mark.slow
def test_the_hooks_are_valid_and_all_of_this_repository() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config", str(HOOKS)]
    assert subprocess.run(command, check=False).returncode == 0
    assert {one["repo"] for one in yaml.safe_load(HOOKS.read_text(encoding="utf-8"))["repos"]} == {"local"}


def test_a_hook_calls_a_tool_of_the_environment_or_a_target() -> None:
    [repository] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))["repos"]
    for hook in repository["hooks"]:
        match hook["entry"].split():
            case ["make", target]:
                assert target in TARGETS
            case [".venv/bin/python", "-m", tool, *_]:
                assert tool in {"ruff", "mypy"}
            case entry:
                pytest.fail(f"{hook['id']}: {entry}")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/decisions/0021-site.md"])
def test_every_target_that_a_page_names_is_in_the_makefile(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", text, re.MULTILINE))
    assert named - {"campaign-"} <= {*TARGETS, *(f"campaign-{name}" for name in ("kills", "rules"))}
