"""A job's messages as problems that a person can act on: noise removed, the root cause first, nothing lost.

The platform runs Archy inside its jobs, and the messages are what Archy prints: the error, its surroundings, the same
error again one level up, and the end of the session. docs/platform.md says where the texts are known from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

_MOST = 100
"""Texts of one issue."""
_LONGEST = 300
"""Characters of one text."""
_NOISE = re.compile(
    r"^(?:setting the Archy exit code|ending the Session|session startup initialization|ArchSession\."
    r"|An error occurred|Error\(s\) encountered|- Architect Scripting errors|exit code:"
    r"|Error during program \w+ execution:?\s*$)",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\s*(?:-+\s*)?(?:ERROR|WARNING)!\s*", re.IGNORECASE)
_TAIL = re.compile(r"\s+--\s+\[[^\[\]]*\]\s*$")
_ISSUE = re.compile(r"\[Type:\s*'ArchValidationIssue'(?P<counts>.*?)ArchObject:\[(?P<object>.*?Type:\s*'\w*')\]+")
_OWN_COUNT = re.compile(r"(?<!Rollup)(Error|Warning)Count:\s*([1-9]\d*)")
_OBJECT = re.compile(r"(?:TrackingID:\s*(?P<number>\d+),\s*)?(?:Name:\s*'(?P<name>.*)',\s*)?Type:\s*'(?P<type>\w*)'$")
_REF_PATH = re.compile(r"ref path:\s*(\S.*)$", re.IGNORECASE)
_MISSING = re.compile(r"find '([^']+)' by value of '(.*)' - no matches", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"find '([^']+)' by value of '(.*?)' - .*unable to disambiguate", re.IGNORECASE)
_SEVERAL = re.compile(r"unable to disambiguate network results", re.IGNORECASE)
_LOCKED = re.compile(r"is locked by another entity|--forceUnlock", re.IGNORECASE)
_LOCKED_FLOW = re.compile(r"name:\s*'(.*?)',\s*type:", re.IGNORECASE)
_PERMISSION = re.compile(r"the '([A-Za-z]\w*:\w+:\w+)' permission is required", re.IGNORECASE)
_NO_FLOW = re.compile(r"could not find the flow with id '?([^'\s]*)'?", re.IGNORECASE)
_LIMIT = re.compile(r"\b429\b|too\.many\.requests|rate limit", re.IGNORECASE)
_EXIT = re.compile(r"(?:Archy exit code to|exit code:)\s*(\d+)", re.IGNORECASE)
_NOT_FOUND_EXIT = "107"
_FIRST = {"throttled": 0, "permission": 1, "locked": 2}
"""What explains all the rest, before what does not."""
_TO_WAIT = (
    "Run it again in a few minutes. Jobs spend the request limit of the OAuth client that started them: deploy one "
    "flow at a time (`jobs: 1`), and give deployments a client of their own."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the platform had against a flow."""

    text: str
    """In one line; the platform's own words where they are not known to mean something else."""
    node: str = ""
    """Name of the action, menu, task or flow that it is about, as the file has it; empty where none is named."""
    ref_path: str = ""
    """Where that stands, as the platform writes it: `/inboundEmail/states/state[…]/actions/callData[…]`."""
    kind: str = "other"
    """`throttled`, `permission`, `locked`, `missing` or `ambiguous` (a reference), `validation`, `warning`, `other`."""
    node_type: str = ""
    """Architect's word in YAML for what `node` is: `callData`."""
    tracking_id: str = ""
    """Its number in the flow that the platform made of the file; a `refId` may end in it."""
    entity: str = ""
    """`missing`, `ambiguous`: what kind of thing was looked for, in the platform's word: `queue`."""
    name: str = ""
    """`missing`, `ambiguous`: its name. `permission`: the permission."""
    hint: str = ""
    """What to do about it; empty where that depends."""


def explain(messages: Iterable[Mapping[str, Any] | str]) -> list[Problem]:
    """What a job's messages mean, the root cause first.

    Args:
        messages: as `GET /api/v2/flows/jobs/{id}?expand=messages` gives them, or their texts. Of `details` only status
            and code of the refused request are read: the bodies in it are not redacted.

    Returns:
        Empty where there are no messages. Texts that nobody knows are passed on, shortened to one line; where all is
        noise, the noise is.
    """
    parser = _Parser()
    raw: list[str] = []
    for message in messages:
        text = message if isinstance(message, str) else str(message.get("text") or "")
        is_warning = not isinstance(message, str) and str(message.get("type")).lower() == "warning"
        raw.append(text)
        parser.take(text, is_warning, set() if isinstance(message, str) else set(_codes(message.get("details"))))
    found = parser.problems()
    if not found:
        lines = dict.fromkeys(_one_line(text) for text in raw)
        found = [Problem(line) for line in lines if line]
    return sorted(found, key=lambda problem: (problem.kind == "warning", _FIRST.get(problem.kind, 9)))


def texts(problems: Sequence[Problem]) -> list[str]:
    """Each problem in one line, with the place that it names."""
    lines = []
    for problem in problems:
        where = " ".join(part for part in (problem.node_type, f"`{problem.node}`" if problem.node else "") if part)
        lines.append(f"{where}: {problem.text}" if where else problem.text)
    return lines


@dataclass
class _Parser:
    """Goes through the lines in order; an issue's line is followed by its text and its place."""

    found: list[Problem] = field(default_factory=list)
    issue: Problem | None = None
    """The issue whose texts come now."""
    left: int = 0
    """Texts of the issue that are still to come."""
    is_open: bool = False
    """True while the issue has no text."""
    in_rollup: bool = False
    lost_flow: str | None = None
    exit_code: str = ""
    is_limited: bool = False

    def take(self, text: str, is_warning: bool, codes: set[str]) -> None:
        self.is_limited = self.is_limited or "429" in codes
        for line in text.splitlines():
            self._line(_TAIL.sub("", _LEAD.sub("", line)).strip(), is_warning, codes)

    def problems(self) -> list[Problem]:
        self._close()
        found = list(dict.fromkeys(self.found))
        if self.is_limited or (self.lost_flow is not None and self.exit_code in ("", _NOT_FOUND_EXIT)):
            found = [problem for problem in found if not _NO_FLOW.search(problem.text)]
            found.append(_throttled(self.lost_flow, self.exit_code, self.is_limited))
        return found

    def _line(self, line: str, is_warning: bool, codes: set[str]) -> None:
        code = _EXIT.search(line)
        if code:
            self.exit_code = code[1]
        lost = _NO_FLOW.search(line)
        if lost:
            self.lost_flow = lost[1]
        if _LIMIT.search(line):
            self.is_limited = True
        issue = _ISSUE.search(line)
        if issue:
            self._open(issue, is_warning)
            line = line[issue.end() :].strip()
        place = _REF_PATH.search(line)
        if place:
            self._place(place[1].strip(), line[: place.start()].strip(" .-,;") and line, is_warning)
            return
        if not line or _NOISE.match(line):
            return
        problem = _known(line, codes)
        if self.in_rollup:
            said = problem.text if problem is not None else _one_line(line)
            if any(said in known.text for known in self.found):
                return
            self.in_rollup = False
        if self.issue is not None and self.left:
            self._says(problem, line)
        else:
            if problem is None:
                problem = Problem(_one_line(line), kind="warning" if is_warning else "other")
            self.found.append(problem)
            self.issue = None

    def _open(self, issue: re.Match[str], is_warning: bool) -> None:
        self._close()
        own = _OWN_COUNT.search(issue["counts"])
        self.in_rollup = own is None
        if own is None:  # the same error again, one level up
            return
        about = _OBJECT.search(issue["object"])
        kind = "warning" if is_warning or own[1] == "Warning" else "validation"
        self.left = min(int(own[2]), _MOST)
        self.issue = Problem("", kind=kind)
        if about:
            self.issue = replace(
                self.issue,
                node=about["name"] or "",
                node_type=_yaml_type(about["type"]),
                tracking_id=about["number"] or "",
            )
        self.is_open = True

    def _says(self, problem: Problem | None, line: str) -> None:
        if self.issue is None:
            return
        about = self.issue
        said = problem or replace(about, text=_one_line(line))
        where = {"node": about.node, "node_type": about.node_type, "tracking_id": about.tracking_id}
        self.found.append(replace(said, ref_path=about.ref_path, **where))
        self.issue = replace(about, ref_path="")
        self.left, self.is_open = self.left - 1, False

    def _place(self, ref_path: str, line: str, is_warning: bool) -> None:
        if self.issue is None:
            if self.in_rollup:
                return
            if self.found and not self.found[-1].ref_path and not line:
                self.found[-1] = replace(self.found[-1], ref_path=ref_path)
            else:
                text = _one_line(line or f"Something is wrong at {ref_path}.")
                self.found.append(Problem(text, ref_path=ref_path, kind="warning" if is_warning else "other"))
            return
        if self.is_open:
            self.issue = replace(self.issue, ref_path=ref_path)
            if line:
                self._says(None, line)
        elif self.found and not self.found[-1].ref_path:
            self.found[-1] = replace(self.found[-1], ref_path=ref_path)

    def _close(self) -> None:
        """An issue that nothing was said about is still one."""
        if self.issue is not None and self.is_open:
            about = (
                f"What it refers to is not there: {self.issue.ref_path}" if self.issue.ref_path else "It is not valid."
            )
            self.found.append(replace(self.issue, text=_one_line(about)))
        self.issue, self.left, self.is_open = None, 0, False


def _known(line: str, codes: set[str]) -> Problem | None:
    """The problem behind a text that is known."""
    locked = _LOCKED.search(line)
    if locked:
        flow = _LOCKED_FLOW.search(line)
        return Problem(
            f"{f'Flow `{flow[1]}`' if flow else 'The flow'} is open for editing by somebody else.",
            kind="locked",
            hint="Ask them to check it in, or use `force-unlock`, which checks their draft in as a version.",
        )
    permission = _PERMISSION.search(line)
    if permission:
        return _permission(permission[1])
    ambiguous = _AMBIGUOUS.search(line)
    if ambiguous or _SEVERAL.search(line):
        entity, name = (ambiguous[1], ambiguous[2]) if ambiguous else ("", "")
        text = f"There are several of the kind {entity} named `{name}`." if ambiguous else _one_line(line)
        return Problem(text, kind="ambiguous", entity=entity, name=name, hint="Rename all of them but one.")
    missing = _MISSING.search(line)
    if missing:
        if "403" in codes:
            return Problem(
                f"{missing[1]} `{missing[2]}` cannot be looked up: the OAuth client lacks the permission.",
                kind="permission", entity=missing[1], name=missing[2],
                hint="docs/permissions.md lists what is needed for each kind of thing that a flow names.",
            )  # fmt: skip
        return Problem(
            f"There is no {missing[1]} named `{missing[2]}`.",
            kind="missing", entity=missing[1], name=missing[2],
            hint="Look for a typing error (letter case counts), and whether the client's role reaches its division.",
        )  # fmt: skip
    return None


def _permission(name: str) -> Problem:
    return Problem(
        f"Missing permission: `{name}`.",
        kind="permission",
        name=name,
        hint="Add it to a role of the OAuth client, in the division of the flow; it takes up to five minutes to count.",
    )


def _throttled(flow: str | None, exit_code: str, is_certain: bool) -> Problem:
    said = f"could not find the flow with id '{flow}'" if flow is not None else "too many requests"
    code = f" (exit code {exit_code})" if exit_code else ""
    because = "the request limit (429) was used up" if is_certain else "most often the request limit (429) was used up"
    return Problem(f"The platform says “{said}”{code}: {because} inside of the job.", kind="throttled", hint=_TO_WAIT)


def _codes(details: Any) -> Iterator[str]:
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, Mapping):
            yield str(detail.get("statusCode"))


def _yaml_type(name: str) -> str:
    """`ArchActionCallData` → `callData`; `ArchTask` → `task`."""
    bare = re.sub(r"^Arch(?:Action)?", "", name)
    return bare[:1].lower() + bare[1:]


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
