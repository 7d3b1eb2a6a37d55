"""Inputs that say where results go: summary, comment, files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from ivr_action.settings.kinds import Path, Switch, word


class ResultInputs(BaseModel):
    """Summary, comment and files."""

    summary: Switch = Field(
        default="true",
        description="`true`: write the job summary.",
    )
    comment: Annotated[Literal["auto", "true", "false"], BeforeValidator(word)] = Field(
        default="auto",
        description=(
            "One comment on the pull request, kept up to date. `auto`: where the token may write, which it may not "
            "for a fork. `true`: the same, and it is said why there is none. `false`: none. It needs "
            "`permissions: pull-requests: write`; see docs/comment.md."
        ),
    )
    comment_key: str = Field(
        default="",
        description=(
            "Keeps the comments of several steps apart: steps with the same key share one. Empty: every step of "
            "every job has its own; the jobs of a matrix share one."
        ),
    )
    github_token: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "Token for the comment, and for asking GitHub what changed where the checkout lacks the history. "
            "Everything else works without one."
        ),
        json_schema_extra={"action_default": "${{ github.token }}"},
    )
    report_file: Path = Field(
        default=".ivr-action/report.json",
        description="Where to write the JSON report, relative to the workspace.",
    )
    sarif_file: Path = Field(
        default=".ivr-action/results.sarif",
        description="Where to write the SARIF file, relative to the workspace.",
    )
    coverage_file: Path = Field(
        default=".ivr-action/coverage.xml",
        description="Where to write the coverage as Cobertura XML, relative to the workspace.",
    )
    plan_file: Path = Field(
        default=".ivr-action/plan.json",
        description="Where to write the plan as JSON, relative to the workspace.",
    )
    deployment_file: Path = Field(
        default=".ivr-action/deployment.json",
        description="Where to write what became of a deployment as JSON, relative to the workspace.",
    )
