"""The calls that were written by hand before there was a simulator: it does what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr_action.trace.architect import ArchitectMachine
from ivr_action.trace.expressions import from_python
from ivr_action.trace.walk import walk
from tests.corpus import need_corpus
from tests.trace.architect.calls import Script, flow_of

EXPECTED = yaml.safe_load((Path(__file__).parent / "expected_calls.yaml").read_text(encoding="utf-8"))
CALLS = [(flow["file"], call) for flow in EXPECTED for call in flow["calls"]]


@pytest.mark.parametrize(("file", "call"), CALLS, ids=[call["name"] for _, call in CALLS])
def test_the_call_goes_as_expected(file: str, call: dict[str, Any]) -> None:
    script = Script(call.get("caller", []), call.get("answers"))
    trace = walk(ArchitectMachine(flow_of(need_corpus() / file)), script)
    assert list(trace.path) == call["visits"]
    assert list(trace.heard) == call["hears"]
    assert (str(trace.ending), trace.target) == (call["ends"], call.get("target", ""))
    assert len(trace.left_over) == call.get("left-over", 0)
    assert [[unknown.question, unknown.key] for unknown in trace.unknown] == call.get("unknown", [])
    for name, value in call.get("variables", {}).items():
        assert trace.variables[name] == from_python(value)
