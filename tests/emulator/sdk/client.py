"""The official Python SDK, unmodified, through every route it has a method for. Run as a program of its own: the SDK
reads a file under HOME and starts a thread.

Arguments: URL, client id, client secret, a flow's YAML file. Prints one JSON object: operation → what is wrong.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import PureCloudPlatformClientV2 as sdk  # noqa: N813 - the name is as long as a line

_LIST = re.compile(r"list\[(\w+)\]")


def unknown_keys(raw: Any, type_: str, path: str = "") -> list[str]:
    """Keys of a JSON answer that the SDK's model of it does not have."""
    found: list[str] = []
    todo = [(raw, type_, path)]
    while todo:
        value, kind, where = todo.pop()
        inner = _LIST.fullmatch(kind)
        if inner and isinstance(value, list):
            todo += [(item, inner[1], f"{where}[]") for item in value]
            continue
        model = getattr(sdk, kind, None) or getattr(sdk.models, kind, None)
        if not isinstance(value, dict) or model is None or not hasattr(model, "__init__"):
            continue
        made = model()
        if not hasattr(made, "attribute_map"):
            continue
        attributes = {word: name for name, word in made.attribute_map.items()}
        for key, item in value.items():
            if key not in attributes:
                found.append(f"{where}.{key}")
            else:
                todo.append((item, made.swagger_types[attributes[key]], f"{where}.{key}"))
    return found


class Checks:
    def __init__(self, api: Any) -> None:
        self.api = api
        self.found: dict[str, list[str]] = {}

    def run(self, method: Any, *arguments: Any, needs: str = "", **options: Any) -> Any:
        """Call a method; note unknown keys of the answer, and those of `needs` that it lacks."""
        name = method.__name__
        answer = method(*arguments, **options)
        raw = json.loads(self.api.last_response.data) if self.api.last_response.data else None
        wrong = self.found.setdefault(name, [])
        if answer is not None and hasattr(answer, "attribute_map"):
            wrong += [f"unknown: {key}" for key in unknown_keys(raw, type(answer).__name__)]
        for path in needs.split():
            value: Any = answer
            for part in path.split("."):
                value = value[0] if isinstance(value, list) else value
                value = getattr(value, part, None) if value is not None else None
            if value is None or value == []:
                wrong.append(f"missing: {path}")
        return answer


def main() -> None:
    url, client_id, secret, file = sys.argv[1:]
    sdk.configuration.host = url
    api = sdk.api_client.ApiClient().get_client_credentials_token(client_id, secret)
    checks = Checks(api)
    run = checks.run
    run(
        sdk.TokensApi(api).get_tokens_me,
        needs="organization.id organization.name home_organization.id o_auth_client.id",
    )
    run(sdk.OrganizationApi(api).get_organizations_me, needs="id name default_language domain state")
    flows = sdk.ArchitectApi(api)
    paged = "page_size page_number total page_count self_uri first_uri last_uri entities.id entities.name"
    listing = run(flows.get_flows, type=["inboundcall", "workflow"], needs=paged)
    id_ = next(flow.id for flow in listing.entities if flow.name == "Main line")
    version = "id name type created_by.id configuration_uri configuration_version date_created date_checked_in self_uri"
    published = " ".join(f"published_version.{name}" for name in (*version.split(), "date_published"))
    flow_needs = "id name division.id type description supported_languages self_uri checked_in_version.id"
    flow = run(flows.get_flow, id_, needs=f"{flow_needs} saved_version.id {published}")
    run(flows.get_flow_versions, id_, needs="total entities.id")
    run(flows.get_flow_version, id_, "1.0", needs=version)
    for method, arguments in (
        (flows.get_flow_latestconfiguration, [id_]),
        (flows.get_flow_version_configuration, [id_, "1.0"]),
    ):
        if not isinstance(run(method, *arguments), dict):
            checks.found[method.__name__].append("no object")
    run(flows.post_flows_actions_checkout, id_, needs="locked_client.id current_operation.action_name")
    operation = "id action_name action_status client.id"
    run(flows.post_flows_actions_checkin, id_, needs=operation)
    time.sleep(0.1)
    run(flows.post_flows_actions_publish, id_, version="1.0", needs=operation)
    time.sleep(0.1)
    run(flows.get_flow, id_, needs=f"current_operation.complete current_operation.action_status {flow_needs}")
    run(flows.post_flows_actions_unlock, id_, needs="id name")
    run(flows.post_flows_actions_revert, id_, needs="id name")
    flow.description = "By the SDK"
    run(flows.put_flow, id_, flow, needs="id description")
    made = run(flows.post_flows, _flow("Short", "WORKFLOW"), needs="id name type locked_client.id")
    run(flows.delete_flow, made.id)
    publish(run, flows, Path(file).read_bytes())
    export(run, flows, id_)
    dependencies(run, flows, id_)
    lookups(run, api, flows)
    run(flows.post_flows_actions_deactivate, id_, needs="id name")
    print(json.dumps(checks.found))


def _flow(name: str, type_: str) -> Any:
    flow = sdk.Flow()
    flow.name, flow.type = name, type_
    return flow


def publish(run: Any, flows: Any, yaml: bytes) -> None:
    job = run(flows.post_flows_jobs, needs="id presigned_url headers self_uri")
    where = urllib.parse.urlsplit(job.presigned_url)
    connection = http.client.HTTPConnection(where.netloc)
    connection.request("PUT", f"{where.path}?{where.query}", yaml, job.headers)
    if connection.getresponse().status != 200:
        raise AssertionError("the upload was refused")
    time.sleep(0.2)
    run(flows.get_flows_job, job.id, expand=["messages"], needs="id flow.id flow.self_uri status command self_uri")
    message = "status messages.date_time messages.type messages.text"
    details = " ".join(f"messages.details.{key}" for key in ("type", "url", "method", "status_code", "response_body"))
    unknown = yaml.replace(b"name: Support\n              name", b"name: Nobody\n              name")
    for broken, needs in ((b"inboundCall: [", message), (unknown, f"{message} {details}")):
        job = run(flows.post_flows_jobs, body=sdk.RegisterArchitectJobRequest())
        connection = http.client.HTTPConnection(where.netloc)
        where = urllib.parse.urlsplit(job.presigned_url)
        connection.request("PUT", f"{where.path}?{where.query}", broken, job.headers)
        connection.getresponse().read()
        time.sleep(0.2)
        run(flows.get_flows_job, job.id, expand=["messages"], needs=needs)


def export(run: Any, flows: Any, id_: str) -> None:
    job = run(flows.post_flows_export_jobs, {"flows": [{"flow": {"id": id_}, "exportType": "Yaml"}]},
              needs="id status total_flows self_uri")  # fmt: skip
    time.sleep(0.2)
    done = run(flows.get_flows_export_job, job.id, expand=["messages"], needs="id status command download_url")
    with urllib.request.urlopen(done.download_url) as answer:
        if not answer.read().startswith(b"inboundCall:"):
            raise AssertionError("no YAML came")


def dependencies(run: Any, flows: Any, id_: str) -> None:
    run(flows.get_architect_dependencytracking_build, needs="status")
    used = run(
        flows.get_architect_dependencytracking_consumedresources, id_, "2.0", "INBOUNDCALLFLOW",
        needs="total entities.id entities.name entities.type",
    )  # fmt: skip
    queue = next(item for item in used.entities if item.type == "QUEUE")
    run(flows.get_architect_dependencytracking_consumingresources, queue.id, "QUEUE", needs="entities.id entities.type")
    run(flows.get_architect_dependencytracking_consumingresources, id_, "INBOUNDCALLFLOW", needs="entities.id")
    run(flows.get_architect_dependencytracking_object, queue.id, needs="id name type")


def lookups(run: Any, api: Any, flows: Any) -> None:
    routing, integrations = sdk.RoutingApi(api), sdk.IntegrationsApi(api)
    needs = "total entities.id entities.name entities.self_uri"
    run(routing.get_routing_queues, name="Sales", needs=needs)
    run(routing.get_routing_queues_divisionviews_all, needs=needs)
    run(routing.get_routing_skills, name="Voice", needs=needs)
    run(routing.get_routing_languages, name="Dutch", needs=needs)
    run(flows.get_architect_emergencygroups, name="Fire", needs=needs)
    run(flows.get_architect_systemprompts, name="Nothing", needs="page_number page_size page_count")
    run(integrations.get_integrations_actions, name="order", needs=needs)
    run(flows.get_architect_prompts, name=["please_wait"], needs=needs)
    run(flows.get_architect_schedules, name="Weekdays", needs=needs)
    run(flows.get_architect_schedulegroups, name="Opening hours", needs=needs)
    routes = "entities.open_hours_flow.id entities.open_hours_flow.name entities.schedule_group.id"
    run(flows.get_architect_ivrs, name="Main number", needs=f"{needs} entities.dnis entities.version {routes}")
    run(flows.get_flows_datatables, name="Holidays", needs=needs)
    run(sdk.AuthorizationApi(api).get_authorization_divisions, name="Home", needs="entities.id entities.name")


if __name__ == "__main__":
    main()
