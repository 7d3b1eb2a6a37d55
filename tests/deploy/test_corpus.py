"""Published flows through their whole life: adopted, unchanged, changed, unchanged, and back again."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from ivr_action.deploy.restore import Wish, restore
from ivr_action.deploy.values import Options
from ivr_action.flow.flow import Flow
from ivr_action.flow.read import read_flow
from ivr_action.genesys.store import FlowRef
from tests.corpus import corpus_files, need_corpus
from tests.deploy.bench import PATH, Bench, serving

_KEY = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
_NAME = re.compile(r"^(\s+name: )([A-Za-z][\w ]+)$", re.MULTILINE)
_LOOKUPS = re.compile(r"queues|prompts|actions|datatables|schedule|skills|languages|emergency")

FLOWS, POLL = "GET /api/v2/flows", "GET /api/v2/flows/jobs/{id}"


def test_published_flows() -> None:
    need_corpus()
    types: Counter[str] = Counter()
    with serving() as serve:
        for path in corpus_files():
            if "architect-yaml" not in path.parts:
                continue
            found = prepared(path)
            if found is None:
                continue
            text, changed, flow = found
            bench = serve(path)
            if flow.name in [one.name for one in bench.emulator.world.state.flows.values() if one.versions]:
                types[flow.type] += live(bench, flow, text, changed)
    assert sum(types.values()) >= 35, types
    assert len(types) >= 9, types


def live(bench: Bench, flow: Flow, text: str, changed: str) -> int:
    """1 for a flow that went through everything, 0 for one that the emulator cannot write as a configuration."""
    bench.repository.add({PATH: text})
    first = bench.deployed()
    if "emulator.not.implemented" in first.message:
        return 0
    assert (first.result.value, first.to_version) == ("deployed", "2.0"), first
    since = bench.asked
    assert bench.deployed().result.value == "unchanged"
    assert len(bench.calls(since)) == 3  # whose organisation it is, the flow, its configuration
    bench.repository.add({PATH: changed})
    since = bench.asked
    second = bench.deployed()
    if "There is no contactList named" in second.message:
        return 0  # what was changed is a name that nobody can look up
    assert (second.result.value, second.to_version) == ("deployed", "3.0"), second
    calls = [call for call in bench.calls(since)[1:] if not _LOOKUPS.search(call) and call != POLL]
    calls.remove(FLOWS)
    # Names are looked up once for all flows of a run, flows among them.
    assert len([FLOWS, *(call for call in calls if call != FLOWS)]) == 7, calls
    assert bench.deployed().result.value == "unchanged"
    back = restore(Wish(FlowRef(flow.name), "2.0", PATH), bench.ground(), bench.target, Options())
    assert (back.result.value, back.to_version) == ("restored", "4.0"), back
    assert bench.deployed(at=1).result.value == "unchanged"
    return 1


def prepared(path: Path) -> tuple[str, str, Flow] | None:
    """A flow with its `{{key}}`s filled as the emulator fills them, and the same with one action named otherwise."""
    text = _KEY.sub(lambda match: match[1], path.read_bytes().decode("utf-8-sig"))
    flow = read_flow("flow.yaml", text.encode()).flow
    if flow is None:
        return None
    for match in list(_NAME.finditer(text))[1:]:
        changed = f"{text[: match.start()]}{match[1]}{match[2]} changed{text[match.end() :]}"
        other = read_flow("flow.yaml", changed.encode()).flow
        if other is not None and other.name == flow.name and not _broken(other):
            return text, changed, flow
    return None


def _broken(flow: Flow) -> bool:
    return any(reference.target is None for reference in getattr(flow, "references", []))


@pytest.mark.parametrize("key", ["{{ a }}", "{{a}}"])
def test_keys_are_filled_with_their_own_name(key: str) -> None:
    assert _KEY.sub(lambda match: match[1], f"name: {key}") == "name: a"
