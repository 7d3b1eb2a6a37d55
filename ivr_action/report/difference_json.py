"""What differs between two flows as JSON; plans and deployments hold it."""

from __future__ import annotations

from typing import Any

from ivr_action.model.difference import FieldChange, FlowDifference


def difference_json(difference: FlowDifference | None) -> dict[str, Any] | None:
    """The difference for programs; None where it is not known."""
    if difference is None:
        return None
    return {
        "summary": difference.summary(),
        "nodes": [
            {
                "node": node.node,
                "type": node.type,
                "change": node.change.value,
                "fields": [_field(field) for field in node.fields],
                "line": node.line,
            }
            for node in difference.nodes
        ],
        "transitions": [
            {
                "from": way.source,
                "label": way.label,
                "kind": way.kind,
                "change": way.change.value,
                "before": way.before,
                "after": way.after,
                "line": way.line,
            }
            for way in difference.transitions
        ],
        "settings": [_field(field) for field in difference.settings],
    }


def _field(field: FieldChange) -> dict[str, Any]:
    return {"field": field.field, "change": field.change.value, "before": field.before, "after": field.after}
