"""Inputs that say who is told of a deployment, and what is written down of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from ivr_action.settings.kinds import Path, SecretLines, Switch, word


class TellingInputs(BaseModel):
    """Webhooks and the audit log."""

    webhook_urls: SecretLines = Field(
        default=(),
        description=(
            "Addresses that are told of each flow that a deployment or a restore took on, whether it worked or not: "
            "one per line or separated by blanks; hidden in the log. Only https; see docs/webhooks.md."
        ),
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "Signs what is sent, by Standard Webhooks: `whsec_` and base64, or any text; hidden in the log. Empty: "
            "unsigned."
        ),
    )
    webhook_format: Annotated[Literal["plain", "cloudevents"], BeforeValidator(word)] = Field(
        default="plain",
        description="`plain`: `flow_id`, `version` and `status` at the top level. `cloudevents`: CloudEvents 1.0.",
    )
    webhook_failure: Annotated[Literal["warn", "error"], BeforeValidator(word)] = Field(
        default="warn",
        description=(
            "A webhook that nobody took. `warn`: a warning. `error`: the step fails (exit status 1). It never undoes "
            "a deployment."
        ),
    )
    webhook_allow_private: Switch = Field(
        default="false",
        description=(
            "`true`: addresses of private networks and of this machine are called too, and plain http on this machine. "
            "Without it they are refused, also where a public name leads there."
        ),
    )
    audit_log: Path = Field(
        default=".ivr-action/audit.jsonl",
        description=(
            "Where to write the audit log, relative to the workspace; lines are added to what is there. See "
            "docs/audit.md."
        ),
        json_schema_extra={"metavar": "FILE"},
    )
    audit_head: str = Field(
        default="",
        description=(
            "The output `audit-head` of the run before: the first line of this run's log is chained to it. Empty: a "
            "new chain begins, or the one in the file goes on."
        ),
        json_schema_extra={"metavar": "HEAD"},
    )
