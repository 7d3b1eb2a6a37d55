"""Every output of the action, and its value where there is nothing to say."""

from __future__ import annotations

from typing import NamedTuple


class Output(NamedTuple):
    """One output."""

    description: str
    empty: str
    """Its value where the run did not come that far."""


_DECLARED = {
    "valid": Output(
        "`true` where no flow that was checked has an error, otherwise `false`. Independent of `fail-on`.",
        "false",
    ),
    "error-count": Output("Number of errors.", "0"),
    "warning-count": Output("Number of warnings.", "0"),
    "changed-flows": Output(
        "Paths of the flow files that changed, relative to the workspace, as a JSON list. Where nobody can tell what "
        "changed: all flow files.",
        "[]",
    ),
    "report": Output(
        "Path of the JSON report, relative to the workspace. Empty where the run failed before there was one.",
        "",
    ),
    "sarif-file": Output(
        "Path of the SARIF file, relative to the workspace. Empty where the run failed before there was one.",
        "",
    ),
    "coverage": Output(
        "What the calls came through, as JSON: path of the flow → `{nodes, transitions}`, shares from 0 to 1.", "{}"
    ),
    "calls-passed": Output("Number of calls that did what they should.", "0"),
    "calls-failed": Output(
        "Number of calls that did not: an expectation was not met, or a caller was left stranded.", "0"
    ),
    "coverage-file": Output(
        "Path of the Cobertura XML, relative to the workspace. Empty where no call was simulated.",
        "",
    ),
    "plan": Output(
        "What a deployment would do, as a JSON list of `{path, id, name, version, verdict, stops, changes}`; what "
        "stops "
        "comes first. Lists are cut at 60 kB: then the last item says `cut`, and `left` how many are missing.",
        "[]",
    ),
    "plan-file": Output("Path of the whole plan as JSON, relative to the workspace. Empty where there is none.", ""),
    "deployed": Output(
        "What became of each flow, as a JSON list of `{path, id, name, from, to, result}`; `from` and `to` are "
        "versions.",
        "[]",
    ),
    "deployment-file": Output(
        "Path of the whole deployment as JSON, relative to the workspace. Empty where there was none.", ""
    ),
    "version": Output("The new version, where exactly one flow was saved; otherwise empty.", ""),
    "conflicts": Output(
        "Of a plan, the flows that stop for what somebody else did; of a deployment, those in which somebody else "
        "saved "
        "meanwhile: a JSON list of `{path, id, name, result, message}` and more.",
        "[]",
    ),
    "drifted": Output(
        "Flows that somebody else changed since their last deployment, as a JSON list of "
        "`{path, id, name, version, verdict, by, at, changes, nodes}`.",
        "[]",
    ),
    "webhooks": Output(
        "Deliveries of webhooks, as a JSON list with payload and result, without secrets.",
        "[]",
    ),
    "audit-log": Output(
        "Path of the audit log, relative to the workspace. Empty where nothing was to be saved.",
        "",
    ),
    "audit-head": Output(
        "Number of lines in the audit log's chain and the hash of its last one; the next run's input `audit-head`.", ""
    ),
    "metrics": Output("Times, attempts, conflicts and waits of the saves, as JSON.", "{}"),
}

OUTPUTS: dict[str, str] = {name: output.description for name, output in _DECLARED.items()}
EMPTY: dict[str, str] = {name: output.empty for name, output in _DECLARED.items()}
"""The value of each output where the run did not come that far."""
