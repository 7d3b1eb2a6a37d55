"""Scenario files: what is read, and what is wrong at which line."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr_action.model.trace import CallerEvent, Ending, EventKind
from ivr_action.trace.scenario import Expect, Given, Scenario, read_scenario
from ivr_action.trace.walk import Answer
from tests.trace.graphs import ERROR, HANG_UP, SILENCE, press, say


def read(source: str) -> Scenario:
    return read_scenario("tests/a.yaml", source.encode())


def said(source: str) -> list[tuple[int | None, str]]:
    found = read(source).findings
    assert all(finding.rule == "scenario-error" and finding.level == "error" and finding.hint for finding in found)
    return [(finding.location.line, finding.message) for finding in found]


@cache
def schema() -> Draft202012Validator:
    source = files("ivr_action.trace").joinpath("schema/scenario-1.json").read_text(encoding="utf-8")
    Draft202012Validator.check_schema(json.loads(source))
    return Draft202012Validator(json.loads(source))


WHOLE = """\
flow: ../flows/a.yaml
description: All there is.
x-owner: voice team
given:
  variables: {tier: standard, count: 3}
  schedules: {Hours: open}
calls:
  - name: a call
    given:
      variables: {tier: gold}
      data-actions:
        Get: {success: {tier: gold, list: [1, 2]}}
        Put: [failure, timeout, success: {}]
      schedules: {Night: [open, closed]}
      decisions: {vip: true, "count > 2": no}
      transfers: {Sales: failure, "*": success}
      calls: {Bot: {success: {intent: pay}}}
    caller:
      - press: 0012
      - say: yes
      - silence
      - error
      - hang-up
    expect:
      ends: hung-up
      hears: [Welcome, Menu]
      visits: Main Menu
      never: [Closed]
      steps: <= 12
"""


def test_everything_is_read() -> None:
    scenario = read(WHOLE)
    assert scenario.findings == ()
    assert (scenario.flow, scenario.flow_path) == ("../flows/a.yaml", "flows/a.yaml")
    (call,) = scenario.calls
    assert (call.name, call.at.line) == ("a call", 8)
    assert call.world.variables == {"tier": "gold", "count": 3}
    assert call.world.answers == {
        Given.SCHEDULES: {"Hours": (Answer("open"),), "Night": (Answer("open"), Answer("closed"))},
        Given.DATA_ACTIONS: {
            "Get": (Answer("success", {"tier": "gold", "list": [1, 2]}),),
            "Put": (Answer("failure"), Answer("timeout"), Answer("success", {})),
        },
        Given.DECISIONS: {"vip": (Answer("true"),), "count > 2": (Answer("no"),)},
        Given.TRANSFERS: {"Sales": (Answer("failure"),), "*": (Answer("success"),)},
        Given.CALLS: {"Bot": (Answer("success", {"intent": "pay"}),)},
    }
    assert call.events == (press("0012"), say("yes"), SILENCE, ERROR, HANG_UP)
    assert [(found.kind, found.text, found.at.line) for found in call.expect] == [
        (Expect.ENDS, "hung-up", 25),
        (Expect.HEARS, "Welcome", 26),
        (Expect.HEARS, "Menu", 26),
        (Expect.VISITS, "Main Menu", 27),
        (Expect.NEVER, "Closed", 28),
        (Expect.STEPS, "<= 12", 29),
    ]


@pytest.mark.parametrize(
    ("flow", "expected"),
    [("a.yaml", "tests/a.yaml"), ("./b/a.yaml", "tests/b/a.yaml"), ("/flows/a.yaml", "flows/a.yaml")],
)
def test_the_flow_counts_from_the_file_or_from_the_workspace(flow: str, expected: str) -> None:
    assert read(f"flow: {flow}\ncalls: [name: x]").flow_path == expected


def test_json_is_read_like_yaml() -> None:
    whole = yaml.safe_load(WHOLE)
    whole["calls"][0]["caller"][:2] = [{"press": "0012"}, {"say": "yes"}]
    whole["calls"][0]["given"]["decisions"]["count > 2"] = "no"
    found = read_scenario("tests/a.json", json.dumps(whole).encode())
    assert found.findings == ()
    assert found.calls[0].events == read(WHOLE).calls[0].events
    assert found.calls[0].world == read(WHOLE).calls[0].world


# -- each

EACH = """\
flow: a.yaml
calls:
  - name: "{key} by {who}"
    each:
      - {key: 1, who: Ann, vip: true}
      - {key: "#", who: Bob, vip: false}
    given:
      variables: {vip: "{vip}", text: "vip={vip} {", list: ["{key}"]}
      data-actions: {"Get {who}": {success: {by: "{who}"}}}
    caller:
      - press: "{key}"
    expect:
      target: "{who}"
"""


def test_each_row_is_a_call_with_its_values() -> None:
    scenario = read(EACH)
    assert scenario.findings == ()
    one, two = scenario.calls
    assert (one.name, two.name) == ("1 by Ann", "# by Bob")
    assert one.world.variables == {"vip": True, "text": "vip=true {", "list": [1]}
    assert two.world.variables == {"vip": False, "text": "vip=false {", "list": ["#"]}
    assert two.world.answers[Given.DATA_ACTIONS] == {"Get Bob": (Answer("success", {"by": "Bob"}),)}
    assert (one.events, two.events) == ((press("1"),), (press("#"),))
    assert [call.expect[0].text for call in scenario.calls] == ["Ann", "Bob"]


def test_a_name_without_placeholders_is_numbered() -> None:
    names = [call.name for call in read(EACH.replace('"{key} by {who}"', "a call")).calls]
    assert names == ["a call (1)", "a call (2)"]


def test_braces_stay_without_rows() -> None:
    scenario = read("flow: a\ncalls: [{name: 'x {y}', caller: [say: '{z}']}]")
    assert scenario.findings == ()
    assert (scenario.calls[0].name, scenario.calls[0].events) == ("x {y}", (say("{z}"),))


def test_a_placeholder_that_no_row_has_is_an_error_once() -> None:
    found = read(EACH.replace('target: "{who}"', 'target: "{woh}"'))
    assert [(finding.location.line, finding.message, finding.hint) for finding in found.findings] == [
        (13, "`{woh}` is in no row of `each`.", "Did you mean `who`?")
    ]
    assert found.calls == ()


def test_a_placeholder_without_quotes_is_explained() -> None:
    (finding,) = read(EACH.replace('press: "{key}"', "press: {key}")).findings
    assert finding.hint == 'Quote the placeholder: "{key}".'


# -- errors

BAD = [
    ("calls: [name: x]", 1, "`flow` is missing."),
    ("flow: a", 1, "`calls` must be a list with at least one call."),
    ("flow: a\ncalls: []", 2, "`calls` must be a list with at least one call."),
    ("flow: a\ncalls: {}", 2, "`calls` must be a list with at least one call."),
    ("flow: a\ncals: 1\ncalls: [name: x]", 2, "`cals` is no key of a scenario file."),
    ("flow: [a]\ncalls: [name: x]", 1, "`flow` is a list; it must be text."),
    ("flow: a\ncalls:\n - x", 3, "A call is a mapping with `name`, `caller` and `expect`."),
    ("flow: a\ncalls:\n - caller: []", 3, "`name` is missing."),
    ("flow: a\ncalls:\n - name: x\n   expects: {}", 4, "`expects` is no key of a call."),
    (
        "flow: a\ncalls:\n - name: x\n   caller: silence",
        4,
        '`caller` is a list: `- press: "1"`, `- say: sales`, `- silence`.',
    ),
    ("flow: a\ncalls:\n - name: x\n   caller:\n    - silent", 5, "`silent` is nothing that a caller does."),
    ("flow: a\ncalls:\n - name: x\n   caller:\n    - pres: 1", 5, "`pres` is nothing that a caller does."),
    ("flow: a\ncalls:\n - name: x\n   caller:\n    - {press: 1, say: a}", 5, "This is nothing that a caller does."),
    ("flow: a\ncalls:\n - name: x\n   caller:\n    - press: #", 5, "`press` is empty."),
    ("flow: a\ncalls:\n - name: x\n   given: 5", 4, "`given` is a mapping."),
    ("flow: a\ncalls:\n - name: x\n   given:\n    schedule: {a: open}", 5, "`schedule` is no key of `given`."),
    ("flow: a\ncalls:\n - name: x\n   given:\n    schedules: open", 5, "`schedules` is a mapping."),
    ("flow: a\ncalls:\n - name: x\n   given:\n    schedules: {a: []}", 5, "The list of answers is empty."),
    (
        "flow: a\ncalls:\n - name: x\n   given:\n    calls: {a: {b: 1, c: 2}}",
        5,
        "An answer with data is a mapping of one outcome, such as `success`, to what it brings.",
    ),
    (
        "flow: a\ncalls:\n - name: x\n   given:\n    calls: {a: [[b]]}",
        5,
        "An answer is text, or a mapping of an outcome to what it brings.",
    ),
    ("flow: a\ncalls:\n - name: x\n   expect: {ends: transfered}", 4, "No call ends `transfered`."),
    ("flow: a\ncalls:\n - name: x\n   expect:\n    steps: some", 5, "`some` is no number of steps."),
    ("flow: a\ncalls:\n - name: x\n   expect: []", 4, "`expect` is a mapping."),
    ("flow: a\ncalls:\n - name: x\n   each: {}", 4, "`each` must be a list of mappings, one for each call."),
    ("flow: a\ncalls:\n - name: x\n   each: [{a: [1]}]", 4, "A row of `each` is a mapping of names to values."),
    ("[]", 1, "A scenario file is a mapping with `flow` and `calls`."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "line", "message"), BAD)
def test_an_error_has_its_line_and_the_schema_refuses_the_file_too(source: str, line: int, message: str) -> None:
    assert said(source) == [(line, message)]
    assert not schema().is_valid(yaml.safe_load(source))


def test_what_only_the_reader_can_say() -> None:
    assert said("flow: a\ncalls:\n - name: x\n   caller: [press: 1a]") == [(4, "`1a` cannot be pressed.")]
    twice = "flow: a\ncalls:\n - name: x\n - name: x"
    assert said(twice) == [(4, "Two calls have the name `x`.")]
    assert len(read(twice).calls) == 1
    assert said("flow: a\nflow: b\ncalls: [name: x]")[0][0] == 2
    assert said("flow: [a")[0][0] is not None


def test_one_bad_call_leaves_the_others() -> None:
    found = read("flow: a\ncalls:\n - name: x\n   expect: {ends: never}\n - name: y")
    assert [call.name for call in found.calls] == ["y"]


def test_the_schema_takes_what_the_reader_takes() -> None:
    for source in (
        WHOLE.replace("0012", '"0012"'),
        EACH,
        "flow: a\ncalls: [{name: 5, caller: null, expect: {steps: 3}}]",
    ):
        assert read(source).findings == ()
        assert [error.message for error in schema().iter_errors(yaml.safe_load(source))] == []


def test_the_schema_knows_every_word() -> None:
    defs = json.loads(json.dumps(schema().schema))["$defs"]
    assert set(defs["given"]["properties"]) == set(Given)
    assert set(defs["expect"]["properties"]) == set(Expect)
    assert defs["expect"]["properties"]["ends"]["enum"] == list(Ending)
    bare = {str(kind) for kind in EventKind} - {"press", "say"}
    assert set(defs["event"]["oneOf"][0]["enum"]) == bare


_TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["1", "press", "silence", "{a}", "open"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "flow",
                    "calls",
                    "name",
                    "each",
                    "given",
                    "caller",
                    "expect",
                    "press",
                    "say",
                    "ends",
                    "steps",
                    "a",
                    *Given,
                ]
            ).map(str),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=25,
)


@given(_TREES, _TREES)
@settings(max_examples=300, deadline=None)
def test_no_tree_makes_the_reader_fail_and_what_it_takes_whole_the_schema_takes(tree: Any, call: Any) -> None:
    for root in (tree, {"flow": "a", "calls": [call, tree]}):
        found = read_scenario("a.json", json.dumps(root).encode())
        assert found.calls or found.findings
        if not found.findings:
            assert schema().is_valid(root)


def test_an_event_reads_as_people_write_it() -> None:
    assert [str(event) for event in (press("1"), SILENCE)] == ["press 1", "silence"]
    assert CallerEvent(EventKind.SAY, "hello") == say("hello")
