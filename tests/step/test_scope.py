"""Which flows are checked: the changed ones, their callers, and all of them wherever somebody could be missed."""

from __future__ import annotations

import json

import pytest

from ivr_action.check.flows import CALLER, MODULE
from ivr_action.check.rule import files_of
from ivr_action.files import Found, SourceFile
from ivr_action.flow.read import read_flow
from ivr_action.runner.before import BeforeError
from ivr_action.runner.changed import Changes
from ivr_action.scope import Scope, scope_of
from tests.samples import menu_flow

[(_, CALLER_TEXT)] = files_of(CALLER)
[(_, MODULE_TEXT)] = files_of(MODULE)
MAIN, FIND, OTHER = "flows/main.yaml", "flows/find.yaml", "flows/other.yaml"
FILES = {MAIN: CALLER_TEXT, FIND: MODULE_TEXT, OTHER: menu_flow("Other")}
SINCE = "0123456789abcdef"


def scope(
    changes: Changes,
    files: dict[str, str] = FILES,
    before: dict[str, str] | None = None,
    *,
    changed_only: str = "auto",
    values_file: str = "",
    rules_changed: tuple[str, ...] = (),
) -> Scope:
    def read_before(path: str) -> bytes | None:
        if before is None:
            raise BeforeError("nobody has it")
        return before[path].encode() if path in before else None

    found = Found(tuple(SourceFile(path, text.encode(), path) for path, text in sorted(files.items())))
    return scope_of(
        found, changes, changed_only,
        read=read_flow, read_before=read_before, values_file=values_file, rules_changed=rules_changed,
    )  # fmt: skip


def changes(*paths: str, **more: object) -> Changes:
    return Changes(known=True, since=SINCE, paths=frozenset(paths), **more)  # type: ignore[arg-type]


def paths(readings: object) -> list[str]:
    return [reading.document.path for reading in readings]  # type: ignore[attr-defined]


def test_a_changed_flow_that_nobody_calls_is_checked_alone() -> None:
    found = scope(changes(OTHER), before={OTHER: menu_flow("Other")})
    assert paths(found.readings) == [OTHER]
    assert paths(found.others) == [FIND, MAIN]
    assert found.words == "Checked 1 of 3 flow files: those that changed since 0123456789."
    assert found.notices == ()


def test_a_changed_module_brings_its_callers() -> None:
    found = scope(changes(FIND), before={})
    assert paths(found.readings) == [FIND, MAIN]
    assert found.changed == (FIND,)
    assert found.words.endswith("those that changed since 0123456789, and 1 flow that calls them.")
    assert found.notices == (
        "Checked too, since a flow that they call changed: `flows/main.yaml` (calls `Find customer`).",
    )


def test_a_changed_caller_does_not_bring_what_it_calls() -> None:
    assert paths(scope(changes(MAIN), before={}).readings) == [MAIN]


def test_the_callers_of_callers_are_not_checked() -> None:
    calls_main = menu_flow("Front").replace(
        "menuDisconnect:\n              name: Disconnect",
        "menuTransferToFlow:\n              name: Main\n              targetFlow:\n                name: Main",
    )
    assert "targetFlow" in calls_main
    files = {**FILES, "flows/front.yaml": calls_main}
    assert paths(scope(changes(FIND), files, {}).readings) == [FIND, MAIN]
    assert paths(scope(changes(MAIN), files, {}).readings) == ["flows/front.yaml", MAIN]


def test_many_callers_are_counted_and_five_are_named() -> None:
    files = {FIND: MODULE_TEXT, **{f"flows/m{number}.yaml": CALLER_TEXT for number in range(8)}}
    found = scope(changes(FIND), files, {})
    assert len(found.readings) == 9
    assert found.notices[0].count("calls") == 5
    assert found.notices[0].endswith("and 3 more.")


@pytest.mark.parametrize(
    ("name", "brought"), [("{{who}} customer", True), ("{{a}}{{b}}", True), ("{{who}} order", False)]
)
def test_a_call_by_a_template_counts_where_it_may_mean_the_changed_flow(name: str, brought: bool) -> None:
    files = {**FILES, MAIN: CALLER_TEXT.replace("Find customer:", f"{json.dumps(name)}:")}
    assert (MAIN in paths(scope(changes(FIND), files, {}).readings)) is brought


def test_a_deleted_module_brings_its_callers_though_no_flow_file_changed() -> None:
    files = {MAIN: CALLER_TEXT, OTHER: menu_flow("Other")}
    found = scope(changes(deleted=(FIND,)), files, {FIND: MODULE_TEXT})
    assert paths(found.readings) == [MAIN]
    assert paths(found.before) == [FIND]


def test_a_module_that_loses_its_name_brings_the_callers_of_the_old_one() -> None:
    files = {**FILES, FIND: MODULE_TEXT.replace("name: Find customer", "name: Find client")}
    assert paths(scope(changes(FIND), files, {FIND: MODULE_TEXT}).readings) == [FIND, MAIN]


def test_a_renamed_file_is_looked_at_under_its_old_name() -> None:
    files = {MAIN: CALLER_TEXT, "flows/new.yaml": MODULE_TEXT}
    found = scope(changes("flows/new.yaml", renamed=((FIND, "flows/new.yaml"),)), files, {FIND: MODULE_TEXT})
    assert paths(found.before) == [FIND]
    assert paths(found.readings) == [MAIN, "flows/new.yaml"]


def test_where_the_files_before_cannot_be_read_that_is_said() -> None:
    found = scope(changes(deleted=("flows/gone.yaml", "README.md")))
    assert found.before == []
    assert found.notices == (
        "Whether a deleted or renamed flow is still called was not checked for all of them: nobody has it.",
    )


def test_what_is_no_flow_is_not_looked_at() -> None:
    assert scope(changes("README.md", deleted=("docs/a.png",))).notices == ()


def test_nothing_changed_is_said_and_nothing_checked() -> None:
    found = scope(changes("README.md"), before={})
    assert (found.readings, found.changed) == ((), ())
    assert found.words == "No flow file changed since 0123456789; there are 3 flow files."


def test_the_summary_says_that_the_api_told() -> None:
    told = "GitHub's API, since the checkout does not hold the commit before"
    found = scope(changes(OTHER, source=told), before={})
    assert found.notices == (f"What changed was told by {told}.",)


def test_not_known_means_all_and_says_why() -> None:
    found = scope(Changes(known=False, reason="the reason"))
    assert len(found.readings) == 3
    assert "the reason" in found.notices[0]
    expected = scope(Changes(known=False, reason="a tag names no earlier commit", expected=True))
    assert expected.words == "Checked all 3 flow files: a tag names no earlier commit."
    assert expected.notices == ()


def test_changed_only_false_means_all_and_still_knows_what_changed() -> None:
    found = scope(changes(FIND), before={FIND: MODULE_TEXT}, changed_only="false")
    assert len(found.readings) == 3
    assert found.changed == (FIND,)
    assert paths(found.before) == [FIND]


def test_changed_values_or_rules_change_every_flow() -> None:
    assert len(scope(changes("values.yaml"), before={}, values_file="./values.yaml").readings) == 3
    found = scope(changes(OTHER), before={}, rules_changed=("the rules changed",))
    assert len(found.readings) == 3
    assert found.notices == ("the rules changed",)
