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
        "What a deployment would do, as JSON: `{against, environment, stops, counts, flows}`, where `counts` has the "
        "number of flows for each verdict and `flows` a list of `{path, name, verdict}`. Empty where there is no plan. "
        "The report has all of it.",
        "",
    ),
    "deployed": Output(
        "What became of each flow, as a JSON list of `{path, id, name, from, to, result}`; `from` and `to` are "
        "versions. Where it would be too large, the unchanged ones are left out first.",
        "[]",
    ),
    "version": Output(
        "The new version, where exactly one flow was saved; otherwise empty.",
        "",
    ),
    "conflicts": Output("How often somebody else was faster than a save.", "0"),
    "drifted": Output(
        "Flows that somebody else changed since their last deployment, as a JSON list of `{path, name, by, at}`.", "[]"
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
