"""`/api/v2/flows/export/jobs`: a version as YAML or in the editor's own form, behind a signed address."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from typing import Any
from urllib.parse import quote

from ivr_action.emulator.archy import export_yaml
from ivr_action.emulator.call import Answer, Call, Row
from ivr_action.emulator.limits import Quota
from ivr_action.emulator.login import iso
from ivr_action.emulator.problems import bad_request, not_emulated, not_found
from ivr_action.emulator.state import ExportJob, FlowRecord, Version
from ivr_action.emulator.world import World
from ivr_action.flow.flow import ArchitectFlow
from ivr_action.flow.read import read_flow

_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,200}")
_EXTENSIONS = {
    "inboundcall": "i3InboundFlow", "outboundcall": "i3OutboundFlow", "inqueuecall": "i3InQueueFlow",
    "workflow": "i3WorkFlow", "inboundshortmessage": "i3InboundMessage", "bot": "i3BotFlow",
    "commonmodule": "i3CommonModuleFlow", "workitem": "i3WorkitemFlow", "surveyinvite": "i3SurveyInviteFlow",
}  # fmt: skip


def register(call: Call) -> Answer:
    """Start an export of one flow or several."""
    flows = call.object().get("flows")
    if not isinstance(flows, list) or not flows or not all(isinstance(item, dict) for item in flows):
        raise bad_request("flows must be a list with at least one flow.")
    wanted = [_wanted(call.world, item) for item in flows]
    world, now = call.world, call.world.clock()
    job = ExportJob(
        id=world.guid(), client=call.who, created=now, due=now + world.pace.export, flows=wanted, key=world.secret(),
        fault=call.job_fault,
    )  # fmt: skip
    world.state.exports[job.id] = job
    return Answer(
        {
            "id": job.id,
            "status": "Started",
            "totalFlows": len(wanted),
            "selfUri": f"/api/v2/flows/export/jobs/{job.id}",
        }
    )


def _wanted(world: World, item: dict[str, Any]) -> dict[str, Any]:
    ref = item.get("flow")
    if not isinstance(ref, dict) or not ref.get("id"):
        raise bad_request("Each flow must have an id.")
    name = str(item.get("fileName") or "")
    if name and not _FILE_NAME.fullmatch(name):
        raise bad_request("fileName may hold letters, digits, _ and - only.")
    kind = str(item.get("exportType") or "Yaml")
    if kind not in ("Yaml", "Architect"):
        raise bad_request("exportType must be Yaml or Architect.")
    flow = world.state.flows.get(str(ref["id"]))
    if flow is not None and not flow.deleted:
        version = _version(flow, str(ref.get("version") or ""))
        content = world.content(version.content) if version is not None and version.content else None
        if content is not None and kind == "Yaml" and not content.yaml:
            raise not_emulated(f"{flow.name} is known as a configuration only; it cannot be exported as YAML")
        if content is not None and kind == "Architect" and content.configuration is None:
            raise not_emulated(f"{flow.name} cannot be written as a configuration: {content.unwritable}")
    return {"id": str(ref["id"]), "version": str(ref.get("version") or ""), "fileName": name, "exportType": kind}


def _version(flow: FlowRecord, version: str) -> Version | None:
    """The version asked for, else the published one."""
    return flow.version(version or flow.published)


def finish(world: World, quota: Quota, job: ExportJob) -> None:
    """Bring a job to its end."""
    if job.fault is not None and job.fault.fail is not None:
        job.status = "Failure"
        job.messages = [
            _error(said, job.due) if isinstance(said, str) else {**_error("", job.due), **said}
            for said in job.fault.fail
        ]
        return
    missing = []
    for item in job.flows:
        flow = world.state.flows.get(item["id"])
        enough = quota.spend(job.client.id, 2)
        if flow is None or flow.deleted or _version(flow, item["version"]) is None or not enough:
            missing.append(item["id"])
    if missing:
        job.status = "Failure"
        job.messages = [
            *(_error(f"could not find the flow with id '{id_}'", job.due) for id_ in missing),
            _error("setting the Archy exit code to 107", job.due),
        ]
        return
    job.file_name = _name(world, job.flows[0]) if len(job.flows) == 1 else "flows.zip"
    job.status = "Success"


def _error(text: str, at: float) -> dict[str, Any]:
    return {"dateTime": iso(at), "type": "Error", "text": text}


def _name(world: World, item: dict[str, Any]) -> str:
    flow = world.state.flows[item["id"]]
    version = _version(flow, item["version"])
    stem = item["fileName"] or re.sub(r"[^A-Za-z0-9_-]", "_", flow.name)
    if not item["fileName"] and version is not None:
        stem += "_v" + version.id.replace(".", "-")
    return f"{stem}.{'yaml' if item['exportType'] == 'Yaml' else _EXTENSIONS.get(flow.type, 'i3Flow')}"


def poll(call: Call) -> Answer:
    job = call.world.state.exports.get(call.params["job"])
    if job is None:
        raise not_found("job", call.params["job"])
    unknown = job.fault.status if job.fault is not None and job.status == "Started" else ""
    body: dict[str, Any] = {
        "id": job.id,
        "status": unknown or job.status,
        "command": "Export",
        "selfUri": f"/api/v2/flows/export/jobs/{job.id}",
    }
    if job.status == "Success":
        name = quote(job.file_name)
        body["downloadUrl"] = f"{call.world.base_url}/downloads/{job.id}/{name}?X-Emulator-Signature={job.key}"
    if "messages" in call.all("expand") and job.messages:
        body["messages"] = job.messages
    return Answer(body)


def download(call: Call) -> Answer:
    """What was exported, to whoever has the address; a bearer token beside the signature is refused."""
    job = call.world.state.exports.get(call.params["job"])
    if job is None or job.status != "Success" or call.first("X-Emulator-Signature") != job.key:
        return Answer(b"<Error><Code>AccessDenied</Code></Error>", 403, media_type="application/xml")
    if "authorization" in call.headers:
        return Answer(b"<Error><Code>InvalidArgument</Code></Error>", 400, media_type="application/xml")
    if len(job.flows) == 1:
        return Answer(_data(call.world, job.flows[0]), media_type="application/octet-stream")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for item in job.flows:
            archive.writestr(_name(call.world, item), _data(call.world, item))
    return Answer(packed.getvalue(), media_type="application/zip")


def _data(world: World, item: dict[str, Any]) -> bytes:
    flow = world.state.flows[item["id"]]
    version = _version(flow, item["version"])
    content = world.content(version.content) if version is not None else None
    if content is None:
        raise not_found("version", item["version"])
    if item["exportType"] == "Architect":
        return base64.b64encode(quote(json.dumps(content.configuration)).encode())
    read = read_flow("flow.yaml", content.yaml.encode()).flow
    if not isinstance(read, ArchitectFlow):
        raise not_emulated("a flow that cannot be read")
    if read.division or flow.division != "Home":
        read.element["division"] = flow.division
    return export_yaml(read).encode()


ROWS = [
    Row("POST", "/api/v2/flows/export/jobs", register, "architect:jobExport:create"),
    Row("GET", "/api/v2/flows/export/jobs/{job}", poll, "architect:jobExport:view"),
    Row("GET", "/downloads/{job}/{name}", download, open=True),
]
