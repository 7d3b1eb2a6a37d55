"""A caller meets the same in the compiled flow as in its source: generated graphs, generated calls."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ivr_action.check import check
from ivr_action.compile import compile_flow, same_graph
from ivr_action.flow.flow import NodeGraphFlow
from ivr_action.flow.read import Reading, read_flow
from ivr_action.model.trace import CallerEvent, EventKind
from tests.compile.calls import ENDLESS, SILENCE, World, both, told
from tests.compile.graphs import architect, graphs

_KEY = st.sampled_from("1234567890*#").map(lambda key: CallerEvent(EventKind.PRESS, key))
_WORD = st.sampled_from(["sales", "support", "something else"]).map(lambda word: CallerEvent(EventKind.SAY, word))
_NUMBER = st.sampled_from(["1", "12", "123", "1234", "9", "99999", "*"]).map(
    lambda keys: CallerEvent(EventKind.PRESS, keys)
)
WORLDS = st.builds(
    World,
    keys=st.lists(_KEY | _WORD | st.just(SILENCE), max_size=6).map(tuple),
    numbers=st.lists(_NUMBER | st.just(SILENCE), max_size=4).map(tuple),
    outcome=st.sampled_from(["success", "failure", "timeout"]),
    data=st.fixed_dictionaries({"found": st.booleans(), "amount": st.integers(0, 5)}),
    schedule=st.sampled_from(["open", "closed", "holiday", "emergency"]),
    transfer=st.sampled_from(["success", "failure"]),
)


def read_of(source: NodeGraphFlow) -> Reading:
    """The source as a file."""
    return read_flow("flow.json", source.document.text.encode())


_SLOW = [HealthCheck.filter_too_much, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=_SLOW)
@given(source=graphs(), worlds=st.lists(WORLDS, min_size=3, max_size=3))
def test_a_caller_meets_the_same(source: NodeGraphFlow, worlds: list[World]) -> None:
    made = compile_flow(source)
    assert not any("bug of ours" in problem.hint for problem in made.problems)
    assume(made.yaml)
    flow = architect(made)
    for world in worlds:
        first, second = both(source, flow, world)
        if first.ending in ENDLESS:
            assert told(first)[:2] == told(second)[:2]
        else:
            assert told(first) == told(second), made.yaml


@settings(max_examples=60, deadline=None, suppress_health_check=_SLOW)
@given(source=graphs())
def test_what_is_compiled_is_the_same_graph_and_passes_the_rules(source: NodeGraphFlow) -> None:
    made = compile_flow(source)
    assert not any("bug of ours" in problem.hint for problem in made.problems)
    assume(made.yaml)
    assert compile_flow(source) == made
    assert same_graph(source, architect(made), made.nodes) == []
    wrong = [check([reading]).findings for reading in (read_of(source), read_flow("flow.yaml", made.yaml.encode()))]
    before, after = ({finding.rule for finding in found if finding.level == "error"} for found in wrong)
    assert after <= before
