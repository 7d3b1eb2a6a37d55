"""Places: the quick way to an element's path and the sure one agree."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr_action.flow.document import Document, to_pointer
from ivr_action.flow.jsontext import parse_json
from ivr_action.flow.yamltext import parse_yaml

_trees = st.recursive(
    st.sampled_from(["x", "1", "true", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c/d", "~"]), inner),
    max_leaves=25,
)


def containers(doc: Document) -> list[tuple[tuple[str | int, ...], object]]:
    found: list[tuple[tuple[str | int, ...], object]] = []
    todo: list[tuple[tuple[str | int, ...], object]] = [((), doc.root)]
    while todo:
        path, element = todo.pop()
        pairs = (
            element.items() if isinstance(element, dict) else enumerate(element) if isinstance(element, list) else ()
        )
        if isinstance(element, (dict, list)):
            found.append((path, element))
        todo.extend(((*path, key), value) for key, value in pairs)
    return found


@given(_trees, st.booleans())
@settings(max_examples=200, deadline=None)
def test_every_container_is_found_by_its_place(tree: object, flow_style: bool) -> None:
    import yaml

    source = yaml.safe_dump({"root": tree}, default_flow_style=flow_style)
    if "&id" in source:
        return
    for doc in (parse_yaml("f.yaml", source), parse_json("f.json", __import__("json").dumps({"root": tree}))):
        for path, element in containers(doc):
            assert doc.path_of(element) == path
            assert doc.pointer(element) == to_pointer(path)


def test_what_an_alias_repeats_has_its_first_place() -> None:
    doc = parse_yaml("f.yaml", "a: &x {k: [1]}\nb: *x\nc: {<<: *x, m: {}}\n")
    assert doc.path_of(doc.root["b"]) == ("a",)
    assert doc.path_of(doc.root["c"]["k"]) == ("a", "k")
    assert doc.path_of(doc.root["c"]["m"]) == ("c", "m")


def test_what_is_not_in_the_tree_has_no_path() -> None:
    doc = parse_yaml("f.yaml", "a: {b: 1}\n")
    assert doc.path_of({"b": 1}) is None
    assert doc.pointer({"b": 1}) == ""
