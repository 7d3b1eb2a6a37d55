"""What `ivr-action fix` mends: nothing that changes what a caller meets, and no byte beside the mend."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.check import CheckOptions, check
from ivr_action.check.fix import Mended, mend
from ivr_action.check.menders import MENDERS
from ivr_action.check.registry import BY_ID
from ivr_action.flow.document import plain
from ivr_action.flow.read import read_flow
from tests.corpus import corpus_files, need_corpus

HEAD = """\
name: Line # as on the phone
startNodeId: ask
nodes:
  ask:
    type: menu
    properties: { tts: "{{hello}}" }
"""
TAIL = """\
  sales:
    type: transferToQueue
    properties: { queue: Sales }
    transitionConditions: [{ condition: default, destinationNodeId: bye }]
  bye: { type: disconnect }
"""
DEFAULT = "      - { condition: default, destinationNodeId: bye }\n"
ONE = "      - { condition: dtmf == '1', destinationNodeId: sales }\n"


def flow(*transitions: str, tail: str = TAIL) -> str:
    return f"{HEAD}    transitionConditions:\n{''.join(transitions)}{tail}"


def fixed(source: str, options: CheckOptions | None = None) -> Mended:
    return mend("a.yaml", source.encode(), options)


def assert_mended(before: str, after: str, *rules: str) -> None:
    mended = fixed(before)
    assert mended.data.decode() == after
    assert [made.rule for made in mended.made] == list(rules)
    assert mended.left == ()


def assert_left(source: str, reason: str) -> None:
    mended = fixed(source)
    assert mended.data.decode() == source
    assert mended.made == ()
    assert [left.reason for left in mended.left if reason in left.reason], mended.left


@pytest.mark.parametrize("word", ["default", "else", "Default"])
def test_the_default_goes_last(word: str) -> None:
    said = DEFAULT.replace("default", word)
    assert_mended(flow(said, ONE), flow(ONE, said), "default-not-last")


def test_an_equal_transition_is_removed_and_the_first_one_stays() -> None:
    again = '      - condition: dtmf == "1" # once more\n        destinationNodeId: sales\n'
    assert_mended(flow(ONE, again, DEFAULT), flow(ONE, DEFAULT), "shadowed-transition")
    assert_mended(flow(ONE, DEFAULT, ONE), flow(ONE, DEFAULT), "shadowed-transition")


def test_equal_conditions_that_lead_elsewhere_are_left_to_people() -> None:
    assert_left(flow(ONE, ONE.replace("sales", "bye"), DEFAULT), "one condition may be a slip")
    assert_left(flow(DEFAULT, ONE, DEFAULT.replace("bye", "sales")), "the first one counts")


def test_what_a_literal_true_shadows_is_left_to_people() -> None:
    assert_left(flow(ONE.replace("dtmf == '1'", "'true'"), ONE), "earlier `true`")


def test_a_transition_that_says_more_is_not_removed() -> None:
    assert_left(flow(ONE, ONE.replace(" }", ", note: x }"), DEFAULT), "more keys")


@pytest.mark.parametrize("value", ["1", "true", "1.50"])
def test_a_number_for_text_gets_quotes(value: str) -> None:
    node = "  {}: {{ type: disconnect }}\n"
    bare, quoted = (ONE.replace("sales", text) for text in (value, f'"{value}"'))
    tail = TAIL + node.format(f'"{value}"')
    assert_mended(flow(ONE, bare.replace("'1'", "'2'"), DEFAULT, tail=tail),
                  flow(ONE, quoted.replace("'1'", "'2'"), DEFAULT, tail=tail), "schema-violation")  # fmt: skip


def test_a_number_in_json_gets_quotes_and_other_violations_are_not_told() -> None:
    source = '{"startNodeId": 1, "nodes": {"1": {"type": "disconnect", "name": 5, "description": []}}}'
    mended = mend("a.json", source.encode())
    assert mended.data.decode() == source.replace("1,", '"1",', 1).replace("5", '"5"')
    assert mended.left == ()


def test_a_number_that_json_reads_otherwise_is_left() -> None:
    assert_left('{"startNodeId": "a", "nodes": {"a": {"type": "disconnect", "name": 1e3}}}', "what was read differ")


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_node_takes_its_own_id_where_nothing_names_the_other(quote: str) -> None:
    tails = (TAIL.replace("bye: { type", f"bye: {{ id: {quote}{id_}{quote}, type") for id_ in ("by-e", "bye"))
    before, after = tails
    assert_mended(flow(ONE, DEFAULT, tail=before), flow(ONE, DEFAULT, tail=after), "id-mismatch")


def test_an_id_that_something_names_is_left_to_people() -> None:
    assert_left(flow(ONE, DEFAULT, tail=TAIL.replace("bye: { type", "bye: { id: sales, type")), "is named elsewhere")


def test_a_comment_that_may_belong_to_either_is_left_to_people() -> None:
    assert_left(flow(DEFAULT, "      # sales\n", ONE), "a comment stands there")


def test_byte_order_mark_and_line_ends_stay() -> None:
    before, after = (
        b"\xef\xbb\xbf" + flow(*ways).replace("\n", "\r\n").encode() for ways in ((DEFAULT, ONE), (ONE, DEFAULT))
    )
    assert mend("a.yaml", before).data == after


def test_fixes_that_meet_are_made_one_after_the_other() -> None:
    number = ONE.replace("'1'", "'2'").replace("sales", "1")
    tail = f'{TAIL}  "1": {{ type: disconnect }}\n'
    before = flow(DEFAULT, ONE, number, ONE, tail=tail)
    after = flow(ONE, number.replace("1 }", '"1" }'), DEFAULT, tail=tail)
    assert_mended(before, after, "schema-violation", "shadowed-transition", "default-not-last")


def test_one_that_would_break_something_does_not_keep_the_others_from_being_made() -> None:
    node = """  n{0}:
    type: menu
    transitionConditions:
      - {{ condition: default, destinationNodeId: bye }}
      - {{ condition: dtmf == '1', destinationNodeId: n{1} }}
"""
    chain = "".join(node.format(number, number + 1) for number in range(40))
    # The alias would stand before its anchor.
    bound = (
        node.format(40, 0).replace("condition: default", "condition: &word default").replace("'1',", "'1', x: *word,")
    )
    source = f"startNodeId: n0\nnodes:\n{chain}{bound}  bye: {{ type: disconnect }}\n"
    mended = fixed(source)
    assert len(mended.made) == 40
    assert [left.reason for left in mended.left] == ["the file would not mean exactly the same afterwards"]
    assert mended.data.decode().endswith(source[source.index("  n40:") :])


def test_suppressed_findings_and_rules_that_are_off_are_left_alone() -> None:
    source = flow(DEFAULT.replace("\n", " # ivr: ignore[default-not-last] read aloud first\n"), ONE)
    assert fixed(source) == Mended(source.encode(), (), ())
    source = flow(DEFAULT, ONE)
    assert fixed(source, CheckOptions(levels={"default-not-last": None})).made == ()


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfea\x00", b"nodes: [", b"inboundCall:\n  name: x\n", b"{}", b"nodes: {a: }"]
)
def test_what_is_no_node_graph_is_not_touched(data: bytes) -> None:
    assert mend("a.yaml", data).data == data


def test_published_flows_are_not_touched() -> None:
    need_corpus()
    for path in corpus_files():
        data = path.read_bytes()
        assert mend(path.name, data) == Mended(data, (), ()), path


def test_every_mender_is_for_a_rule_and_mends_its_bad_example_or_says_why_not() -> None:
    for id_ in MENDERS:
        mended = fixed(BY_ID[id_].bad)
        assert mended.made or mended.left or id_ == "schema-violation", id_


WAYS = st.tuples(
    st.sampled_from(["default", "dtmf == '1'", 'dtmf == "1"', "dtmf == '2'", "timeout"]),
    st.sampled_from(["sales", "bye", "end"]),
)
NODES = {"sales": {"type": "transferToQueue"}, "bye": {"type": "disconnect"}, "end": {"type": "disconnect"}}


@settings(deadline=None, max_examples=60)
@given(st.lists(WAYS, min_size=1, max_size=6), st.sampled_from(["block", "flow", "json"]), st.booleans(), st.data())
def test_any_mend_keeps_where_each_caller_goes_and_finds_nothing_more(
    ways: list[tuple[str, str]], style: str, crlf: bool, data: st.DataObject
) -> None:
    source = _written(ways, style, [data.draw(st.booleans()) for _ in ways])
    source = source.replace("\n", "\r\n") if crlf else source
    before, mended = read_flow("a", source.encode()), mend("a", source.encode())
    after = read_flow("a", mended.data)
    old, new = (plain(reading.document.root) for reading in (before, after))
    assert _taken(new) == _taken(old)
    assert {**new, "nodes": {**new["nodes"], "ask": None}} == {**old, "nodes": {**old["nodes"], "ask": None}}
    assert {found.rule for found in check([after]).findings} <= {found.rule for found in check([before]).findings}
    assert mend("a", mended.data).made == ()
    assert mended.data.count(b"\r") == mended.data.count(b"\n") * crlf
    if not mended.left:
        assert len(_taken(new)) == len(new["nodes"]["ask"]["transitionConditions"])


def _written(ways: list[tuple[str, str]], style: str, remarks: list[bool]) -> str:
    items = [{"condition": condition, "destinationNodeId": to} for condition, to in ways]
    nodes = {"ask": {"type": "menu", "transitionConditions": items}, **NODES}
    if style == "json":
        return json.dumps({"startNodeId": "ask", "nodes": nodes}, indent=2)
    lines = [
        json.dumps(item)
        if style == "flow"
        else f"condition: {json.dumps(item['condition'])}\n        destinationNodeId: {item['destinationNodeId']}"
        for item in items
    ]
    lines = [f"      - {line}{' # remark' if remark else ''}\n" for line, remark in zip(lines, remarks, strict=True)]
    rest = "".join(f"  {id_}: {json.dumps(node)}\n" for id_, node in NODES.items())
    return f"startNodeId: ask\nnodes:\n  ask:\n    type: menu\n    transitionConditions:\n{''.join(lines)}{rest}"


def _taken(tree: dict[str, dict[str, dict[str, list[dict[str, str]]]]]) -> dict[str, str]:
    """Where each condition leads: the first of equal ones counts, wherever it stands."""
    found: dict[str, str] = {}
    for item in tree["nodes"]["ask"]["transitionConditions"]:
        found.setdefault(item["condition"].replace('"', "'"), item["destinationNodeId"])
    return found
