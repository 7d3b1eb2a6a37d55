"""Saving one flow through whatever speaks to the platform, over the same loop as the action."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, Unpack

from ivr_action.errors import IvrError, UsageError
from ivr_action.genesys.answers import error_from
from ivr_action.genesys.call import Caller, Parts
from ivr_action.genesys.client import PATIENCE, call_api
from ivr_action.genesys.clock import Clock, Deadline
from ivr_action.genesys.errors import NotFoundError, UnreachableError, outcome_unknown
from ivr_action.genesys.node_save import NodeStore
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.save import ATTEMPTS, Resolve, SaveLoop
from ivr_action.genesys.store import ConflictError, FlowStore, Live, RejectedError, Saved, Version
from ivr_action.model.alike import as_dict

_LIBRARIES = ("urllib3", "requests", "httpx", "httpcore", "aiohttp", "http")
"""What speaks HTTP, and has errors that are no OSError."""
_HEADER_ARGUMENTS = ("headers", "header_params", "custom_headers", "extra_headers")


def save_flow(
    flows_api: Any,
    flow_id: str,
    body: Mapping[str, Any],
    attempts: int = ATTEMPTS,
    *,
    resolve: Resolve | None = None,
    keep: Callable[[Live], object] | None = None,
    pace: Pace | None = None,
    deadline: Deadline | None = None,
) -> Saved:
    """Saves a flow's nodes by one PUT with `If-Match`, never over a change that the caller has not seen.

    Args:
        flows_api: what `flow_store` takes.
        flow_id: of the flow.
        body: the flow with its `nodes`. Its integer `version`, where there is one, is the version that it was made
            from; without one it is the version that is live when this begins.
        attempts: to send, in all.
        resolve: merges; None refuses when somebody else has changed the flow.
        keep: is given what is live before every write.
        pace: for waits; None: a pace of its own.
        deadline: None: three minutes.

    Raises:
        ConflictError: somebody else changed the flow and it cannot be merged, also because the platform no longer
            shows the version that the body was made from.
        PlatformError: of `SaveLoop.save`.
        UsageError: the body is no flow as JSON can say it, or its version is none.
    """
    given: Any = body
    if not isinstance(given, Mapping) or not isinstance(given.get("nodes"), Mapping):
        raise UsageError("What is to be saved must be a flow with a map `nodes`.")
    edited = body.get("version")
    if edited is not None and (isinstance(edited, bool) or not str(edited).isascii() or not str(edited).isdigit()):
        raise UsageError(f"The flow's `version` is `{edited}`; it must be the integer that it had when it was read.")
    body = as_json(body, "What is to be saved")
    store = flow_store(flows_api)
    pace = pace or Pace(Clock())
    deadline = deadline or Deadline.after(pace.clock, PATIENCE)
    base = live = store.read(flow_id)
    if edited is not None and str(edited) != base.version:
        if resolve is None:
            raise ConflictError(flow_id, str(edited), base)
        base = version_of(store, base, str(edited))
    return SaveLoop(store, pace, deadline, attempts=attempts, resolve=resolve, keep=keep).save(base, body, live)


def as_json(value: Any, what: str) -> Any:
    """The same as the platform will show it: made of dicts, lists and what JSON has beside them.

    Raises:
        UsageError: it contains something else; nothing was sent.
    """
    try:
        return json.loads(json.dumps(value, allow_nan=False, default=as_dict))
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{what} is no JSON: {error}. Nothing was sent.") from None


def version_of(store: FlowStore, live: Live, edited: Version) -> Live:
    """The version that a body was made from: without it nothing can be merged.

    Raises:
        ConflictError: it is not the live one, and the platform does not show it any more.
    """
    if edited == live.version:
        return live
    try:
        return store.read(live.flow_id, edited)
    except (NotFoundError, RejectedError) as error:
        why = f"The platform does not show version {edited} any more, so the two changes cannot be told apart."
        raise ConflictError(live.flow_id, edited, live, why) from error


def flow_store(flows_api: Any) -> FlowStore:
    """The store behind whatever speaks to the platform.

    Args:
        flows_api: the SDK's `ArchitectApi`, a `FlowStore`, or an object with `get_flow(flow_id)` and
            `update_flow(flow_id, body, …)`, which must take `if_match` or headers.

    Raises:
        UsageError: it is none of the three that are known.
    """
    if callable(getattr(flows_api, "get_flow", None)) and callable(getattr(flows_api, "update_flow", None)):
        return NodeStore(_Typed(_TutorialCaller(flows_api)), "")  # before the others: a mock has their methods too
    if isinstance(flows_api, FlowStore):
        return flows_api
    client: Any = getattr(flows_api, "api_client", None)
    if callable(getattr(client, "call_api", None)):
        return NodeStore(_Typed(functools.partial(call_api, client)), str(client.host))
    raise UsageError(
        f"`flows_api` is of type {type(flows_api).__name__}, which cannot read and save flows.",
        "Pass the SDK's ArchitectApi, a FlowStore, or an object with `get_flow` and `update_flow`.",
    )


class _Typed:
    """Calls whose network fails with errors of another library: a save that it breaks off may have taken effect."""

    def __init__(self, call: Caller) -> None:
        self._call = call

    def __call__(self, method: str, path: str, **parts: Unpack[Parts]) -> Any:
        """The same, with typed errors."""
        try:
            return self._call(method, path, **parts)
        except Exception as error:
            library = type(error).__module__.partition(".")[0]
            if isinstance(error, IvrError) or not (isinstance(error, OSError) or library in _LIBRARIES):
                raise
            call = f"{method} {path.format_map(parts.get('params', {}))}"
            why = f"the connection failed ({type(error).__name__})"  # its text may have the whole address in it
            raise (UnreachableError(f"{call}: {why}.") if method == "GET" else outcome_unknown(call, why)) from error


class _TutorialCaller:
    """Makes calls through an object with `get_flow` and `update_flow`."""

    def __init__(self, flows_api: Any) -> None:
        self._api = flows_api
        self._conditional = _conditional(flows_api.update_flow)

    def __call__(self, method: str, path: str, **parts: Unpack[Parts]) -> Any:
        """Reading a flow and saving it are all that there is."""
        flow_id = parts.get("params", {}).get("flowId", "")
        call = f"{method} {path.replace('{flowId}', flow_id)}"
        if parts.get("query") or "versions" in path or method not in ("GET", "PUT"):
            raise error_from(call, 404, {}, b'{"message": "`flows_api` has no such call."}', Redactor())
        try:
            answer = self._api.get_flow(flow_id) if method == "GET" else self._put(flow_id, parts)
        except Exception as error:
            status = getattr(error, "status", None)
            if not isinstance(status, int) or not 400 <= status < 600:
                raise
            said, sent = getattr(error, "body", None), getattr(error, "headers", None)
            raise error_from(call, status, sent or {}, said or str(error), Redactor()) from error
        if isinstance(answer, Mapping):
            return dict(answer)
        for name in ("to_dict", "model_dump"):  # of the SDK's models, and of pydantic's
            if callable(found := getattr(answer, name, None)):
                return found()
        return answer

    def _put(self, flow_id: str, parts: Parts) -> Any:
        return self._api.update_flow(flow_id, parts["body"], **self._conditional(parts["headers"]["If-Match"]))


def _conditional(update_flow: Callable[..., Any]) -> Callable[[str], dict[str, Any]]:
    """How this `update_flow` takes the expected version; raises UsageError where it takes none."""
    parameters = inspect.signature(update_flow).parameters
    if "if_match" in parameters:
        return lambda version: {"if_match": version}
    for name in _HEADER_ARGUMENTS:
        if name in parameters:
            return lambda version: {name: {"If-Match": version}}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return lambda version: {"headers": {"If-Match": version}}
    raise UsageError(
        "`flows_api.update_flow` takes neither `if_match` nor headers, so nothing would stop it from overwriting.",
        f"Give it an argument `if_match`, or one of {', '.join(_HEADER_ARGUMENTS)}.",
    )
