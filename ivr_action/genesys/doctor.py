"""What works and what is missing before anything is deployed: each step of the way is tried and told."""

from __future__ import annotations

import random as random_
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ivr_action.errors import IvrError
from ivr_action.genesys.client import Platform, connect
from ivr_action.genesys.clock import Clock
from ivr_action.genesys.errors import ForbiddenError, RefusedError
from ivr_action.genesys.redact import Redactor
from ivr_action.genesys.regions import DEFAULT_REGION, public_region
from ivr_action.genesys.settings import PlatformSettings
from ivr_action.genesys.transport import Timeouts

Status = Literal["ok", "warning", "failed", "skipped"]
Purpose = Literal["plan", "deploy"]
_NO_JOB = "00000000-0000-0000-0000-000000000000"
"""An id that no job has: the answer to it tells whether jobs may be read."""
_ONE = {"pageSize": 1, "pageNumber": 1}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    status: Status
    text: str
    hint: str = ""

    def __str__(self) -> str:
        mark = {"ok": "ok", "warning": "warning", "failed": "FAILED", "skipped": "skipped"}[self.status]
        lines = [f"{mark:<8} {self.name}: {self.text}", *(f"{'':<8} {line}" for line in self.hint.splitlines())]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Probe:
    permission: str
    path: str
    query: dict[str, Any]
    purpose: Purpose
    needed: bool
    """False: without it what a plan looks up stays unchecked."""


_PROBES = (
    _Probe("architect:flow:view", "/api/v2/flows", _ONE, "plan", True),
    _Probe("architect:dependencyTracking:view", "/api/v2/architect/dependencytracking/build", {}, "plan", True),
    _Probe("routing:queue:view", "/api/v2/routing/queues", _ONE, "plan", False),
    _Probe("architect:userPrompt:view", "/api/v2/architect/prompts", _ONE, "plan", False),
    _Probe("architect:systemPrompt:view", "/api/v2/architect/systemprompts", _ONE, "plan", False),
    _Probe("integrations:action:view", "/api/v2/integrations/actions", _ONE, "plan", False),
    _Probe("architect:datatable:view", "/api/v2/flows/datatables", _ONE, "plan", False),
    _Probe("routing:schedule:view", "/api/v2/architect/schedules", _ONE, "plan", False),
    _Probe("routing:scheduleGroup:view", "/api/v2/architect/schedulegroups", _ONE, "plan", False),
    _Probe("routing:emergencyGroup:view", "/api/v2/architect/emergencygroups", _ONE, "plan", False),
    _Probe("routing:callRoute:view", "/api/v2/architect/ivrs", _ONE, "plan", False),
    _Probe("routing:skill:view", "/api/v2/routing/skills", _ONE, "plan", False),
    _Probe("architect:job:view", f"/api/v2/flows/jobs/{_NO_JOB}", {}, "deploy", True),
    _Probe("architect:jobExport:view", f"/api/v2/flows/export/jobs/{_NO_JOB}", {}, "deploy", False),
)
UNSEEN = (
    "architect:flow:add",
    "architect:flow:edit",
    "architect:flow:publish",
    "architect:flow:unlock",
    "architect:job:create",
    "architect:jobExport:create",
)
"""Permissions that no reading call shows."""


def doctor(
    settings: PlatformSettings,
    *,
    purpose: Purpose = "deploy",
    organisation: str = "",
    clock: Clock | None = None,
    random: Callable[[], float] = random_.random,
    redact: Redactor | None = None,
    timeouts: Timeouts | None = None,
) -> list[Check]:
    """Tries credentials, login, organisation, permissions and pace; reads only, in about sixteen requests.

    Args:
        settings: addresses and credentials.
        purpose: what the credentials are for.
        organisation: id or name that the organisation must have; empty for any.
        clock: for waits.
        random: uniform in [0, 1), for jitter.
        redact: hides secrets in the texts.
        timeouts: of each request.

    Returns:
        One check a line, in the order in which they were made; the first failure of a step on which the others build
        skips these. Never raises for what the platform answers.
    """
    redact = redact or Redactor()
    checks: list[Check] = []
    try:
        checks.append(_credentials(settings))
        checks.append(_address(settings))
        with connect(settings, clock=clock, random=random, redact=redact, timeouts=timeouts) as platform:
            checks += _talk(platform, purpose, organisation)
    except IvrError as error:
        step = ("credentials", "region", "login")[min(len(checks), 2)]
        checks.append(Check(step, "failed", str(error), error.hint))
        checks.append(Check("the rest", "skipped", "it needs what failed above"))
    return [Check(check.name, check.status, redact(check.text), redact(check.hint)) for check in checks]


def _credentials(settings: PlatformSettings) -> Check:
    settings.check_credentials()
    if settings.access_token:
        more = "; `client-id` and `client-secret` are not used" if settings.client_secret else ""
        return Check("credentials", "ok", f"a ready access token, which is not renewed{more}")
    return Check("credentials", "ok", f"OAuth client `{settings.client_id}`")


def _address(settings: PlatformSettings) -> Check:
    region, given = public_region(settings.api_url), settings.region or DEFAULT_REGION
    if region is None:
        return Check("region", "warning", f"{settings.api_url} is no public region of Genesys Cloud")
    more = "" if settings.region else f" (nothing was given, so {given}, the default)"
    return Check("region", "ok", f"{region.name}, {settings.api_url}{more}")


def _talk(platform: Platform, purpose: Purpose, organisation: str) -> Iterator[Check]:
    """The checks that need a login; a generator, so that what was found before a failure is kept."""
    try:
        platform.log_in()
    except IvrError as error:
        yield Check("login", "failed", str(error), error.hint)
        yield Check("the rest", "skipped", "it needs a login")
        return
    yield Check("login", "ok", f"{platform.settings.login_url} gave a token")
    yield _organisation(platform, organisation)
    for probe in _PROBES:
        if purpose == "deploy" or probe.purpose == "plan":
            yield _permission(platform, probe)
    if purpose == "deploy":
        yield Check(
            "permissions to change",
            "skipped",
            f"{', '.join(UNSEEN)}: whether the client has them shows only when it changes something",
            "Compare the client's role with docs/permissions.md.",
        )
    yield _pace(platform)


def _organisation(platform: Platform, expected: str) -> Check:
    try:
        data = platform.call("GET", "/api/v2/tokens/me")
    except IvrError as error:
        return Check("organisation", "failed", str(error), error.hint)
    found = data.get("organization") if isinstance(data, dict) else None
    id_, name = (str(found.get(key) or "") for key in ("id", "name")) if isinstance(found, dict) else ("", "")
    if not id_:
        return Check("organisation", "warning", "the platform does not say which one the token belongs to")
    if expected and expected not in (id_, name):
        return Check(
            "organisation",
            "failed",
            f"the token belongs to `{name}` ({id_}), and `{expected}` is expected",
            "These are the credentials of another organisation: take the ones of this environment.",
        )
    return Check("organisation", "ok", f"`{name}` ({id_})")


def _permission(platform: Platform, probe: _Probe) -> Check:
    name = f"permission {probe.permission}"
    try:
        platform.call("GET", probe.path, query=probe.query)
    except ForbiddenError as error:
        named = f" (the platform names {', '.join(error.permissions)})" if error.permissions else ""
        if probe.needed:
            return Check(name, "failed", f"missing{named}", error.hint)
        return Check(name, "warning", f"missing{named}; what a plan looks up with it stays unchecked", error.hint)
    except RefusedError as error:
        # A job that does not exist, say: whoever may not look is refused before anybody looks (inferred).
        if error.status in (400, 404):
            return Check(name, "ok", "granted")
        return Check(name, "warning", f"unknown: {error}", error.hint)
    except IvrError as error:
        return Check(name, "warning", f"unknown: {error}", error.hint)
    return Check(name, "ok", "granted")


def _pace(platform: Platform) -> Check:
    quota, waited = platform.pace.quota, platform.pace.waited
    paused = f"; waited {waited:.0f} s" if waited else ""
    if quota is None:
        return Check("pace", "ok", f"the platform says nothing of a limit; 300 requests a minute are kept{paused}")
    text = f"{quota.allowed} requests a minute, {quota.left} left for {quota.reset:.0f} s{paused}"
    if quota.left < quota.allowed // 10:
        return Check(
            "pace", "warning", text, "Something else uses this OAuth client: give deployments one of their own."
        )
    return Check("pace", "ok", text)
