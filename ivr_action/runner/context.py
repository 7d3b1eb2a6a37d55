"""What the runner says about this run: the event, the commit, where things are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Context:
    """The run as the environment and the event's payload describe it; every part may be missing."""

    event: str = ""
    """`pull_request`, `push`, `merge_group` …"""
    payload: Mapping[str, Any] = field(default_factory=dict)
    workspace: str = "."
    sha: str = ""
    """The commit that is checked out: on a pull request the merge commit."""
    ref: str = ""
    repository: str = ""
    """`owner/name`."""
    server_url: str = "https://github.com"
    api_url: str = "https://api.github.com"
    step: str = ""
    """Workflow, job and step: the same in every run, and another for every other step."""
    run_attempt: str = ""
    run_id: str = ""
    actor: str = ""
    """Whose event it is; of a run that somebody started again, who did so."""
    action_repository: str = ""
    """`owner/name` of the action itself; empty where a workflow uses it from its own files."""
    action_ref: str = ""
    debug: bool = False
    """True where step debug logging is on."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Context:
        """Reads the runner's variables and the payload; an unreadable payload is an empty one."""
        return cls(
            event=environ.get("GITHUB_EVENT_NAME", ""),
            payload=_payload(environ.get("GITHUB_EVENT_PATH", "")),
            workspace=environ.get("GITHUB_WORKSPACE") or ".",
            sha=environ.get("GITHUB_SHA", ""),
            ref=environ.get("GITHUB_REF", ""),
            repository=environ.get("GITHUB_REPOSITORY", ""),
            server_url=(environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/"),
            api_url=(environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
            step="/".join(environ.get(f"GITHUB_{part}", "") for part in ("WORKFLOW", "JOB", "ACTION")),
            run_attempt=environ.get("GITHUB_RUN_ATTEMPT", ""),
            run_id=environ.get("GITHUB_RUN_ID", ""),
            actor=environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR", ""),
            action_repository=environ.get("GITHUB_ACTION_REPOSITORY", ""),
            action_ref=environ.get("GITHUB_ACTION_REF", ""),
            debug=environ.get("RUNNER_DEBUG") == "1",
        )

    @property
    def blob_url(self) -> str:
        """Start of the address of a file at this commit, with a slash at its end; empty where unknown."""
        return f"{self.repository_url}/blob/{self.sha}/" if self.repository and self.sha else ""

    @property
    def repository_url(self) -> str:
        """Address of the repository; empty where unknown."""
        return f"{self.server_url}/{self.repository}" if self.repository else ""

    @property
    def rules_url(self) -> str:
        """Start of the address of a rule's page, before its id; empty where unknown."""
        if not self.action_repository or not self.action_ref:
            return ""
        return f"{self.server_url}/{self.action_repository}/blob/{self.action_ref}/docs/rules/"

    @property
    def run_url(self) -> str:
        """Address of this run; empty where unknown."""
        return f"{self.repository_url}/actions/runs/{self.run_id}" if self.repository and self.run_id else ""

    @property
    def pull_request(self) -> int:
        """Number of the pull request that the event is about; 0 where it is about none."""
        found = self.payload.get("pull_request")
        number = found.get("number") if isinstance(found, Mapping) else None
        return number if isinstance(number, int) else 0

    @property
    def from_fork(self) -> bool:
        """True where the pull request comes from another repository, or from one that is gone."""
        head = self.text("pull_request", "head", "repo", "full_name")
        return bool(self.pull_request) and head != self.text("pull_request", "base", "repo", "full_name")

    def text(self, *keys: str) -> str:
        """A text of the payload by its keys, such as `("merge_group", "base_sha")`; empty where absent."""
        value: Any = self.payload
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) else ""


def _payload(path: str) -> Mapping[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            payload = json.load(file)
    except (OSError, ValueError):
        return {}
    return payload if isinstance(payload, dict) else {}
