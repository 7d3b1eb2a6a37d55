"""Each operation of our client sends what the official SDK's own method for it sends."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from ivr_action.emulator.requests import Logged
from ivr_action.genesys.lookups import KINDS
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.store import FlowRef
from tests.genesys.publishing import NAME, YAML, Ground, Serve, lookups

CLASSES = ("ArchitectApi", "AuthorizationApi", "IntegrationsApi", "OrganizationApi", "RoutingApi", "TokensApi")
_METHOD = re.compile(
    r"\n    def (\w+)\(self.*?resource_path = '([^']+)'.*?call_api\(resource_path, '([A-Z]+)'", re.DOTALL
)
_SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
ORGANISATION = """
emulator: 1
queues: [Sales, Support]
ivrs: [{name: Main number, dnis: ["+15550100"], openHoursFlow: Main line}]
"""


class Sdk:
    """The SDK's methods by what they send."""

    def __init__(self, ground: Ground) -> None:
        sdk = load_sdk()
        self.client = sdk.ApiClient(ground.emulator.api_url)
        self.client.gateway_configuration = None
        self.client.access_token = ground.platform.client.access_token
        self._methods: dict[tuple[str, str], Callable[..., Any]] = {}
        for name in CLASSES:
            api = getattr(sdk, name)
            for method, path, verb in _METHOD.findall(inspect.getsource(inspect.getmodule(api))):  # type: ignore[arg-type]
                self._methods[verb, path] = getattr(api(self.client), method)

    def template(self, entry: Logged) -> str:
        """The operation's path; the one with the most fixed words counts."""
        fitting = [
            path
            for verb, path in self._methods
            if verb == entry.method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), entry.path)
        ]
        assert fitting, f"the SDK has no method for {entry}"
        return min(fitting, key=lambda path: path.count("{"))

    def send(self, entry: Logged) -> str:
        """The same by the SDK; returns its method's name."""
        template = self.template(entry)
        method = self._methods[entry.method, template]
        lists = set(re.findall(r":param list\[str\] (\w+):", method.__doc__ or ""))
        values = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", template), entry.path)
        assert values is not None
        names = re.findall(r"\{(\w+)\}", template)
        given: dict[str, Any] = {_snake(name): value for name, value in zip(names, values.groups(), strict=True)}
        for key, value in parse_qsl(entry.query, keep_blank_values=True):
            given[_snake(key)] = value.split(",") if _snake(key) in lists else value
        if entry.body not in (b"", b"null"):
            given["body"] = json.loads(entry.body)
        with contextlib.suppress(load_sdk().rest.ApiException):  # the same once more may be refused; it was sent
            method(**given)
        return str(method.__name__)

    def close(self) -> None:
        self.client.http_client.rest_client.pool_manager.clear()


def _snake(name: str) -> str:
    return _SNAKE.sub("_", name).lower()


def _ours(ground: Ground) -> None:
    """Everything that our client asks for."""
    id_ = ground.id
    inspector, found = ground.inspector, lookups(ground)
    inspector.organisation()
    inspector.find(FlowRef(NAME, "inboundcall"))
    inspector.find(FlowRef("", id=id_))
    inspector.versions(id_)
    ground.save()
    ground.save(YAML)
    ground.store.restore(id_, "2.0")
    inspector.publish_version(id_, "1.0")
    ground.time.advance(5)
    inspector.rename(id_, "Höfe & Täler", "Neu: a/b?")
    inspector.rename(id_, NAME)
    ground.emulator.colleague("lock", NAME)
    inspector.unlock(id_)
    for kind in KINDS:
        found.find(kind, "Höfe & Tal")
    found.find("dataAction", "Get order", category="Orders")
    found.find("flow", NAME, type_="inboundcall")
    found.routes(id_)
    found.consumers(id_, "inboundcall", "1.0")


OPERATIONS = {
    "get_architect_dependencytracking_build",
    "get_architect_dependencytracking_consumingresources",
    "get_architect_emergencygroups",
    "get_architect_ivrs",
    "get_architect_prompts",
    "get_architect_schedulegroups",
    "get_architect_schedules",
    "get_architect_systemprompts",
    "get_flow",
    "get_flow_version_configuration",
    "get_flow_versions",
    "get_flows",
    "get_flows_datatables",
    "get_flows_export_job",
    "get_flows_job",
    "get_integrations_actions",
    "get_routing_languages",
    "get_routing_queues",
    "get_routing_skills",
    "get_tokens_me",
    "post_flows_actions_publish",
    "post_flows_actions_unlock",
    "post_flows_export_jobs",
    "post_flows_jobs",
    "put_flow",
}
"""All that looking, publishing and looking up use, by the SDK's names."""


def test_each_operation_sends_what_the_sdk_sends(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").write_text(ORGANISATION)
    (tmp_path / "main.yaml").write_text(YAML)
    ground = serve(tmp_path)
    ground.platform.log_in()
    _ours(ground)
    sent = [entry for entry in ground.emulator.log.entries if entry.path.startswith("/api/")]
    sdk = Sdk(ground)
    seen: set[str] = set()
    for entry in sent:
        before = len(ground.emulator.log.entries)
        seen.add(sdk.send(entry))
        theirs = ground.emulator.log.entries[before]
        assert (theirs.method, theirs.path) == (entry.method, entry.path)
        # The order of a query is the order of the arguments, which means nothing; each pair is encoded alike.
        assert sorted(theirs.query.split("&")) == sorted(entry.query.split("&"))
        assert theirs.body == entry.body
        for name in ("accept", "content-type", "content-length", "authorization", "purecloud-sdk"):
            assert theirs.header(name) == entry.header(name), (str(entry), name)
    sdk.close()
    assert seen == OPERATIONS
