"""`/api/v2/flows/jobs`: register, upload to the presigned address, ask how it goes. `publish.py` is the job itself."""

from __future__ import annotations

from xml.sax.saxutils import escape

from ivr_action.emulator import publish
from ivr_action.emulator.call import Answer, Call, Row
from ivr_action.emulator.problems import not_found
from ivr_action.emulator.state import Job

_MAY_COME = frozenset(
    ("host", "content-length", "accept", "accept-encoding", "connection", "user-agent", "expect", "date",
     "transfer-encoding")
)  # fmt: skip
"""Headers of any HTTP client; of others those that storage signs must be the ones it asked for."""


def register(call: Call) -> Answer:
    """A job that waits for its upload."""
    body = call.json()
    world = call.world
    id_ = world.guid()
    job = Job(
        id=id_,
        client=call.who,
        created=world.clock(),
        headers={"x-amz-tagging": f"organizationId={world.state.organization_id}&jobId={id_}"},
        key=world.secret(),
        create_stubs=isinstance(body, dict) and body.get("createStubs") is True,
        fault=call.job_fault,
    )
    world.state.jobs[id_] = job
    address = f"{world.base_url}/uploads/{id_}?X-Emulator-Signature={job.key}"
    return Answer({"id": id_, "presignedUrl": address, "headers": job.headers, "selfUri": f"/api/v2/flows/jobs/{id_}"})


def upload(call: Call) -> Answer:
    """Storage: exactly the headers it asked for, no bearer token, the right signature, in time."""
    job = call.world.state.jobs.get(call.params["job"])
    if job is None or call.first("X-Emulator-Signature") != job.key:
        return refusal(
            403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you "
            "provided. Check your key and signing method.",
        )  # fmt: skip
    if "authorization" in call.headers:
        return refusal(
            400, "InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
            "Signature query string parameter or the Authorization header should be specified",
        )  # fmt: skip
    if call.world.clock() > job.created + call.world.pace.upload:
        return refusal(403, "AccessDenied", "Request has expired")
    wrong = [name for name, value in job.headers.items() if call.headers.get(name) != value]
    extra = [name for name in call.headers if name not in job.headers and name not in _MAY_COME and _signed(name)]
    if wrong or extra:
        return refusal(
            403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you "
            "provided. Check your key and signing method.",
        )  # fmt: skip
    job.uploaded = call.world.clock()
    job.due = job.uploaded + call.world.pace.job
    job.status, job.messages, job.flow = "Started", [], ""
    try:
        job.body = call.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        job.encoding_error = True
    publish.begin(call.world, job, job.uploaded)
    return Answer(None, 200, {"ETag": f'"{job.key[:32]}"'})


def _signed(name: str) -> bool:
    return name.startswith("x-amz-") or name in ("content-type", "content-md5")


def refusal(status: int, code: str, message: str) -> Answer:
    """An error as the storage behind presigned addresses words it."""
    error = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'
    return Answer(text.encode(), status, media_type="application/xml")


def poll(call: Call) -> Answer:
    """How a job goes; messages only with `expand=messages`."""
    job = call.world.state.jobs.get(call.params["job"])
    if job is None:
        raise not_found("job", call.params["job"])
    status = job.status
    body = {
        "id": job.id,
        "status": job.fault.status if job.fault is not None and job.fault.status and status == "Started" else status,
        "command": job.command,
        "selfUri": f"/api/v2/flows/jobs/{job.id}",
    }
    found: dict[str, object] = dict(body)
    if job.flow and status == "Success":
        found["flow"] = {"id": job.flow, "selfUri": f"/api/v2/flows/{job.flow}"}
    if "messages" in call.all("expand") and job.messages:
        found["messages"] = job.messages
    return Answer(found)


ROWS = [
    Row("POST", "/api/v2/flows/jobs", register, "architect:job:create"),
    Row("GET", "/api/v2/flows/jobs/{job}", poll, "architect:job:view"),
    Row("PUT", "/uploads/{job}", upload, open=True),
]
