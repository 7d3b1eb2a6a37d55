"""What is sent for a file: its own text, the text that it is compiled to, or its nodes; and with which description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_action.deploy import refusals
from ivr_action.deploy.live import flow_of
from ivr_action.deploy.refusals import Decision
from ivr_action.deploy.stamp import Stamp, clean, write
from ivr_action.deploy.text import describe, described
from ivr_action.deploy.values import Compiled, Deployable, Ground
from ivr_action.flow.canonical import digest
from ivr_action.flow.document import plain
from ivr_action.flow.edit import UncertainError
from ivr_action.flow.flow import ArchitectFlow, Flow, Format, NodeGraphFlow
from ivr_action.flow.read import read_flow
from ivr_action.genesys.store import Content
from ivr_action.model.finding import Finding, Level


class UnsendableError(Exception):
    """Nothing can be made of the file that the platform would take.

    Args:
        decision: why.
        findings: on lines of the file.
    """

    def __init__(self, decision: Decision, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(decision.reason)
        self.decision, self.findings = decision, findings


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """What would be published, but for the stamp."""

    flow: Flow
    """As it would be published."""
    digest: str
    """Of what would be published."""
    path: str
    file: str
    """Digest of the file's flow."""
    description: str
    """Of the file, without stamps."""
    yaml: str = field(default="", repr=False)
    """Architect YAML; empty for nodes."""
    nodes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The flow with its nodes; empty for Architect YAML."""
    findings: tuple[Finding, ...] = ()

    def stamped(self, commit: str, type_: str, after: int = 0) -> Content:
        """What a store saves: with a description that says what it was made from.

        Args:
            commit: that is deployed.
            type_: the platform's.
            after: number of the newest version that is there; 0 for none.
        """
        stamp = Stamp(commit, self.path, self.file, self.digest, after)
        description = write(self.description, stamp)
        if self.nodes:
            return described(self.nodes, description)
        yaml = describe(self.yaml, description)
        return {"yaml": yaml, "name": self.flow.name, "type": type_, "description": description}


def parcel_of(deployable: Deployable, file: str, ground: Ground, *, holds_nodes: bool) -> Parcel:
    """What would be sent for a file.

    Args:
        deployable: the file.
        file: digest of its flow.
        ground: compiles.
        holds_nodes: whether the platform holds the flow as nodes.

    Raises:
        UnsendableError: nothing can be sent.
        PlatformError: of look-ups while it is compiled.
    """
    flow, path = deployable.flow, deployable.path
    description = description_of(flow)
    if isinstance(flow, NodeGraphFlow):
        if holds_nodes:
            return Parcel(flow, digest(flow), path, file, description, nodes=plain(flow.document.root))
        return _compiled(deployable, flow, ground, file, description)
    if holds_nodes:
        raise UnsendableError(
            refusals.unsendable(
                "This platform holds the flow as nodes, and the file is Architect YAML.",
                "Deploy a node graph, or see whether `api-url` leads where it should.",
            )
        )
    if flow.format is not Format.ARCHITECT_YAML or not deployable.yaml:
        raise UnsendableError(
            refusals.unsendable(
                "The file is an export of Architect in the editor's own form, which no publish job takes.",
                "Export the flow as YAML (from Architect, or by Archy) and deploy that file.",
            )
        )
    return Parcel(flow, digest(flow), path, file, description, deployable.yaml)


def description_of(flow: Flow) -> str:
    """The description in a file, without stamps."""
    if isinstance(flow, ArchitectFlow):
        return clean(flow.description)
    said = plain(flow.element.get("description")) if isinstance(flow.element, dict) else None
    return clean(said if isinstance(said, str) else "")


def _compiled(deployable: Deployable, flow: NodeGraphFlow, ground: Ground, file: str, description: str) -> Parcel:
    if ground.compile is None:
        raise UnsendableError(
            refusals.unsendable(
                "The file is a node graph, which the platform takes as Architect YAML only.",
                "See what `ivr-action compile` makes of it.",
            )
        )
    made: Compiled = ground.compile(flow)
    errors = tuple(finding for finding in made.problems if finding.level is Level.ERROR)
    compiled = read_flow(deployable.path, made.yaml.encode()).flow if made.yaml and not errors else None
    if compiled is None:
        raise UnsendableError(
            refusals.unsendable(
                errors[0].message if errors else "The node graph cannot be written as an Architect flow.",
                "docs/compile.md has the table of what can. Nothing was sent, and callers keep the live version.",
            ),
            made.problems,
        )
    return Parcel(compiled, digest(compiled), deployable.path, file, description, made.yaml, findings=made.problems)


def check_stamp(parcel: Parcel) -> None:
    """Raises UnsendableError where no stamp can be put into what would be sent."""
    if not parcel.yaml:
        return
    try:
        describe(parcel.yaml, parcel.description)
    except UncertainError as error:
        raise UnsendableError(
            refusals.unsendable(
                "The stamp, by which the next deployment recognises this one, cannot be put into the flow's "
                f"description: {error}.",
                "Write the header's `description` as plain or quoted text of its own.",
            )
        ) from error


def merged_parcel(parcel: Parcel, content: Mapping[str, Any]) -> Parcel:
    """The parcel with what came of a merge, in place of the file's nodes.

    Raises:
        UnsendableError: the merge is no flow.
    """
    flow = flow_of(content)
    if flow is None:
        raise UnsendableError(refusals.unsendable("The merged flow is no flow.", "Merge by hand, in the file."))
    said = content.get("description")
    text = clean(said if isinstance(said, str) else "")
    return Parcel(flow, digest(flow), parcel.path, parcel.file, text, nodes=content, findings=parcel.findings)
