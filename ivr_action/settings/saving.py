"""Inputs that say how flows are saved, and what a deployment may do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

from ivr_action.settings.kinds import Duration, Jobs, Path, Switch, word


class SavingInputs(BaseModel):
    """Guards of a plan and a deployment; each is explained in docs/deploy.md."""

    on_conflict: Annotated[Literal["merge", "fail", "ours"], BeforeValidator(word)] = Field(
        default="merge",
        description=(
            "Node graphs that somebody else changed too. `merge`: both changes, where they do not touch the same "
            "field. `fail`: nothing is sent. `ours`: where both changed the same field, the file's value counts, and "
            "where the two do not go together the file replaces the live flow; what is lost is told. Architect flows "
            "are never merged: there a foreign change always stops the deployment."
        ),
    )
    on_draft: Annotated[Literal["stop", "publish-over"], BeforeValidator(word)] = Field(
        default="stop",
        description=(
            "A flow of which somebody has saved a newer draft. `stop`: nothing is sent. `publish-over`: the file is "
            "published all the same, and the draft stays in the version history only."
        ),
    )
    on_failure: Annotated[Literal["stop", "continue", "restore"], BeforeValidator(word)] = Field(
        default="stop",
        description=(
            "What becomes of the others where one flow cannot be deployed. `stop`: those that were not reached stay "
            "as they are. `continue`: they are deployed, but for those that need the failed one. `restore`: stop, and"
            " publish again what was live before, of the flows that this run had deployed."
        ),
    )
    adopt: Annotated[Literal["stop", "git", "live"], BeforeValidator(word)] = Field(
        default="stop",
        description=(
            "A flow that is on the platform and was never deployed from here, and differs from the file. `stop`: "
            "nothing is sent, and the difference is shown. `git`: the file counts; meant for once, take it out again. "
            "`live`: this run leaves the flow as it is and remembers nothing. To start from what is live for good, "
            "write it into the file: `ivr-action pull`."
        ),
    )
    allow_create: Switch = Field(
        default="false",
        description=(
            "`true`: a flow that is not on the platform is created. Otherwise that is refused: most often the name "
            "has a typing error, or the OAuth client's role does not reach the flow's division."
        ),
    )
    allow_rename: Switch = Field(
        default="false",
        description=(
            "`true`: a flow whose name differs in the file is renamed on the platform, so that its id stays. "
            "Otherwise that is refused: a publish job finds flows by name and would make a second one."
        ),
    )
    allow_rollback: Switch = Field(
        default="false",
        description=(
            "`true`: deploy although the live version comes from a commit that is not among the ancestors of this "
            "one. Otherwise that is refused: an older file would replace a newer one."
        ),
    )
    force_unlock: Switch = Field(
        default="false",
        description=(
            "`true`: take the lock from whoever has a flow open. The platform then checks in what they had not saved;"
            " it counts as their draft."
        ),
    )
    lock_wait: Duration = Field(
        default="0",
        description=(
            "How long to wait for a flow that somebody has open: minutes, or `90s`, `5m`, `1h`. 0: not at all."
        ),
        json_schema_extra={"metavar": "TIME"},
    )
    base_ref: str = Field(
        default="",
        description=(
            "Commit to merge from where the live version does not say which one it was deployed from (node graphs "
            "only), and the one that a plan without credentials compares with: a name that git knows in the checkout."
        ),
        json_schema_extra={"metavar": "COMMIT"},
    )
    jobs: Jobs = Field(
        default="1",
        description=(
            "Publish jobs at once, 1 or 2. Each spends the OAuth client's quota inside the platform as well, so more "
            "are faster only up to a point."
        ),
        json_schema_extra={"metavar": "N"},
    )
    dry_run: Switch = Field(
        default="false",
        description="`true`: a deployment does everything but the writes.",
    )
    expected_plan: Path = Field(
        default="",
        description=(
            "Path of the plan as JSON that somebody has seen before (the file of the output `plan-file`), relative to"
            " the workspace: the deployment says what is otherwise now. Empty: nothing is compared."
        ),
        json_schema_extra={"metavar": "FILE"},
    )
