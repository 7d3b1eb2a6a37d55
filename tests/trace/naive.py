"""A tiny interpreter of node graphs, written from the format's description alone: what the machine is compared with.

Conditions are Python functions here, so it shares no parser, no evaluator and no table of types with the real one.
"""

from __future__ import annotations

from typing import Any

_ASKS = {"menu": True, "collectInput": True, "playAudio": False, "decision": False, "updateData": False}
_ENDS = {"disconnect", "end", "transferToAcd"}


def holds(condition: str, v: dict[str, Any]) -> bool:
    """Whether a condition is true; what speaks of a variable that nobody set is not."""
    gold = v.get("tier") == "gold"
    return {
        "timeout": v["timeout"], "noMatch": v["noMatch"], "error": v["error"],
        "dtmf == '1'": v["dtmf"] == "1", "dtmf == '2'": v["dtmf"] == "2", "dtmf != '1'": v["dtmf"] != "1",
        "dtmf == '1' || speech == 'a'": v["dtmf"] == "1" or v["speech"] == "a", "speech == 'a'": v["speech"] == "a",
        "tier == 'gold'": gold, "tier == 'gold' && dtmf == '1'": gold and v["dtmf"] == "1",
        "count > 2": v.get("count", 0) > 2, "vip": v.get("vip", False), "!vip": not v.get("vip", True), "true": True,
        "nobody == 1": False, "nobody == 1 || vip": v.get("vip", False), "size(dtmf) == 2": len(v["dtmf"]) == 2,
    }[condition]  # fmt: skip


def trace(nodes: dict[str, Any], start: str, inputs: list[str], limit: int) -> tuple[list[str], bool]:
    """The path, and whether the call ended well."""
    values: dict[str, Any] = {"dtmf": "", "speech": ""}
    left = list(inputs)
    path: list[str] = []
    at = start
    while len(path) < limit:
        path.append(at)
        node = nodes[at]
        values.update(node["variables"], timeout=False, noMatch=False, error=False)
        if node["type"] in _ENDS:
            return path, True
        ways = [(way["condition"], way["destinationNodeId"]) for way in node["transitionConditions"]]
        said = " ".join(condition for condition, _ in ways)
        waits = _ASKS.get(node["type"], False)
        if node["type"] in ("playAudio", "unheardOf"):
            waits = any(word in said for word in ("dtmf", "speech", "timeout", "noMatch"))
        answered = False
        if waits:
            given = left.pop(0) if left else "<timeout>"
            if given == "<hangup>":
                return path, True
            answered = not given.startswith("<")
            values.update(dtmf=given if answered else "", speech=given if answered else "")
            values.update(timeout=given == "<timeout>", error=given == "<error>")
        defaults = [to for condition, to in ways if condition in ("default", "else")]
        others = [(condition, to) for condition, to in ways if condition not in ("default", "else")]
        found = [to for condition, to in others if holds(condition, values)]
        if not found and answered:
            values["noMatch"] = True
            found = [to for condition, to in others if holds(condition, values)]
        found = found or defaults
        if not found:
            return path, False
        at = found[0]
    return path, False
