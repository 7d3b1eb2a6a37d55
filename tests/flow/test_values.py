"""Every scalar of every published flow has a meaning or a reason to be passed over."""

from __future__ import annotations

from collections import Counter

from ivr_action.flow.document import is_scalar
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.ignored import IGNORED_CONFIGURATION, IGNORED_YAML
from ivr_action.flow.read import read_flow
from ivr_action.flow.values import values
from tests.corpus import corpus_files, need_corpus


def scalars(root: object) -> int:
    count, todo = 0, [root]
    while todo:
        item = todo.pop()
        if is_scalar(item):
            count += 1
        else:
            todo.extend(item.values() if isinstance(item, dict) else item)  # type: ignore[attr-defined]
    return count


def test_no_scalar_of_a_published_flow_is_passed_over_in_silence() -> None:
    need_corpus()
    unread: Counter[str] = Counter()
    for path in corpus_files():
        flow = read_flow(path.name, path.read_bytes()).flow
        assert isinstance(flow, ArchitectFlow)
        found = list(values(flow))
        assert len(found) == scalars(flow.document.root), path
        unread.update("/".join(value.path) for value in found if value.meaning == "unread")
    assert not unread


def keys(root: object) -> set[str]:
    """Every key of a tree, alone and behind the key it stands in."""
    found: set[str] = set()
    todo: list[tuple[str, object]] = [("", root)]
    while todo:
        above, item = todo.pop()
        if isinstance(item, dict):
            found |= set(item) | {f"{above}/{key}" for key in item}
            todo.extend(item.items())
        elif isinstance(item, list):
            todo.extend(("", inner) for inner in item)
    return found


def test_every_entry_of_the_list_of_what_is_ignored_is_needed() -> None:
    need_corpus()
    seen: set[str] = set()
    for path in corpus_files():
        seen |= keys(read_flow(path.name, path.read_bytes()).document.root)
    assert set(IGNORED_YAML) | set(IGNORED_CONFIGURATION) <= seen


def test_what_nobody_has_seen_comes_back_as_unread() -> None:
    source = b"inboundCall:\n  name: x\n  startUpRef: ./tasks/task[a]\n  brandNewSetting: 5\n  tasks: []\n"
    flow = read_flow("x.yaml", source).flow
    assert isinstance(flow, ArchitectFlow)
    assert [value.path for value in values(flow) if value.meaning == "unread"] == [("inboundCall", "brandNewSetting")]
