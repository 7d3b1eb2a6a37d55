"""What is called is saved before what calls it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr_action.deploy.order import dependencies, ordered
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow


def module(name: str, *called: str) -> Flow:
    actions = "".join(
        f"\n        - callCommonModule:\n            name: go\n            commonModule:\n"
        f"              {other}:\n                ver_latestPublished: {{}}"
        for other in called
    )
    yaml = f"""commonModule:
  name: {name}
  startUpRef: /commonModule/tasks/task[a]
  tasks:
    - task:
        name: a
        refId: a
        actions:{actions or " []"}
"""
    flow = read_flow(f"{name}.yaml", yaml.encode()).flow
    assert flow is not None
    return flow


def names(*flows: Flow) -> list[list[str]]:
    return [[flows[index].name for index in group] for group in ordered(flows)]


def test_called_first() -> None:
    assert names(module("a", "b"), module("b", "c"), module("c")) == [["c"], ["b"], ["a"]]


def test_those_that_have_nothing_to_do_with_one_another_stay() -> None:
    assert names(module("z"), module("a"), module("m", "k"), module("k")) == [["z"], ["a"], ["k"], ["m"]]


def test_circles_go_together_in_their_order() -> None:
    assert names(module("d", "c"), module("c", "a"), module("b", "c", "x"), module("a", "b"), module("x")) == [
        ["x"],
        ["c", "b", "a"],
        ["d"],
    ]


@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.sets(st.integers(0, n - 1)), min_size=n, max_size=n)))
def test_every_order_holds(wanted: list[set[int]]) -> None:
    flows = [module(f"f{index}", *(f"f{other}" for other in sorted(called))) for index, called in enumerate(wanted)]
    needs = dependencies(flows)
    assert needs == [called - {index} for index, called in enumerate(wanted)]
    reach = [set(called) for called in needs]
    for _ in flows:
        reach = [called.union(*(reach[other] for other in called)) for called in reach]
    groups = ordered(flows)
    assert sorted(index for group in groups for index in group) == list(range(len(flows)))
    done: set[int] = set()
    for group in groups:
        assert all(reach[one] >= set(group) for one in group if len(group) > 1)
        assert all(needs[index] <= done | set(group) for index in group)
        done |= set(group)
