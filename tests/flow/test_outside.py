"""What a flow names outside itself, and where."""

from __future__ import annotations

from collections import Counter

import pytest

from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.outside import Wanted, wanted
from ivr_action.flow.read import read_flow
from ivr_action.flow.values import values
from tests.corpus import corpus_files, need_corpus

HEAD = """inboundCall:
  name: Main
  defaultLanguage: en-us
  supportedLanguages:
    en-us:
      defaultLanguageSkill:
        lit:
          name: English
  startUpRef: ./tasks/task[Main]
  tasks:
    - task:
        name: Main
        variables:
          - queueVariable:
              name: Task.Queue
              initialValue:
                lit:
                  name: Overflow
          - stringVariable:
              name: Task.Text
              initialValue:
                lit: Sales
        actions:
"""


def read(actions: str) -> ArchitectFlow:
    indented = "".join(f"          {line}\n" for line in actions.strip().splitlines())
    flow = read_flow("main.yaml", (HEAD + indented).encode()).flow
    assert isinstance(flow, ArchitectFlow)
    assert not flow.document.problems
    return flow


def named(actions: str) -> list[tuple[str, str]]:
    """Kind and name, without the two of the head."""
    found = [(item.kind, item.name) for item in wanted(read(actions))]
    assert found[:2] == [("languageSkill", "English"), ("queue", "Overflow")]
    return found[2:]


TRANSFER = """
- transferToAcd:
    name: Sell
    targetQueue:
      lit:
        name: Sales
    acdSkills:
      - acdSkill:
          skill:
            lit:
              name: Dutch
    languageSkill:
      noValue: true
"""


def test_names_stand_where_they_are_said_to() -> None:
    flow = read(TRANSFER)
    queue = next(item for item in wanted(flow) if item.name == "Sales")
    where = flow.document.where(queue.element, queue.key, of=queue.of)
    assert HEAD.count("\n") + 5 == where.line
    assert (queue.action, queue.node) == ("Sell", "task/Main/transferToAcd Sell")
    assert ("acdSkill", "Dutch") in named(TRANSFER)


def test_data_actions_carry_their_category_and_the_place_of_their_key() -> None:
    flow = read(
        """
- callData:
    name: Look
    category:
      Orders:
        dataAction:
          Get order:
            inputs:
              id:
                exp: '"Sales"'
- callData:
    name: Look
    category:
      "{{category}}":
        dataAction:
          Get order: {}
          "{{name}}": {}
"""
    )
    found = [item for item in wanted(flow) if item.kind == "dataAction"]
    assert [(item.name, item.category) for item in found] == [("Get order", "Orders"), ("Get order", "")]
    assert len({item.node for item in found}) == 2
    lines = [flow.document.where(item.element, item.key, of=item.of).line for item in found]
    text = flow.document.text.splitlines()
    assert [text[line - 1].strip() for line in lines if line is not None] == ["Get order:", "Get order: {}"]


def test_prompts_in_expressions_count_and_their_names_in_texts_do_not() -> None:
    assert named(
        """
- playAudio:
    audio:
      exp: Append(ToAudio(Prompt.welcome), ToAudio("Prompt.no \\" Prompt.nor"), ToAudio(PromptSystem.silence))
- playAudio:
    audio:
      prompt: Prompt.goodbye
- playAudio:
    audio:
      lit:
        name: PromptSystem.beep
"""
    ) == [
        ("userPrompt", "welcome"),
        ("systemPrompt", "silence"),
        ("userPrompt", "goodbye"),
        ("systemPrompt", "beep"),
    ]


def test_literals_of_updated_variables_count_by_their_type() -> None:
    assert named(
        """
- updateData:
    statements:
      - queue:
          variable: Task.Queue
          value:
            lit:
              name: Night
      - string:
          variable: Task.Text
          value:
            lit: no name
"""
    ) == [("queue", "Night")]


def test_templates_and_expressions_are_no_names() -> None:
    assert (
        named(
            """
- transferToAcd:
    name: Sell
    targetQueue:
      lit:
        name: "{{queue}}"
- transferToAcd:
    targetQueue:
      exp: FindQueue("Sales")
- dataTableLookup:
    dataTable:
      noValue: true
"""
        )
        == []
    )


def test_other_flows_come_last_with_their_type() -> None:
    flow = read(
        """
- callCommonModule:
    name: Hours
    commonModule:
      Opening:
        ver_latestPublished: {}
- transferToFlow:
    targetFlow:
      name: Night
- transferToAcd:
    targetQueue:
      lit:
        name: Sales
"""
    )
    found = wanted(flow)[2:]
    assert [(item.kind, item.name, item.flow_type) for item in found] == [
        ("queue", "Sales", ""),
        ("flow", "Opening", "commonmodule"),
        ("flow", "Night", ""),
    ]
    text = flow.document.text.splitlines()
    lines = [flow.document.where(item.element, item.key, of=item.of).line or 0 for item in found[1:]]
    assert [text[line - 1].strip() for line in lines] == ["Opening:", "name: Night"]


def test_one_action_wants_a_thing_once() -> None:
    twice = "- playAudio:\n    audio:\n      exp: Append(ToAudio(Prompt.a), ToAudio(Prompt.a))\n" * 2
    found = [item for item in wanted(read(twice)) if item.name == "a"]
    assert len(found) == 2
    assert len({item.node for item in found}) == 2


def corpus() -> list[ArchitectFlow]:
    need_corpus()
    flows = [read_flow(path.name, path.read_bytes()).flow for path in corpus_files()]
    return [flow for flow in flows if isinstance(flow, ArchitectFlow) and flow.document.syntax == "yaml"]


@pytest.fixture(scope="module")
def flows() -> list[ArchitectFlow]:
    return corpus()


def test_no_literal_name_in_a_published_flow_is_missed(flows: list[ArchitectFlow]) -> None:
    """Whatever stands as `lit: {name: …}` is something outside; and so is each prompt by its name."""
    assert len(flows) == 74
    missed = []
    for flow in flows:
        names = {item.name for item in wanted(flow)}
        for value in values(flow):
            literal = value.path[-2:] == ("lit", "name")
            prompt = value.text.startswith(("Prompt.", "PromptSystem.")) and value.meaning in ("lit", "name", "prompt")
            name = value.text.removeprefix("Prompt.").removeprefix("PromptSystem.")
            if (literal or prompt) and "{{" not in name and name not in names:
                missed.append((flow.document.path, "/".join(value.path), value.text))
    assert not missed


def test_what_the_published_flows_name(flows: list[ArchitectFlow]) -> None:
    counted: Counter[str] = Counter(item.kind for flow in flows for item in wanted(flow))
    assert counted == {
        "queue": 31,
        "dataAction": 26,
        "systemPrompt": 13,
        "flow": 5,
        "dataTable": 2,
        "contactList": 1,
        "acdWrapupCode": 1,
    }


def test_every_name_has_a_place(flows: list[ArchitectFlow]) -> None:
    for flow in flows:
        for item in wanted(flow):
            where = flow.document.where(item.element, item.key, of=item.of)
            assert where.line is not None
            assert item.name in flow.document.text.splitlines()[where.line - 1]
            assert isinstance(item, Wanted)
