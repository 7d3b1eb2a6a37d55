"""`ivr-action call`: a call walked by hand, with what is typed as a text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest

from ivr_action.cli import main
from tests.samples import menu_flow

GRAPH = """\
startNodeId: hello
nodes:
  hello:
    type: playPrompt
    properties: {tts: Good morning}
    transitionConditions: [{condition: default, destinationNodeId: find}]
  find:
    type: dataAction
    properties: {action: Find, result: found}
    transitionConditions:
      - {condition: error, destinationNodeId: bye}
      - {condition: "found.open == true", destinationNodeId: menu}
      - {condition: default, destinationNodeId: bye}
  menu:
    type: menu
    name: Choose
    transitionConditions:
      - {condition: "dtmf == '1' || speech == 'sales'", destinationNodeId: sales}
      - {condition: default, destinationNodeId: bye}
  sales: {type: transferToQueue, name: Sales desk, properties: {queue: Sales}}
  bye: {type: disconnect}
"""
Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Walk the call with these lines; the last one ends with the input."""
    monkeypatch.chdir(tmp_path)
    Path("graph.yaml").write_text(GRAPH, encoding="utf-8")
    Path("menu.yaml").write_text(menu_flow(), encoding="utf-8")

    def walk(flow: str, *lines: str) -> tuple[int, str]:
        out, err = StringIO(), StringIO()
        typed = StringIO("".join(f"{line}\n" for line in lines))
        status = main(["call", flow], environ={}, stdout=out, stderr=err, stdin=typed)
        return status, out.getvalue() + err.getvalue()

    return walk


def test_prompts_are_heard_and_keys_lead_on(call: Call) -> None:
    status, out = call("menu.yaml", "1", "success")
    assert status == 0
    assert "  » Press one for sales, nine to leave.\nMain menu (1 Sales, 9 Disconnect)\ncaller> " in out
    assert "Sales: does the transfer succeed? success, failure\nworld> " in out
    assert "— transferred to Sales (2 steps)" in out


def test_the_world_is_asked_and_may_bring_data(call: Call) -> None:
    status, out = call("graph.yaml", 'success {"open": true}', "sales", "")
    assert status == 0
    assert "  » Good morning\nFind: how does it end? " in out
    assert "Choose (1 Sales desk)\n" in out
    assert "— transferred to Sales" in out


def test_an_answer_may_be_its_first_letters_and_enter_takes_the_first(call: Call) -> None:
    assert "— disconnected" in call("graph.yaml", "fail")[1]
    assert "Choose" in call("graph.yaml", "")[1]


def test_what_is_no_answer_is_asked_again(call: Call) -> None:
    status, out = call("graph.yaml", "nonsense", "fail")
    assert status == 0
    assert "That is none of them: " in out
    assert out.count("world> ") == 2


def test_silence_wrong_keys_and_words(call: Call) -> None:
    _, out = call("menu.yaml", "", "5", "hello", "9")
    assert out.count("» Press one for sales") == 3
    assert "— disconnected" in out


def test_the_caller_can_hang_up(call: Call) -> None:
    assert "— hung-up" in call("menu.yaml", "hang up")[1]


def test_keys_can_be_said_and_what_is_no_key_is_not_pressed(call: Call) -> None:
    _, out = call("graph.yaml", 'success {"open": true}', "press x", "say 1")
    assert "Keys are 0 to 9, * and #." in out
    assert "— disconnected" in out


def test_help_and_the_way_so_far(call: Call) -> None:
    _, out = call("graph.yaml", 'success {"open": true}', "?", "where", "1")
    assert "1, 42#       press keys" in out
    assert "  hello\n  find\n  menu\n" in out


@pytest.mark.parametrize("lines", [(), ("quit",), ('success {"open": true}', "quit"), ('success {"open": true}',)])
def test_leaving_in_the_middle_is_no_error(call: Call, lines: tuple[str, ...]) -> None:
    status, out = call("graph.yaml", *lines)
    assert status == 0
    assert "—" not in out
    assert out.endswith("\n")


def test_a_call_that_ends_as_none_should_says_so_by_its_status(call: Call) -> None:
    Path("stuck.yaml").write_text("startNodeId: a\nnodes:\n  a: {type: playPrompt}\n", encoding="utf-8")
    status, out = call("stuck.yaml")
    assert status == 1
    assert "— dead-end: `a` has no way on. (1 step)" in out


def test_a_saved_call_is_a_scenario_that_passes(call: Call) -> None:
    _, out = call("graph.yaml", 'success {"open": true}', "1", "failure", "save kept/one.yaml", "")
    assert "Saved: kept/one.yaml\n" in out
    text = Path("kept/one.yaml").read_text(encoding="utf-8")
    assert text.startswith('flow: "../graph.yaml"\n')
    shown = StringIO()
    arguments = ["trace", "--scenarios", "kept/one.yaml", "--format", "json"]
    status = main(arguments, environ={}, stdout=shown, stderr=StringIO())
    found = json.loads(shown.getvalue())
    (flow,) = found["flows"]
    assert [finding["rule"] for finding in found["findings"]] == []
    assert (status, [saved["path"] for saved in flow["calls"]]) == (0, [["hello", "find", "menu", "sales"]])
    assert flow["unknown"] == []


def test_a_call_is_saved_before_its_end_too_and_never_over_another_file(call: Call) -> None:
    _, out = call("menu.yaml", "5", "save a.yaml", "save a.yaml", "save", "9")
    assert "Saved: a.yaml\n" in out
    assert "`a.yaml` exists already; choose another name." in out
    assert "Name a file: save FILE" in out
    assert '- press: "5"' in Path("a.yaml").read_text(encoding="utf-8")


class Interrupted(StringIO):
    """Standard input when Ctrl-C is pressed."""

    def readline(self, size: int | None = -1, /) -> str:
        raise KeyboardInterrupt

    def __iter__(self) -> Iterator[str]:
        raise KeyboardInterrupt


def test_ctrl_c_ends_the_line_and_the_command(call: Call) -> None:
    out = StringIO()
    assert main(["call", "menu.yaml"], environ={}, stdout=out, stderr=StringIO(), stdin=Interrupted()) == 130
    assert out.getvalue().endswith("caller> \n")


@pytest.mark.parametrize(
    ("flow", "said"),
    [("-", "name a file"), ("two", "`two` is 2 files."), ("gone.yaml", "gone.yaml"), ("broken.yaml", "broken.yaml")],
)
def test_one_readable_flow_is_needed(call: Call, flow: str, said: str) -> None:
    Path("broken.yaml").write_text("inboundCall: [\n", encoding="utf-8")
    Path("two").mkdir()
    for name in ("a", "b"):
        Path(f"two/{name}.yaml").write_text(GRAPH, encoding="utf-8")
    status, out = call(flow)
    assert status == 2
    assert said in out
