"""What a flow names and the organisation does not have, or has twice: found before anything is uploaded."""

from __future__ import annotations

from collections.abc import Collection

from ivr_action.deploy.places import place_of
from ivr_action.deploy.values import Deployable
from ivr_action.flow.flow import ArchitectFlow, Flow
from ivr_action.flow.outside import Wanted, wanted
from ivr_action.genesys.lookups import Looked, Lookups
from ivr_action.model.finding import Finding, Level

WORDS = {
    "queue": "queue",
    "prompt": "user prompt",
    "userPrompt": "user prompt",
    "systemPrompt": "system prompt",
    "dataAction": "data action",
    "schedule": "schedule",
    "scheduleGroup": "schedule group",
    "emergencyGroup": "emergency group",
    "skill": "skill",
    "acdSkill": "skill",
    "language": "language skill",
    "languageSkill": "language skill",
    "dataTable": "data table",
    "flow": "flow",
}


def reference_findings(
    deployable: Deployable, flow: Flow, lookups: Lookups, made: Collection[tuple[str, str]]
) -> list[Finding]:
    """Missing and ambiguous references, each on its line.

    Args:
        deployable: the file.
        flow: as it would be published.
        lookups: asks the platform, once for each name and run.
        made: names and types of the flows that are deployed together, which need not be there yet.

    Raises:
        PlatformError: the platform could not be asked.
    """
    if not isinstance(flow, ArchitectFlow):
        return []
    found: list[Finding] = []
    for item in wanted(flow):
        if item.kind == "flow" and any(item.name == name and item.flow_type in ("", type_) for name, type_ in made):
            continue
        looked = lookups.look(item.kind, item.name, category=item.category, type_=item.flow_type)
        if looked.is_missing:
            found.append(_missing(deployable, flow, item, looked))
        elif looked.is_ambiguous and (item.kind != "flow" or item.flow_type):
            found.append(_ambiguous(deployable, flow, item, looked))
    return found


def _missing(deployable: Deployable, flow: ArchitectFlow, item: Wanted, looked: Looked) -> Finding:
    near = f" There is {', '.join(f'`{name}`' for name in looked.near)}." if looked.near else ""
    return Finding(
        "missing-reference",
        Level.ERROR,
        f"{_who(item)} needs the {_what(item)} `{item.name}`, which this organisation does not have or the OAuth "
        f"client cannot see.{near} The platform would refuse to publish the flow.",
        f"Correct the name, create the {_what(item)} first, or let the client's role reach its division.",
        place_of(deployable, flow, item.element, item.key, item.of, item.node),
        item.node or None,
    )


def _ambiguous(deployable: Deployable, flow: ArchitectFlow, item: Wanted, looked: Looked) -> Finding:
    where = [f"{entity.id}{f' in {entity.division}' if entity.division else ''}" for entity in looked.found]
    return Finding(
        "ambiguous-reference",
        Level.ERROR,
        f"{_who(item)} needs the {_what(item)} `{item.name}`, and there are {len(where)} of this name: "
        f"{', '.join(where)}. The platform looks them up by name and would refuse to publish the flow.",
        "Rename all but one of them on the platform.",
        place_of(deployable, flow, item.element, item.key, item.of, item.node),
        item.node or None,
    )


def _who(item: Wanted) -> str:
    return f"`{item.action}`" if item.action else "The flow"


def _what(item: Wanted) -> str:
    word = WORDS.get(item.kind, item.kind)
    if item.kind == "flow" and item.flow_type:
        return f"{item.flow_type} flow"
    return f"{word} of category `{item.category}`," if item.category and item.kind == "dataAction" else word
