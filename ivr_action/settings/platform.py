"""Inputs that say what the step does on the platform, where, and as whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from ivr_action.settings.kinds import Duration, Switch, word


class PlatformInputs(BaseModel):
    """Command, environment and credentials."""

    command: Annotated[Literal["auto", "validate", "plan", "deploy", "drift", "restore"], BeforeValidator(word)] = (
        Field(
            default="auto",
            description=(
                "What the step does. `validate`: check only; no network. `plan`: check, and say what a deployment "
                "would do. `deploy`: check, plan and save. `drift`: say what others changed on the platform since the"
                " last deployment. `restore`: publish an earlier version again. `auto`: by the event: validate and "
                "plan, and deploy for a tag that the environment's `deploy-tags` match; docs/deploy.md has the table."
                " `deploy` and `restore` are refused on pull requests."
            ),
        )
    )
    environment: str = Field(
        default="",
        description=(
            "Name of one of the `environments` in the configuration file: region, organisation, substitutions and "
            "flow ids come from there. `deploy`, `drift` and `restore` need one, unless there is only one, or the tag"
            " tells which; see docs/deploy.md."
        ),
        json_schema_extra={"metavar": "NAME"},
    )
    client_id: str = Field(
        default="",
        description=(
            "Id of an OAuth client of type Client Credentials. `GENESYSCLOUD_OAUTHCLIENT_ID` counts too, where it is "
            "empty; docs/permissions.md has the roles for a plan and for a deployment."
        ),
    )
    client_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Its secret; hidden in the log. `GENESYSCLOUD_OAUTHCLIENT_SECRET` counts too, where it is empty.",
    )
    access_token: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "A token instead of the client and its secret, such as a short-lived one from a vault; hidden in the log."
            " Nobody renews it. `GENESYSCLOUD_ACCESS_TOKEN` counts too, where it is empty."
        ),
    )
    region: str = Field(
        default="",
        description=(
            "Region of the organisation: AWS's name (`eu-west-1`) or Genesys' domain (`mypurecloud.ie`). Empty: the "
            "environment's, else `GENESYSCLOUD_REGION`, else us-east-1."
        ),
        json_schema_extra={"metavar": "REGION"},
    )
    api_url: str = Field(
        default="",
        description=(
            "Address of the API instead of the region's, such as the emulator's; https, but for this machine itself."
        ),
        json_schema_extra={"metavar": "URL"},
    )
    login_url: str = Field(
        default="",
        description="Address of the login instead of the region's. Empty: `api-url` with `login.` for `api.`.",
        json_schema_extra={"metavar": "URL"},
    )
    timeout: Duration = Field(
        default="60",
        description=(
            "How long all that is asked of the platform may take: minutes, or `90s`, `5m`, `1h`. A wait that does not"
            " fit into the rest of it is not begun. Let it be less than the job's `timeout-minutes`."
        ),
        json_schema_extra={"metavar": "TIME"},
    )


class RestoreInputs(BaseModel):
    """What `restore` publishes again."""

    restore_flow: str = Field(
        default="",
        description="With `command: restore`: path of the flow's file, or the flow's id on the platform.",
    )
    restore_version: str = Field(
        default="",
        description="With `command: restore`: the version to publish again, such as `14.0`.",
    )
    over_others: Switch = Field(
        default="false",
        description=(
            "With `command: restore`: `true` also takes a version off the line that somebody else published after "
            "ours. It stays in the version history."
        ),
    )
    by_number: Switch = Field(
        default="false",
        description=(
            "With `command: restore`: `true` makes the old version itself the published one, by its number, instead "
            "of publishing a copy of it. The next deployment takes that for somebody else's rollback."
        ),
    )


class DriftInputs(BaseModel):
    """What drift does to the step."""

    fail_on_drift: Switch = Field(
        default="false",
        description=(
            "With `command: drift`: `true` fails the step (exit status 1) where somebody else changed a flow since "
            "its last deployment. What cannot be looked at fails it in any case."
        ),
    )
