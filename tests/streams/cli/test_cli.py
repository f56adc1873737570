"""The one command: what it answers at once, how it fails, and what it exits with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.cli import main
from streams.service.event_file import load
from tests.streams.conftest import StubEngine
from tests.streams.samples import AT, assessed, record, vitals

ROOT = Path(__file__).parents[3]
Capture = pytest.CaptureFixture[str]
Write = Callable[..., str]
EACH = pytest.mark.parametrize("name", list(main.COMMANDS))


def il2watch(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments], cwd=ROOT, capture_output=True, input=stdin, check=False
    )


@EACH
def test_the_overview_lists_every_command_with_its_summary(name: str, capsys: Capture) -> None:
    assert main.main(["--help"]) == 0
    assert f"{name:<20}{main.COMMANDS[name].summary}" in capsys.readouterr().out


@EACH
def test_every_command_has_help_with_an_example(name: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main.main([*name.split(), "--help"])
    assert stopped.value.code == 0
    assert f"example:\n  il2watch {name} " in capsys.readouterr().out


@EACH
def test_help_imports_nothing_heavy(name: str) -> None:
    code = (
        "import sys\nfrom streams.cli.main import main\ntry: "
        f"main({[*name.split(), '--help']!r})\nexcept SystemExit: pass\n"
    )
    code += (
        "print([name for name in ('rich', 'matplotlib', 'numpy', 'msgspec', 'rules.ingest.decode', "
        "'rules.guideline') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def loaded(code: str) -> int:
    """How many modules an interpreter of its own has loaded after `code`."""
    tell = f"import sys\n{code}\nprint(len(sys.modules))"
    return int(
        subprocess.run(
            [sys.executable, "-c", tell], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
    )


@pytest.mark.parametrize(
    "arguments", [["--help"], *([*name.split(), "--help"] for name in main.COMMANDS)], ids=" ".join
)
def test_help_loads_little_more_than_argparse(arguments: list[str]) -> None:
    """Help answers at once: what takes time is loading, and modules can be counted on a busy machine too."""
    helped = loaded(f"from streams.cli.main import main\ntry: main({arguments!r})\nexcept SystemExit: pass")
    assert helped - loaded("import argparse, asyncio, logging, pathlib, typing") < 60


def test_the_version_is_printed(capsys: Capture) -> None:
    assert main.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("il2watch ")


def test_no_command_shows_the_overview_and_is_a_usage_error(capsys: Capture) -> None:
    assert main.main([]) == 2
    assert "commands:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["asess", "x"], "il2watch: no command 'asess'; did you mean 'assess'?"),
        (["zzz"], "il2watch: no command 'zzz'; il2watch --help lists them"),
        (
            ["config"],
            "il2watch: 'config' needs one of its commands: config check, config schema; see il2watch --help",
        ),
        (
            ["assess"],
            "il2watch: assess: the following arguments are required: FILE; see il2watch assess --help",
        ),
        (
            ["assess", "x", "--colour"],
            "il2watch: assess: unrecognized arguments: --colour; see il2watch assess --help",
        ),
        (
            ["assess", "x", "--at", "noon"],
            "argument --at: 'noon' is not an RFC 3339 time; write it like 2026-03-02T10:00:00Z",
        ),
        (
            ["assess", "x", "--at", "2026-03-02T10:00:00"],
            "argument --at: '2026-03-02T10:00:00' has no offset from UTC",
        ),
        (["assess", "none.jsonl"], "il2watch: none.jsonl: no such file"),
        (["run", "x", "-o", "xml"], "argument -o: invalid choice: 'xml'"),
        (["explain", "x"], "required: --subject"),
        (["plot", "x"], "required: -o"),
        (["plot", "x", "-o", "page.gif"], "-o page.gif: a page is .svg, .png or .pdf"),
        (["backtest", "x"], "one of the arguments --against --against-alerts is required"),
        (["config", "check", "none.toml"], "il2watch: none.toml: "),
        (["assess", "x", "--config", "none.toml"], "none.toml: No such file or directory"),
    ],
)
def test_a_wrong_use_is_one_line_on_stderr_and_exit_2(
    arguments: list[str], says: str, capsys: Capture
) -> None:
    assert main.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


def test_a_file_name_cannot_write_on_the_terminal(capsys: Capture) -> None:
    assert main.main(["assess", "\x1b[31m\nred"]) == 2
    assert "\x1b" not in (err := capsys.readouterr().err)
    assert err.count("\n") == 1


def test_a_command_writes_json_into_a_pipe(engine: StubEngine, write: Write, capsys: Capture) -> None:
    engine.assessments["p1"] = assessed("p1")
    assert main.main(["assess", write(vitals("v1", AT, heart_rate=90))]) == 0
    assert capsys.readouterr().out.startswith('{"patient":"p1","at":')


def test_text_is_for_the_asking(engine: StubEngine, write: Write, capsys: Capture) -> None:
    engine.assessments["p1"] = assessed("p1")
    assert main.main(["assess", write(vitals("v1", AT, heart_rate=90)), "-o", "text"]) == 0
    assert "▲ delay" in capsys.readouterr().out


def test_at_and_until_reach_the_engine(engine: StubEngine, write: Write) -> None:
    path = write(vitals("v1", AT, heart_rate=90))
    main.main(["assess", path, "--at", "1970-01-01T00:00:01Z"])
    assert engine.until == 1000
    main.main(["run", path, "--until", "1970-01-01T00:00:02Z"])
    assert engine.until == 2000
    main.main(["run", path])
    assert engine.until is None


@pytest.mark.parametrize("command", ["assess", "run"])
def test_refusals_fail_only_when_strict(
    command: str, engine: StubEngine, write: Write, capsys: Capture
) -> None:
    path = write(b"nonsense\n")
    assert main.main([command, path]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == f"il2watch: {path}: 1 refused (malformed 1)"
    assert main.main([command, path, "--strict"]) == 1


def test_a_rate_that_only_the_chart_could_refuse_is_told_with_its_line(
    engine: StubEngine, write: Write, capsys: Capture
) -> None:
    path = write(b"\n", record("infusion", "i1", AT, agent="phenylephrine", rate=40, unit="ug/min"))
    engine.counts.update({"implausible": 2})
    [event] = load(path, 0).events
    engine.refused.append((event, "needs-weight"))
    assert main.main(["run", path, "--strict"]) == 1
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{path}:2: needs-weight: ")
    assert last == f"il2watch: {path}: 1 refused (needs-weight 1); kept and not used: implausible 2"


def test_an_interrupt_exits_130(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted(_: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("streams.cli.run.main", interrupted)
    assert main.main(["run", "x"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_leaves_is_no_error() -> None:
    code = "import sys\nfrom streams.cli import main, run\n"
    code += (
        "run.main = lambda arguments: [print('x' * 1000) for _ in range(10_000)] and "
        "0\nsys.exit(main.main(['run', 'x']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_a_full_disk_is_told_not_thrown(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def full(_: list[str]) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("streams.cli.run.main", full)
    assert main.main(["run", "x"]) == 2
    assert "No space left on device" in capsys.readouterr().err
