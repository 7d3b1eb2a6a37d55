"""What the explorer suggests is a scenario file that reads, passes, and comes through as much."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow
from ivr_action.model.trace import CallerEvent, EventKind
from ivr_action.trace.scenario import Expect, Given, read_scenario
from ivr_action.trace.scenario_text import Draft, scalar, scenario_text
from ivr_action.trace.suggest import suggest
from ivr_action.trace.traced import Traced, trace_flow
from tests.corpus import ROOT, corpus_files, need_corpus
from tests.samples import HOSTILE

EXAMPLES = sorted(path for path in (ROOT / "examples" / "flows").glob("*.*") if path.is_file())


def flow_of(path: Path) -> Flow:
    flow = read_flow(path.name, path.read_bytes()).flow
    assert flow is not None
    return flow


def there_and_back(path: Path) -> tuple[Traced, Traced]:
    flow = flow_of(path)
    explored = trace_flow(flow)
    scenario = read_scenario("suggested.yaml", suggest(flow, explored.exploration.calls, f"/{path.name}").encode())
    assert scenario.findings == (), path
    assert scenario.flow_path == path.name
    return explored, trace_flow(flow, scenarios=[scenario])


def holds(explored: Traced, run: Traced) -> bool:
    return (
        not run.flow.explored
        and len(run.flow.calls) == len(explored.flow.calls) > 0
        and not run.flow.failed
        and run.flow.coverage == explored.flow.coverage
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_a_suggested_file_reads_passes_and_covers_the_same(path: Path) -> None:
    assert holds(*there_and_back(path))


def test_suggested_files_of_published_flows_read_pass_and_cover_the_same() -> None:
    need_corpus()
    assert [path.name for path in corpus_files() if not holds(*there_and_back(path))] == []


def test_a_suggested_call_that_ends_badly_says_so() -> None:
    source = b"startNodeId: a\nnodes:\n  a: {type: playPrompt}\n"
    flow = read_flow("a.yaml", source).flow
    assert flow is not None
    text = suggest(flow, trace_flow(flow).exploration.calls, "a.yaml")
    assert '# So it ends today; no call should.\n  - name: "every caller: no way on"' in text
    assert "ends: dead-end" in text


@pytest.mark.parametrize("text", ["yes", "1", "", "a: b", "# x", "{a}", "~", "- x", "null", "a #b", "a ", *HOSTILE])
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    draft = Draft(
        f"name {text}",
        [CallerEvent(EventKind.SAY, text)],
        {Given.DECISIONS: {f"key {text}": [f"yes {text}", {"no": {"said": text}}]}},
        [(Expect.HEARS, f"said {text}")],
        text,
    )
    scenario = read_scenario("s.yaml", scenario_text("/a.yaml", [draft]).encode())
    if text.strip() or not text:  # what is all blanks nobody says
        assert scenario.findings == ()
        (call,) = scenario.calls
        assert call.name == f"name {text}"
        assert call.events == (CallerEvent(EventKind.SAY, text),)
        first, second = call.world.answers[Given.DECISIONS][f"key {text}"]
        assert (first.name, second.name, second.data) == (f"yes {text}", "no", {"said": text})
        assert [expectation.text for expectation in call.expect] == [f"said {text}"]


def test_words_are_plain_only_where_every_reader_of_yaml_takes_them_for_text() -> None:
    assert scalar("Main Menu") == "Main Menu"
    assert scalar("on") == '"on"'
    assert scalar("12") == '"12"'


def test_names_tell_calls_apart() -> None:
    for path in EXAMPLES:
        names = [call.name for call in trace_flow(flow_of(path)).flow.calls]
        assert len(set(names)) == len(names)
        assert all(len(name) < 400 for name in names)
