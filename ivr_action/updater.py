"""The public ways to save a node graph from Python, over the same loop as the action."""

from __future__ import annotations

import logging
import os
import random as random_
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ivr_action.api import validate_flow_topology
from ivr_action.errors import IvrError, OutcomeUnknownError, UsageError
from ivr_action.genesys.client import PATIENCE, Platform, connect
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.public import as_json, save_flow, version_of
from ivr_action.genesys.regions import DEFAULT_REGION
from ivr_action.genesys.resolving import resolving
from ivr_action.genesys.save import SaveLoop
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.store import Live, Saved
from ivr_action.merge import Resolution, resolver
from ivr_action.metrics import FlowMetricsTracker

Validate = Callable[[Mapping[str, Any]], Sequence[str]]
_START, _OTHER_START = "startNodeId", "start_node_id"
_log = logging.getLogger(__name__)


def topology_of(flow: Mapping[str, Any]) -> list[str]:
    """What `validate_flow_topology` has against a flow, a message each; empty where it is valid."""
    start = flow.get(_START, flow.get(_OTHER_START))
    valid, message = validate_flow_topology(flow.get("nodes") or {}, start_node_id=start)
    return [] if valid else message.splitlines()


def update_flow_with_conflict_resolution(  # noqa: PLR0913 - four arguments, and the edges that may be passed in
    flows_api: Any,
    flow_id: str,
    updated_flow_body: Mapping[str, Any],
    max_retries: int = 5,
    *,
    on_conflict: str = "merge",
    validate: Validate = topology_of,
    told: Callable[[Resolution], object] | None = None,
    keep: Callable[[Live], object] | None = None,
    pace: Pace | None = None,
    deadline: Deadline | None = None,
) -> dict[str, Any]:
    """Saves a flow's nodes by one PUT with `If-Match`, and merges where somebody else has changed the flow meanwhile.

        flow = api.get_flow(flow_id)            # with its version
        flow["nodes"]["menu"]["properties"]["tts"] = "Welcome."
        saved = update_flow_with_conflict_resolution(api, flow_id, flow)

    Args:
        flows_api: the SDK's `ArchitectApi`, a `FlowStore`, or an object with `get_flow(flow_id)` and
            `update_flow(flow_id, body, …)`, which must take `if_match` or headers.
        flow_id: of the flow.
        updated_flow_body: the flow with its `nodes`. Its integer `version`, where there is one, is the version that it
            was made from; without one it is the version that is live when this begins.
        max_retries: times that it is sent again after a conflict or a lost answer; 0 for once in all.
        on_conflict: `merge` saves both changes where they go together; `fail` saves nothing over somebody else's
            change; `ours` merges, and where both changed the same yours counts. docs/merge.md has the rules.
        validate: looks at the merged flow before it is sent: a flow → what is wrong with it.
        told: is given each decision about somebody else's change: what was taken over, what goes lost.
        keep: is given what is live before every write, such as `Keeper("kept")`.
        pace: for waits; None: a pace of its own.
        deadline: None: three minutes.

    Returns:
        What was saved, with its new `version`.

    Raises:
        ConflictError: the two changes do not go together (each field with its values is named), or the platform no
            longer shows the version that the body was made from.
        RejectedError: the platform does not hold flows as nodes, or did not store what it said it had.
        OutcomeUnknownError: it was sent, and looking did not tell whether it took effect.
        PlatformError: it refused or could not be reached; nothing was changed then.
        UsageError: an argument that cannot be used.
    """
    resolve = resolving(resolver(on_conflict, validate), told)
    attempts = max_retries + 1
    saved = save_flow(
        flows_api, flow_id, updated_flow_body, attempts, resolve=resolve, keep=keep, pace=pace, deadline=deadline
    )
    return {**saved.content, "version": int(saved.version)}


class IvrFlowUpdater:
    """Saves the nodes of flows: checks them, merges, counts, and tells a webhook.

        with IvrFlowUpdater(client_id, client_secret, "eu-west-1") as updater:
            done = updater.update_nodes(flow_id, nodes, "menu", webhook_url="https://ci.example.com/hook")
            print(done["status"], done["version"], updater.metrics.get_success_rate())

    It may be shared by threads. Nothing is sent before the first update.

    Args:
        client_id: of an OAuth client of type Client Credentials.
        client_secret: its secret.
        region: AWS's name (`eu-west-1`) or Genesys' domain (`mypurecloud.ie`).
        environ: `IVR_ACTION_API_URL` and `IVR_ACTION_LOGIN_URL` lead elsewhere, such as to the emulator.
        on_conflict: `merge`, `fail` or `ours`, as for `update_flow_with_conflict_resolution`.
        max_retries: times that an update is sent again after a conflict or a lost answer.
        keep: is given what is live before every write, such as `Keeper("kept")`.
        webhook: (url, payload) → whether it was delivered. None: `trigger_cicd_webhook`.
        clock: for waits and latencies.
        random: uniform in [0, 1), for jitter.
        patience: seconds that one update may take, waits included.

    Raises:
        UsageError: missing credentials, an unknown region or `on_conflict`.
    """

    def __init__(  # noqa: PLR0913 - three arguments, and the edges that may be passed in
        self,
        client_id: str,
        client_secret: str,
        region: str = DEFAULT_REGION,
        *,
        environ: Mapping[str, str] = os.environ,
        on_conflict: str = "merge",
        max_retries: int = 5,
        keep: Callable[[Live], object] | None = None,
        webhook: Callable[[str, Mapping[str, Any]], bool] | None = None,
        clock: Clock | None = None,
        random: Callable[[], float] = random_.random,
        patience: float = PATIENCE,
    ) -> None:
        settings = PlatformSettings(
            client_id=client_id,
            client_secret=client_secret,
            region=region,
            api_url=environ.get("IVR_ACTION_API_URL", ""),
            login_url=environ.get("IVR_ACTION_LOGIN_URL", ""),
        )
        self._decide = resolver(on_conflict, topology_of)
        self._clock = clock or Clock()
        self._platform = connect(settings, clock=self._clock, random=random)
        self._attempts = max_retries + 1
        self._keep = keep
        self._webhook = webhook or _send
        self._patience = patience
        self.metrics = FlowMetricsTracker()
        """What became of the updates so far."""

    def update_nodes(
        self,
        flow_id: str,
        nodes: Mapping[str, Mapping[str, Any]] | Iterable[Mapping[str, Any]],
        start_node_id: str,
        webhook_url: str | None = None,
        *,
        base_version: int | None = None,
    ) -> dict[str, Any]:
        """Replaces a flow's nodes and its start node; name, variables and the rest stay as they are.

        Args:
            flow_id: of the flow.
            nodes: all nodes of the flow, by id or as a list of nodes with an `id` each. One that is live and missing
                here is deleted. What somebody else saves while this runs is merged in.
            start_node_id: the node that a caller meets first.
            webhook_url: is told what became of it, a failure too; that it cannot be reached is logged, never raised.
            base_version: the version that `nodes` were made from, as its `version` said when they were read. Then
                nothing that others have saved since is taken for something that you have deleted. None: the version
                that is live when this begins.

        Returns:
            `flow_id`, `name`, `version` (now live), `previous_version`, `status` (`deployed`, `merged`, or `unchanged`
            where the same was live already), `merged_nodes` (ids of nodes with changes of somebody else's),
            `overwritten` (with `on_conflict="ours"`: their lost changes, a sentence each), `attempts`, `recovered`
            (the answer was lost and the save was recognised), `superseded_by` (a later version on top of it, or
            None), `latency_ms`, and `webhook_delivered` (None without a URL).

        Raises:
            UsageError: the nodes' topology is not valid, or they are no JSON; nothing was sent.
            ConflictError: somebody else's change does not go together with this one.
            OutcomeUnknownError: it was sent, and looking did not tell whether it took effect.
            PlatformError: it refused or could not be reached.
        """
        began = self._clock.now()
        by_id, message = _checked(nodes, start_node_id)
        if message:
            self.metrics.record_validation_failure()
            self._tell(webhook_url, {"flow_id": flow_id, "version": None, "status": "invalid", "message": message})
            raise UsageError(f"Flow `{flow_id}` was not sent, since its nodes are not valid: {message}")
        decisions: list[Resolution] = []
        try:
            saved, name = self._save(flow_id, by_id, start_node_id, base_version, decisions)
        except IvrError as error:
            self.metrics.record_failure()
            status = "unknown" if isinstance(error, OutcomeUnknownError) else "failed"
            self._tell(webhook_url, {"flow_id": flow_id, "version": None, "status": status, "message": str(error)})
            raise
        latency_ms = (self._clock.now() - began) * 1000
        self.metrics.record_success(latency_ms)
        result = {"flow_id": flow_id, "name": name, **_outcome(saved, decisions), "latency_ms": round(latency_ms, 1)}
        return {**result, "webhook_delivered": self._tell(webhook_url, result)}

    def close(self) -> None:
        """Closes the connections."""
        self._platform.close()

    def __enter__(self) -> IvrFlowUpdater:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _save(
        self, flow_id: str, nodes: Mapping[str, Any], start: str, version: int | None, decisions: list[Resolution]
    ) -> tuple[Saved, str]:
        deadline = Deadline.after(self._clock, self._patience)
        platform: Platform = self._platform.within(deadline)
        store = NodeStore(platform.call, platform.settings.api_url)
        base = live = store.read(flow_id)
        if version is not None:
            base = version_of(store, live, str(version))
        spelling = _OTHER_START if _OTHER_START in base.content and _START not in base.content else _START
        loop = SaveLoop(
            store,
            platform.pace,
            deadline,
            attempts=self._attempts,
            resolve=resolving(self._decide, decisions.append),
            keep=self._keep,
        )
        return loop.save(base, {**base.content, "nodes": nodes, spelling: start}, live), base.name

    def _tell(self, url: str | None, payload: Mapping[str, Any]) -> bool | None:
        """Whether the webhook was delivered; whatever goes wrong with it, what was saved stays saved."""
        if not url:
            return None
        try:
            return bool(self._webhook(url, payload))
        except Exception as error:
            _log.warning("The webhook was not delivered: %s.", type(error).__name__)
            return False


def _checked(nodes: Any, start: Any) -> tuple[dict[str, Any], str]:
    """The nodes by id as JSON has them, and what is wrong with them; empty where they are valid."""
    if not isinstance(nodes, Mapping) and isinstance(nodes, Iterable) and not isinstance(nodes, (str, bytes)):
        nodes = list(nodes)  # an iterator is read once
    if not isinstance(start, str):
        return {}, f"`start_node_id` is of type {type(start).__name__}; it must be the id of a node."
    valid, message = validate_flow_topology(nodes, start_node_id=start)
    if not valid:
        return {}, message
    by_id = nodes if isinstance(nodes, Mapping) else {node["id"]: node for node in nodes}
    try:
        return as_json(by_id, "A node"), ""
    except UsageError as error:
        return {}, str(error)


def _outcome(saved: Saved, decisions: Sequence[Resolution]) -> dict[str, Any]:
    used = next((one for one in decisions[-1:] if one.content is saved.content), None)
    merged = used is not None and bool(used.taken)
    return {
        "version": int(saved.version),
        "previous_version": int(str(saved.previous)),
        "status": "unchanged" if not saved.changed else "merged" if merged else "deployed",
        "merged_nodes": list(used.taken) if used else [],
        "overwritten": [str(change) for change in used.overwritten] if used else [],
        "attempts": saved.attempts,
        "recovered": saved.recovered,
        "superseded_by": int(saved.superseded_by) if saved.superseded_by else None,
    }


def _send(url: str, payload: Mapping[str, Any]) -> bool:
    from ivr_action.notify.trigger import trigger_cicd_webhook

    return trigger_cicd_webhook(url, payload)
