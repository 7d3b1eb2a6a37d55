"""What the emulated organisation holds: plain values, so that it can lie in a folder between two runs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["specification", "platform"]


class Who(BaseModel):
    """A user or an OAuth client."""

    kind: Literal["user", "client"]
    id: str
    name: str


class Client(BaseModel):
    """An OAuth client with the client-credentials grant."""

    id: str
    secret: str
    name: str
    permissions: list[str] | None = None
    """What it may do; None for everything."""

    def who(self) -> Who:
        return Who(kind="client", id=self.id, name=self.name)


class Version(BaseModel):
    """One version of a flow, or its saved draft."""

    id: str
    number: int
    kind: Literal["PUBLISH", "CHECKIN", "SAVE"]
    created: float
    """Epoch seconds."""
    by: Who
    content: str
    """Key of its content; empty for a draft that changed nothing."""
    published: float | None = None
    published_by: Who | None = None
    """Who made it the published one; not always who made it."""


class FlowRecord(BaseModel):
    """One flow."""

    id: str
    name: str
    type: str
    """The platform's word in lower case: `inboundcall`."""
    description: str = ""
    division: str = "Home"
    versions: list[Version] = Field(default_factory=list)
    """Checked in or published, oldest first."""
    saved: Version | None = None
    """The draft that somebody saved and did not check in."""
    published: str | None = None
    checked_in: str | None = None
    locked_by: Who | None = None
    locked_at: float | None = None
    locked_job: str = ""
    """The publish job that holds the lock, for its client."""
    operation: dict[str, Any] | None = None
    active: bool = True
    deleted: bool = False
    revision: int = 0
    """Specification mode: the integer version."""
    document: dict[str, Any] = Field(default_factory=dict)
    """Specification mode: the flow's own keys, `nodes` among them."""
    history: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Specification mode: version → document as it was."""

    def version(self, id_: str | None) -> Version | None:
        return next((version for version in self.versions if version.id == id_), None)


class Content(BaseModel):
    """What a version holds. Never changed once it is written."""

    yaml: str = ""
    """Architect YAML; empty where only a configuration is known."""
    configuration: dict[str, Any] | None = None
    unwritable: str = ""
    """Why there is no configuration."""
    is_pair: bool = False
    """True where the configuration was published beside the YAML, not written by the emulator."""


class JobFault(BaseModel):
    """How a job goes wrong, by a fault."""

    model_config = ConfigDict(extra="forbid")

    never_ends: bool = False
    """It stays `Started`, and so does its lock."""
    status: str = ""
    """An unknown one, shown instead of `Started`."""
    fail: list[str | dict[str, Any]] | None = None
    """It fails with these messages, texts or whole ones; with none where the list is empty."""
    keeps_lock: bool = False
    """At its end the lock stays."""
    publish: str = ""
    """It publishes this Architect YAML instead of what was uploaded."""
    corrupt: bool = False
    """It publishes what was uploaded with one small change."""
    nothing: bool = False
    """It ends with `Success` and publishes nothing."""


class Job(BaseModel):
    """A publish job."""

    id: str
    client: Who
    created: float
    headers: dict[str, str]
    key: str
    """Secret part of its upload address."""
    create_stubs: bool = False
    uploaded: float | None = None
    due: float | None = None
    body: str = ""
    encoding_error: bool = False
    status: Literal["Registered", "Started", "Success", "Failure"] = "Registered"
    flow: str = ""
    command: Literal["Publish"] = "Publish"
    messages: list[dict[str, Any]] = Field(default_factory=list)
    fault: JobFault | None = None
    target: str = ""
    """Id of the flow whose lock it took."""
    refused: bool = False
    """The flow was locked when the job began."""


class ExportJob(BaseModel):
    """An export job."""

    id: str
    client: Who
    created: float
    due: float
    flows: list[dict[str, Any]]
    status: Literal["Started", "Success", "Failure"] = "Started"
    key: str = ""
    file_name: str = ""
    messages: list[dict[str, Any]] = Field(default_factory=list)
    fault: JobFault | None = None


class Operation(BaseModel):
    """An asynchronous check-in or publication of a version."""

    id: str
    flow: str
    action: Literal["PUBLISH", "CHECKIN"]
    who: Who
    due: float
    version: str = ""


class Entity(BaseModel):
    """Something a flow can refer to: a queue, a prompt, a data action …"""

    id: str
    name: str
    extra: dict[str, Any] = Field(default_factory=dict)
    """Further keys of its JSON."""


class State(BaseModel):
    """All of it."""

    mode: Mode
    organization_id: str
    organization_name: str = "Emulated organisation"
    clients: dict[str, Client] = Field(default_factory=dict)
    flows: dict[str, FlowRecord] = Field(default_factory=dict)
    jobs: dict[str, Job] = Field(default_factory=dict)
    exports: dict[str, ExportJob] = Field(default_factory=dict)
    operations: list[Operation] = Field(default_factory=list)
    entities: dict[str, list[Entity]] = Field(default_factory=dict)
    """By kind: `queue`, `userPrompt` …"""
