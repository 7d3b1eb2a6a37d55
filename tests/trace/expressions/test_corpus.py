"""The proof of the parser: the platform's own trees, node by node, and every expression of the YAML flows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ivr_action.trace.expressions import Node, Unknown, evaluate, parse, read_literal
from tests.corpus import need_corpus
from tests.trace.expressions.corpus_expressions import Stored, stored_expressions, yaml_expressions

EXPRESSION, LITERAL, REFERENCE, NO_VALUE, BUILDER = 0, 1, 2, 3, 4
"""`uiMetaData.mode` of a stored expression; audio has none and is an expression."""

FORMAT_NAMES = {("Format.Date", "shortYear"): "dateShortYear", ("Format.String", "playChars"): "stringPlayChars"}
"""The tree keeps a constant's internal name, as found in the corpus."""


@pytest.fixture(scope="module")
def corpus() -> Path:
    return need_corpus()


@pytest.fixture(scope="module")
def stored(corpus: Path) -> list[Stored]:
    return stored_expressions(corpus)


def differences(expected: dict[str, Any], node: Node, path: str = "") -> str | None:
    """Where the platform's tree and ours part: label, number and order of operands, literal text and type, position."""
    label = next(iter(expected))
    theirs = expected[label]
    here = f"{path}/{label}"
    ours = node.label
    if label in ("ref", "sysref"):  # a system variable is told apart by the platform's knowledge, not by syntax
        if ours != "ref" or theirs["text"] != getattr(node, "name", None):
            return f"{here}: {theirs['text']!r} is {node}"
    elif label.lower() != ours.lower():  # the platform corrects the case of function names
        return f"{here}: is {ours}"
    if label == "lit" and (theirs["text"], theirs["type"]) != (
        getattr(node, "text", None),
        getattr(node, "kind", None),
    ):
        return f"{here}: {theirs['text']!r} of type {theirs['type']} is {node}"
    if label != "emp" and theirs["pos"] != node.offset + 1:
        return f"{here}: position {theirs['pos']} is {node.offset + 1}"
    operands = theirs.get("operands", [])
    if len(operands) != len(node.operands):
        return f"{here}: {len(operands)} operands are {len(node.operands)}"
    for place, (theirs_below, ours_below) in enumerate(zip(operands, node.operands, strict=True)):
        found = differences(theirs_below, ours_below, f"{here}[{place}]")
        if found and not is_format_name(label, place, operands, ours_below):
            return found
    return None


def is_format_name(label: str, place: int, operands: list[dict[str, Any]], node: Node) -> bool:
    if label != "." or place != 0:
        return False
    holder = operands[1].get("sysref", {}).get("text")
    wanted: str = operands[0]["lit"]["text"]
    return FORMAT_NAMES.get((holder, getattr(node, "text", ""))) == wanted


def without_implicit_conversion(expression: Stored) -> dict[str, Any]:
    """The editor wraps an expression whose type is not the wanted one into `ToX(…)`. The wrapping is in the tree only;
    it shows by its position, which is that of its one operand's text."""
    operands = expression.root.get("operands", [])
    named = expression.label.lower()
    if named.startswith("to") and len(operands) == 1 and not expression.text.lower().startswith(f"{named}("):
        return operands[0]  # type: ignore[no-any-return]
    return expression.config


def compare(expression: Stored) -> str | None:
    """The difference between the stored tree and ours, each mode by its own rule."""
    if expression.mode == NO_VALUE:  # blank, even where an earlier text is left over (five times "0")
        return None if expression.label == "emp" and not expression.root["text"] else f"{expression.root} is a value"
    if expression.mode == LITERAL:  # no expression: the text is the value itself, `P0D0H10M0S0F` or `Voice`
        return None if expression.root["text"] == expression.text else f"{expression.root} is {expression.text!r}"
    tree = parse(expression.text)
    if expression.mode == REFERENCE:
        if expression.label == "emp":  # a variable that was deleted since: the tree is blank, the text kept
            return None if tree.label == "ref" else f"no reference: {tree}"
        if expression.root["text"] == expression.text and tree.label == ".":
            return None  # picked from a list, so the whole dotted path is one reference
    return differences(without_implicit_conversion(expression), tree)


def test_every_tree_of_the_corpus_equals_ours(stored: list[Stored]) -> None:
    comparable = [expression for expression in stored if not expression.scrambled]
    found = [(e.file, e.text, difference) for e in comparable if (difference := compare(e))]
    assert found == []
    assert len(stored) == 3716
    assert len(comparable) == 2776
    modes = Counter(expression.mode for expression in comparable if not expression.file.startswith("Genesys-Archivist"))
    assert modes == {LITERAL: 743, NO_VALUE: 694, EXPRESSION: 162, REFERENCE: 119, BUILDER: 79, None: 65}


def test_the_platforms_own_spelling_of_an_expression_gives_the_same_tree(stored: list[Stored]) -> None:
    """Each tree with operands also holds the whole expression in the platform's spelling, with every parenthesis."""
    checked = 0
    for expression in stored:
        if not expression.scrambled and expression.root.get("operands"):
            ours = parse(expression.text)
            theirs = parse(expression.root["text"])
            if without_implicit_conversion(expression) is not expression.config:
                theirs = theirs.operands[0]
            assert theirs == with_corrected_names(expression, ours), expression
            checked += 1
    assert checked == 235


def with_corrected_names(expression: Stored, tree: Node) -> Node:
    """Our tree with function names in the platform's case, by way of the text."""
    text = expression.text
    for config in walk(expression.config):
        label = next(iter(config))
        start = config[label]["pos"] - 1
        if text[start : start + len(label)].lower() == label.lower():
            text = text[:start] + label + text[start + len(label) :]
    return parse(text) if text != expression.text else tree


def walk(config: dict[str, Any]) -> list[dict[str, Any]]:
    below = [found for operand in next(iter(config.values())).get("operands", []) for found in walk(operand)]
    return [config, *below]


def test_literal_mode_texts_can_be_read(stored: list[Stored]) -> None:
    for expression in stored:
        if expression.mode == LITERAL and not expression.scrambled:
            kind = expression.root["type"]
            assert not isinstance(read_literal(expression.text, kind), Unknown), expression


def test_every_expression_of_the_corpus_evaluates_without_an_exception(stored: list[Stored]) -> None:
    for expression in stored:
        if expression.mode not in (LITERAL, NO_VALUE) and not expression.scrambled:
            evaluate(expression.text)


def test_every_expression_of_the_yaml_flows_parses(corpus: Path) -> None:
    expressions = yaml_expressions(corpus)
    for _, text in expressions:
        parse(text)
        evaluate(text)
    assert len(expressions) > 500
    assert any("{{" in text for _, text in expressions)
