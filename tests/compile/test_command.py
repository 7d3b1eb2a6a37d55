"""`ivr-action compile`: YAML on stdout or in a file, findings on stderr."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from ivr_action.cli import main
from tests.compile.graphs import graph, node
from tests.samples import menu_flow


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    source = graph({"a": node("playAudio", ("default", "b"), audioResource={"id": "w"}), "b": node("disconnect")})
    path = tmp_path / "flow.json"
    path.write_text(source.document.text, encoding="utf-8")
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    status = main(["compile", *map(str, arguments)], environ={}, stdout=out, stderr=err)
    return status, out.getvalue(), err.getvalue()


def test_the_yaml_goes_to_stdout(flow: Path) -> None:
    status, out, err = run(flow, "--prompts", "w: welcome")
    assert (status, err) == (0, "")
    assert out.startswith("inboundCall:\n  name: Line\n")


def test_it_goes_to_a_file(flow: Path, tmp_path: Path) -> None:
    (tmp_path / "prompts.yml").write_text("w: welcome\n", encoding="utf-8")
    made = tmp_path / "made.yaml"
    status, out, _ = run(flow, "--prompts", tmp_path / "prompts.yml", "--output", made)
    assert (status, out) == (0, "")
    assert "Prompt.welcome" in made.read_text(encoding="utf-8")


def test_what_cannot_be_said_is_told_with_its_line(flow: Path) -> None:
    status, out, err = run(flow)
    assert (status, out) == (1, "")
    assert "flow.json:2:" in err
    assert "error not-compilable: `a` cannot be written as an Architect flow" in err
    assert err.endswith("1 error in 1 file, 1 invalid\n")


def test_an_architect_flow_is_none(tmp_path: Path) -> None:
    path = tmp_path / "flow.yaml"
    path.write_text(menu_flow(), encoding="utf-8")
    assert run(path)[::2] == (
        1,
        f"ivr-action: `{path}` is Architect's own already.\n`ivr-action validate` says more about it.\n",
    )


def test_a_map_that_is_none_is_a_mistake(flow: Path) -> None:
    status, _, err = run(flow, "--prompts", "w: [1]")
    assert status == 2
    assert "`prompts`, line 1: a value must be one text." in err
