"""What docs/trace.md and docs/node-graph.md say of simulated calls is so."""

from __future__ import annotations

import re
from pathlib import Path

from ivr_action import execute_mock_trace
from ivr_action.model.trace import Ending
from ivr_action.trace.scenario import Expect, Given, read_scenario
from tests.trace.graphs import node

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "trace.md").read_text(encoding="utf-8")


def words(heading: str) -> set[str]:
    """The words in the first column of the table under a heading."""
    part = PAGE.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    return {
        word
        for line in part.splitlines()
        if line.startswith("| `")
        for word in re.findall(r"`([^`]+)`", line.split("|")[1])
    }


def test_every_key_is_described() -> None:
    assert words("### `given`") == set(Given)
    assert words("### `expect`") == set(Expect)
    assert words("### `caller`") == {'press: "1"', "say: sales", "silence", "hang-up", "error"}
    row = next(line for line in PAGE.splitlines() if line.startswith("| `ends` |"))
    assert set(Ending) <= set(re.findall(r"`([^`]+)`", row))


def test_the_examples_are_read_without_findings() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    whole = [
        block if block.lstrip("# ").startswith(("yaml-", "flow")) else f"flow: a\ncalls:\n{block}" for block in blocks
    ]
    assert len(whole) == 2
    for block in whole:
        scenario = read_scenario("scenarios/a.yaml", block.encode())
        assert scenario.findings == ()
        assert len(scenario.calls) == 2


def test_the_differences_of_the_mock_trace_are_as_written() -> None:
    page = (DOCS / "node-graph.md").read_text(encoding="utf-8")
    bye = node("disconnect")
    menu = {"a": node("menu", ("dtmf == '1'", "z")), "z": bye}
    messages = [
        execute_mock_trace(menu, "a", ["2"])["error"],
        execute_mock_trace({"a": node("playAudio")}, "a", [])["error"],
        execute_mock_trace(menu, "nowhere", [])["error"],
        execute_mock_trace({"a": node("menu", ("default", "a"))}, "a", [])["error"],
    ]
    for message in messages:
        assert f'"{message}"' in page
    assert execute_mock_trace({"a": node("menu", ("dtmf == '10'", "a"), ("else", "z")), "z": bye}, "a", ["1"])[
        "path"
    ] == ["a", "z"]
    three = {
        "menu": node("menu", ("dtmf == '1'", "sales"), ("default", "goodbye")),
        "sales": node("transferToAcd"),
        "goodbye": bye,
    }
    assert f"# {execute_mock_trace(three, 'menu', ['1'])}" in page
