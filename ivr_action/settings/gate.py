"""Inputs that say what is checked, which calls are made, and what fails."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from ivr_action.settings.kinds import Choices, Limits, Lines, Path, Seconds, Switch, word


class GateInputs(BaseModel):
    """Files, rules and calls."""

    flows: Lines = Field(
        default=(),
        description=(
            "Flow files to check: paths, folders or globs (`*`, `**`, `?`, `[…]`), one per line or "
            "separated by commas; a leading `!` takes files out again. Every match is read, and a "
            "match that is no flow is a finding. Empty: every file in the workspace that looks like a"
            " flow."
        ),
    )
    changed_only: Annotated[Literal["auto", "true", "false"], BeforeValidator(word)] = Field(
        default="auto",
        description=(
            "Which of them to check. `auto`: on `pull_request`, `push` and `merge_group` those that "
            "the event changed, otherwise all. `true`: always those that changed; where the event "
            "names no earlier commit, since the checked-out commit's first parent. `false`: all. Flows that "
            "call a changed one are checked too. When neither Git nor GitHub can tell what changed, all are "
            "checked and the summary says why; see docs/changed-files.md."
        ),
    )
    substitutions: str = Field(
        default="",
        description=(
            "Values for `{{key}}` in flow files: the path of a YAML or JSON file with one map of key "
            "to value, or such a map itself."
        ),
        json_schema_extra={"cli": True, "metavar": "FILE|MAP"},
    )
    cycles: Annotated[Literal["forbid", "caller-input", "allow"], BeforeValidator(word)] = Field(
        default="forbid",
        description=(
            "Cycles in node-graph flows. `forbid`: every cycle is an error. `caller-input`: only one "
            "that never waits for the caller is. `allow`: none is. Architect flows do not need it: "
            "there a cycle that never waits for the caller is always an error."
        ),
        json_schema_extra={"cli": True},
    )
    fail_on: Annotated[Literal["error", "warning", "note", "never"], BeforeValidator(word)] = Field(
        default="error",
        description=(
            "The lowest level of finding that fails the step (exit status 1). `never`: findings are "
            "reported and the step succeeds."
        ),
        json_schema_extra={"cli": True},
    )
    config: Path = Field(
        default=".ivr-action.yml",
        description=(
            "Path of the configuration file, relative to the workspace. The default need not exist. On a pull "
            "request, what it says about rules, files to leave out and the baseline counts as it is in the base "
            "commit; see docs/configuration.md."
        ),
        json_schema_extra={"cli": True, "metavar": "FILE"},
    )
    baseline: Path = Field(
        default=".ivr-action-baseline.json",
        description=(
            "Path of the baseline file, relative to the workspace: findings that are known and do not count. It "
            "need not exist. On a pull request it counts as it is in the base commit; see docs/baseline.md."
        ),
        json_schema_extra={"cli": True, "metavar": "FILE"},
    )
    scenarios: Lines = Field(
        default=(),
        description=(
            "Scenario files: paths, folders or globs, one per line or separated by commas. Their calls must go as "
            "they say; a failed expectation is an error. See docs/trace.md."
        ),
    )
    explore: Switch = Field(
        default="true",
        description=(
            "`true`: find calls that come through each flow that is checked, and tell which calls of the version "
            "before end differently now. `false`: run scenarios only."
        ),
    )
    min_coverage: Limits = Field(
        default="",
        description=(
            "The least share of each flow that its calls must come through, in percent: `80`, or "
            "`nodes: 80, transitions: 70`; less is an error. Where `scenarios` are given, only their calls count, "
            "else those that were explored. Empty: nothing is asked for."
        ),
    )
    max_choices: Choices = Field(
        default="",
        description=(
            "The most things that a caller may have to do (press keys, say something) before a person or an end of the "
            "call; where even the shortest call to one takes more, that is a warning. Empty or 0: no limit."
        ),
        json_schema_extra={"cli": True, "metavar": "N"},
    )
    max_seconds: Seconds = Field(
        default="",
        description=(
            "The most seconds of prompts that a caller may have to hear before a person or an end of the call, "
            "estimated from the flow's text (see docs/trace.md); more is a warning. Empty or 0: no limit."
        ),
        json_schema_extra={"cli": True, "metavar": "M"},
    )
    allow_empty: Switch = Field(
        default="false",
        description=(
            "`true`: succeed where no flow file is found at all, which is otherwise an error (exit status 2)."
        ),
    )
