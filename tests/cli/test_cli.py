"""The command line: results on stdout, the rest on stderr, nothing imported that is not needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from ivr_action import __version__
from ivr_action.check import RULES
from ivr_action.check.registry import KNOWN
from ivr_action.cli import main
from tests.samples import menu_flow

ROOT = Path(__file__).parents[2]
SLOW = ("jsonschema", "cel", "networkx", "httpx", "pydantic", "github", "actions_toolkit", "PureCloudPlatformClientV2")


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flow.yaml"
    path.write_text(menu_flow(), encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text(menu_flow("Broken line", start="gone"), encoding="utf-8")
    return path


def run(*arguments: str | Path, **environ: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    status = main([str(argument) for argument in arguments], environ=environ, stdout=out, stderr=err)
    return status, out.getvalue(), err.getvalue()


def process(*arguments: str | Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "ivr_action.cli", *map(str, arguments)]
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "GITHUB_ACTIONS": "", **more},
        check=False,
    )


def test_validate_a_valid_flow(flow: Path) -> None:
    assert run("validate", flow) == (0, "nothing found in 1 file, valid\n", "")


def test_validate_a_broken_flow(broken: Path) -> None:
    status, out, err = run("validate", broken)
    assert status == 1
    assert out.startswith(f"{broken.as_posix()}:4:15 error dangling-reference: ")
    assert err == ""
    assert run("validate", broken, "--fail-on", "never")[0] == 0
    assert run("validate", broken, IVR_ACTION_FAIL_ON="never")[0] == 0
    assert run("validate", broken, "--fail-on", "error", IVR_ACTION_FAIL_ON="never")[0] == 1


def test_validate_as_json_and_sarif(flow: Path, broken: Path) -> None:
    status, out, _ = run("validate", flow, broken, "--format", "json")
    report = json.loads(out)
    assert status == 1
    assert [entry["valid"] for entry in report["flows"]] == [False, True]
    assert report["tool"]["version"] == __version__
    sarif = json.loads(run("validate", broken, "--format=sarif")[1])
    assert len(sarif["runs"][0]["results"]) == 1
    assert len(sarif["runs"][0]["tool"]["driver"]["rules"]) == len(RULES)


def test_validate_as_annotations(broken: Path) -> None:
    _, out, _ = run("validate", broken, "--format", "github")
    assert out.startswith("::error title=dangling-reference,file=")


def test_under_github_nothing_printed_is_a_command(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(menu_flow(start="x ##[error]y"), encoding="utf-8")
    assert "##[" not in run("validate", tmp_path, GITHUB_ACTIONS="true")[1]
    assert "##[" in run("validate", tmp_path)[1]
    assert run("validate", "::error::\n::error::", GITHUB_ACTIONS="true")[2].count("\n::error") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("validate", "gone.yaml"), "`gone.yaml` does not exist"),
        (("validate", "*.nothing"), "No file matches"),
        (("validate", "-", "x"), "name it alone"),
        (("graph", "gone.yaml"), "does not exist"),
        (("rules", "gone"), "There is no rule `gone`"),
    ],
)
def test_what_cannot_be_done_is_2_with_a_word_on_stderr(arguments: tuple[str, ...], message: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_a_wrong_environment_variable_is_named(flow: Path) -> None:
    status, _, err = run("validate", flow, IVR_ACTION_CYCLES="some")
    assert status == 2
    assert "IVR_ACTION_CYCLES is `some`; accepted: forbid, caller-input, allow." in err


@pytest.mark.parametrize("arguments", [[], ["validate", "--fail-on", "fatal"], ["unknown"]])
def test_argparse_errors_are_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments, environ={})
    assert caught.value.code == 2


def test_graph(flow: Path, tmp_path: Path) -> None:
    status, out, _ = run("graph", flow)
    graph = json.loads(out)
    assert status == 0
    assert list(graph) == ["start", "nodes", "transitions"]
    assert graph["start"] in [node["id"] for node in graph["nodes"]]
    assert run("graph", flow, "--format", "mermaid")[1].startswith("flowchart TD\n")
    assert run("graph", flow, "--format", "dot")[1].startswith("digraph flow {\n")
    (tmp_path / "list.yaml").write_text("- a\n")
    status, out, err = run("graph", tmp_path / "list.yaml")
    assert (status, out) == (1, "")
    assert "list.yaml" in err


def test_rules_lists_ids_and_levels_and_explains_each() -> None:
    status, out, _ = run("rules")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == list(KNOWN)
    for rule in KNOWN.values():
        status, page, _ = run("rules", rule.id)
        assert status == 0
        assert page.startswith(rule.id)
        assert rule.summary in page


def test_standard_input_and_version(flow: Path) -> None:
    done = process("validate", "-", "--format", "json", stdin=flow.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["flows"][0]["path"] == "<stdin>"
    assert process("--version").stdout.decode().strip() == f"ivr-action {__version__}"


def test_output_is_utf8_whatever_the_locale(tmp_path: Path) -> None:
    path = tmp_path / "Öffnung.yaml"
    path.write_text(menu_flow("Grüße", start="größer"), encoding="utf-8")
    done = process("validate", path, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "größer" in done.stdout.decode("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise on Windows")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "ivr_action.cli", "rules"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise on Windows")
@pytest.mark.parametrize("count", [1, 200])  # at the last flush, and in the middle of the text
def test_findings_that_nobody_reads_fail_all_the_same(tmp_path: Path, count: int) -> None:
    for number in range(count):
        (tmp_path / f"{number}.yaml").write_text(menu_flow(start="nowhere"), encoding="utf-8")
    command = [sys.executable, "-m", "ivr_action.cli", "validate", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


def test_a_check_imports_nothing_slow(flow: Path) -> None:
    code = (
        "import sys; from ivr_action.cli import main\n"
        f"assert main(['validate', {str(flow)!r}]) == 0\n"
        f"print(sorted(set({SLOW!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stderr.decode().strip() == "[]"


@pytest.mark.parametrize("arguments", [["--help"], ["rules"], ["schema", "plan"], ["deploy", "--help"]])
def test_help_and_rules_import_nothing_slow(arguments: list[str]) -> None:
    code = (
        "import sys; from ivr_action.cli import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        f"print(sorted(set({SLOW!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout
    assert done.stderr.decode().strip() == "[]"
