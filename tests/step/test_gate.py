"""Who decides on a pull request: the base commit's configuration and baseline, never the change itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import unescape

import pytest

from ivr_action.check.baseline import Baseline, compare, render_baseline, renewed
from ivr_action.check.engine import check
from ivr_action.flow.read import read_flow
from tests.conftest import Ran, Repository, Step
from tests.samples import menu_flow

CONFIG, BASELINE = ".ivr-action.yml", ".ivr-action-baseline.json"
GOOD = menu_flow()
BROKEN = menu_flow("Broken line", start="gone")
OFF = "rules: {dangling-reference: off, no-start: off}\n"


def baseline_of(**flows: str) -> str:
    report = check([read_flow(f"{name}.yaml", text.encode()) for name, text in flows.items()])
    return render_baseline(Baseline("", renewed(compare(report, Baseline(), lambda _: True), grow=True)), "1")


def first_line(ran: Ran) -> str:
    """Of the summary, as a reader sees it."""
    return unescape(ran.summary.splitlines()[0])


class Review:
    """A pull request: the merge commit of a base and a change is checked out, as the runner does it."""

    def __init__(self, repository: Repository, step: Step) -> None:
        self.repository = repository
        self.step = step

    def run(
        self, base: Mapping[str, str], change: Mapping[str, str | None], event: str = "pull_request", **inputs: str
    ) -> Ran:
        self.merge(base, change)
        return self.check(event, **inputs)

    def merge(self, base: Mapping[str, str], change: Mapping[str, str | None]) -> None:
        git = self.repository.git
        self.base = self.repository.commit({"README.md": "flows\n", **base})
        git("checkout", "--quiet", "-b", "change")
        for path in [path for path, text in change.items() if text is None]:
            (self.repository.folder / path).unlink()
        self.head = self.repository.commit({path: text for path, text in change.items() if text is not None})
        git("checkout", "--quiet", "--detach", "main")
        git("merge", "--quiet", "--no-ff", "--no-edit", "change")

    def check(self, event: str = "pull_request", **inputs: str) -> Ran:
        merged = self.repository.git("rev-parse", "HEAD")
        self.step.environ |= {"GITHUB_SHA": merged, "GITHUB_REF": "refs/pull/1/merge"}
        payload = {
            "pull_request": {"number": 1, "base": {"sha": self.base}, "head": {"sha": self.head}},
            "merge_group": {"base_sha": self.base, "head_sha": merged},
        }
        return self.step.run_with({"today": lambda: date(2026, 6, 15)}, event, payload, **inputs)


@pytest.fixture
def review(repository: Repository, step: Step) -> Review:
    return Review(repository, step)


# -- configuration


@pytest.mark.parametrize("event", ["pull_request", "merge_group"])
def test_a_change_cannot_switch_off_the_rule_that_it_breaks(review: Review, event: str) -> None:
    ran = review.run({"a.yaml": GOOD}, {"a.yaml": BROKEN, CONFIG: OFF}, event)
    assert ran.status == 1
    first = ran.summary.splitlines()[0]
    assert first.startswith("⚠️ **This change touches the configuration")
    assert "rules" in first
    assert re.search(
        "^::notice title=The gate itself changes[^:]*::This change touches the configuration", ran.out, re.M
    )


@pytest.mark.parametrize("config", ["ignore: a.yaml\n", "fail-on: never\n", "flows: b.yaml\n"])
def test_nor_leave_its_files_out_nor_let_them_pass(review: Review, config: str) -> None:
    ran = review.run({"a.yaml": GOOD, "b.yaml": GOOD}, {"a.yaml": BROKEN, CONFIG: config})
    assert ran.status == 1
    assert ran.summary.startswith("⚠️ **This change touches the configuration")


def test_the_base_commits_configuration_counts(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD, CONFIG: OFF}, {"a.yaml": BROKEN})
    assert ran.status == 0, ran.out
    assert ran.summary.startswith("## ")


def test_a_rule_that_the_change_switches_on_again_counts_after_the_merge(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD, CONFIG: OFF}, {"a.yaml": BROKEN, CONFIG: None})
    assert ran.status == 0
    assert ran.summary.startswith("⚠️ **This change touches the configuration")


def test_a_comment_in_the_configuration_is_no_change_to_the_gate(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD, CONFIG: OFF}, {"a.yaml": BROKEN, CONFIG: f"# why\n{OFF}"})
    assert (ran.status, ran.summary[:3]) == (0, "## ")


def test_a_change_that_would_break_the_configuration_is_stopped(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD}, {CONFIG: "rules: {no-such-rule: off}\n"})
    assert ran.status == 2
    assert f"{CONFIG}:1:" in ran.out


def test_a_broken_configuration_can_be_mended_by_a_pull_request(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD, CONFIG: "rules: {no-such-rule: off}\n"}, {CONFIG: OFF, "a.yaml": BROKEN})
    assert ran.status == 1  # what it switches off counts all the same
    assert first_line(ran).startswith("⚠️ **The configuration of the base commit cannot be used: ")
    assert "no-such-rule" in first_line(ran)


def test_substitutions_come_with_the_change_that_needs_them(review: Review) -> None:
    base = {"a.yaml": menu_flow("{{one}}"), CONFIG: "substitutions: {one: Support}\n"}
    change = {"a.yaml": menu_flow("{{one}} {{two}}"), CONFIG: "substitutions: {one: Support, two: Line}\n"}
    assert review.run(base, change).status == 0


def test_without_the_base_commit_nothing_weakens_the_check(review: Review, repository: Repository, step: Step) -> None:
    review.merge(
        {"a.yaml": BROKEN, CONFIG: OFF + "ignore: a.yaml\n", BASELINE: baseline_of(a=BROKEN)}, {"b.yaml": GOOD}
    )
    shallow = repository.folder.parent / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow))
    step.workspace = shallow
    ran = review.check()
    assert ran.status == 1
    assert "dangling-reference" in ran.out
    first = first_line(ran)
    assert first.startswith("⚠️ **The configuration of the base commit cannot be used: ")
    assert "fetch" in first


def test_without_the_base_commit_and_without_files_nothing_is_said(
    review: Review, repository: Repository, step: Step
) -> None:
    review.merge({"a.yaml": GOOD}, {"b.yaml": GOOD.replace("Main line", "Other line")})
    shallow = repository.folder.parent / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow))
    step.workspace = shallow
    ran = review.check()
    assert (ran.status, ran.summary[:3]) == (0, "## ")


def test_inputs_come_before_the_configuration(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD, CONFIG: "fail-on: never\n"}, {"a.yaml": BROKEN}, fail_on="error")
    assert ran.status == 1
    assert review.check(fail_on="").status == 0


# -- baseline


def test_known_findings_do_not_fail_a_pull_request(review: Review) -> None:
    base = {"a.yaml": BROKEN, BASELINE: baseline_of(a=BROKEN)}
    ran = review.run(base, {"a.yaml": f"# a line more\n{BROKEN}"})
    assert ran.status == 0, ran.out
    assert ran.outputs["valid"] == "true"
    assert "in the baseline</summary>" in ran.summary
    assert "::error" not in ran.out


def test_a_change_cannot_put_its_own_mistake_into_the_baseline(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD}, {"a.yaml": BROKEN, BASELINE: baseline_of(a=BROKEN)})
    assert ran.status == 1
    first = ran.summary.splitlines()[0]
    assert first.startswith("⚠️ **This change touches the baseline")
    assert "more accepted" in first


def test_a_change_that_mends_and_shrinks_the_baseline_is_green(review: Review) -> None:
    base = {"a.yaml": BROKEN, BASELINE: baseline_of(a=BROKEN)}
    ran = review.run(base, {"a.yaml": GOOD, BASELINE: baseline_of(a=GOOD)})
    assert ran.status == 0
    assert "fewer accepted" in ran.summary.splitlines()[0]
    assert "no longer" not in ran.summary


def test_what_a_change_mends_without_shrinking_the_baseline_is_said(review: Review) -> None:
    ran = review.run({"a.yaml": BROKEN, BASELINE: baseline_of(a=BROKEN)}, {"a.yaml": GOOD})
    assert ran.status == 0
    assert "no longer" in ran.summary


def test_a_renamed_file_stays_known(review: Review) -> None:
    base = {"a.yaml": BROKEN, BASELINE: baseline_of(a=BROKEN)}
    assert review.run(base, {"a.yaml": None, "flows/b.yaml": BROKEN}).status == 0


def test_the_adoption_itself_is_green(review: Review) -> None:
    ran = review.run({"a.yaml": BROKEN}, {BASELINE: baseline_of(a=BROKEN), CONFIG: "fail-on: warning\n"})
    assert ran.status == 0  # no flow changed
    assert ran.summary.count("⚠️ **This change touches") == 2


# -- on a push


def test_after_the_merge_the_new_rules_are_held_against_every_flow(repository: Repository, step: Step) -> None:
    before = repository.commit({"a.yaml": BROKEN, "b.yaml": GOOD, BASELINE: baseline_of(a=BROKEN)})
    after = repository.commit({BASELINE: baseline_of()})
    ran = step.run("push", {"before": before, "after": after})
    assert ran.status == 1
    assert "changed, so every flow file was checked" in ran.summary
    assert ran.outputs["changed-flows"] == "[]"
    assert ran.summary.startswith("## ")


# -- suppressions


def suppressed(comment: str) -> str:
    return BROKEN.replace("  startUpRef", f"  {comment}\n  startUpRef")


def test_suppressions_that_a_change_adds_are_listed(review: Review) -> None:
    old = "# ivr: ignore[dangling-reference] known since May"
    new = "# ivr: ignore[no-start] see ticket 12 until=2027-01-31"
    ran = review.run({"a.yaml": suppressed(old)}, {"a.yaml": "# moved\n" + suppressed(f"{old}\n  {new}")})
    head, _, rest = ran.summary.partition("suppression added by this change")
    assert head.endswith("### ⚠️ 1 ")
    listed = rest.split("\n\n")[1]
    assert "see ticket 12" in listed
    assert "2027" in listed
    assert "known since May" not in listed


def test_suppressions_that_were_there_are_not_listed(review: Review) -> None:
    old = suppressed("# ivr: ignore[dangling-reference] known since May")
    ran = review.run({"a.yaml": old}, {"a.yaml": None, "b.yaml": f"# moved\n{old}"})
    assert "added by this change" not in ran.summary


@pytest.mark.parametrize("whole_file", [False, True])
def test_a_suppression_that_a_change_moves_to_another_place_is_listed(review: Review, whole_file: bool) -> None:
    comment = "# ivr: ignore[dangling-reference] known since May"
    moved = f"{comment}\n{BROKEN}" if whole_file else suppressed(comment)
    ran = review.run({"a.yaml": GOOD.replace("  menus:", f"  {comment}\n  menus:")}, {"a.yaml": moved})
    assert ran.status == 0
    assert "1 suppression added by this change" in ran.summary


def test_a_file_may_have_a_name_that_git_would_take_for_a_pattern(review: Review) -> None:
    old = suppressed("# ivr: ignore[dangling-reference] known since May")
    ran = review.run({":(top)a.yaml": old}, {":(top)a.yaml": f"# moved\n{old}"})
    assert ran.outputs["changed-flows"] == '[":(top)a.yaml"]'
    assert "added by this change" not in ran.summary


def test_suppressed_findings_stay_out_of_annotations_and_sarif(review: Review) -> None:
    ran = review.run({"b.yaml": GOOD}, {"a.yaml": suppressed("# ivr: ignore[dangling-reference] known since May")})
    assert "dangling-reference" not in (ran.workspace / ran.outputs["sarif-file"]).read_text().split('"results"')[1]
    assert "title=dangling-reference" not in ran.out
    assert "1 suppressed finding" in ran.summary
    assert [one["rule"] for one in ran.report()["suppressed"]] == ["dangling-reference"]  # type: ignore[attr-defined]


# -- flows that a change hides

GRAPH = '{"startNodeId": "a", "nodes": {"a": {"id": "a", "type": "disconnect", "transitionConditions": []}}}\n'
BROKEN_GRAPH = GRAPH.replace('"nodes"', '"extra": 0, "nodes"').replace('"startNodeId": "a"', '"startNodeId": "gone"')


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "# padding\n" * 10_000 + BROKEN),
        ("a.yaml", "{inboundCall: {name: Main line, startUpRef: gone}}\n"),
        ("g.json", BROKEN_GRAPH.replace('"extra": 0', '"$schema": "https://json-schema.org/schema"')),
        ("g.json", BROKEN_GRAPH.replace('"startNodeId"', f'"extra": "{"x" * 300_000}", "startNodeId"')),
    ],
    ids=["long comment", "flow style", "schema", "long key"],
)
@pytest.mark.parametrize("flows", ["", "a.yaml, g.json", "."])
def test_a_flow_cannot_be_made_to_look_like_none(review: Review, path: str, text: str, flows: str) -> None:
    ran = review.run({"a.yaml": GOOD, "g.json": GRAPH, "b.yaml": menu_flow("Other")}, {path: text}, flows=flows)
    assert ran.status == 1
    assert f"file={path}" in ran.out


def test_nor_where_the_workspace_is_named_in_full(review: Review) -> None:
    change = {"flows/a.yaml": "# padding\n" * 10_000 + BROKEN}
    folder = str(review.repository.folder)
    assert review.run({"flows/a.yaml": GOOD, "b.yaml": menu_flow("Other")}, change, flows=folder).status == 1
    assert review.check(flows=f"{folder}/flows, b.yaml").status == 1


@pytest.mark.parametrize("target", ["../outside.yaml", "nowhere.yaml", "folder"])
def test_nor_be_replaced_by_a_link(review: Review, target: str) -> None:
    review.merge({"a.yaml": GOOD, "b.yaml": menu_flow("Other"), "folder/x.txt": "x\n"}, {"a.yaml": None})
    git, folder = review.repository.git, review.repository.folder
    (folder.parent / "outside.yaml").write_text(BROKEN)
    git("checkout", "--quiet", "change")
    (folder / "a.yaml").symlink_to(target)
    review.head = review.repository.commit()
    git("checkout", "--quiet", "--detach", "main")
    git("merge", "--quiet", "--no-ff", "--no-edit", "change")
    ran = review.check()
    assert ran.status == 2
    assert "`a.yaml`" in ran.out


@pytest.mark.parametrize("new", ["a.txt", ".hidden/a.yaml", "venv/a.yaml", "old/a.yaml"])
def test_a_flow_that_moves_out_of_the_check_is_said_first(review: Review, new: str) -> None:
    ran = review.run(
        {"a.yaml": GOOD, "b.yaml": menu_flow("Other"), CONFIG: "ignore: old\n"}, {"a.yaml": None, new: GOOD}
    )
    assert ran.status == 0
    assert first_line(ran).startswith("⚠️ **This change moves flows to where none is looked for")
    assert new.rpartition("/")[2] in first_line(ran)


def test_a_deleted_flow_is_said(review: Review) -> None:
    ran = review.run({"a.yaml": GOOD, "b.yaml": menu_flow("Other")}, {"a.yaml": None})
    assert (ran.status, ran.summary[:3]) == (0, "## ")
    assert "Deleted: <code>a" in unescape(ran.summary)
    assert "what is live stays live" in ran.summary
    assert "there is 1 flow file." in ran.summary


def test_what_is_out_of_the_check_already_may_change(review: Review) -> None:
    hidden = {"venv/a.yaml": GOOD, "old/a.yaml": GOOD, "out/a.yaml": GOOD}
    base = {"b.yaml": menu_flow("Other"), CONFIG: "ignore: old\n", **hidden}
    ran = review.run(base, dict.fromkeys(hidden, "x: 1\n"), flows=".\n!out")
    assert (ran.status, ran.summary[:3]) == (0, "## ")
    assert "Deleted" not in ran.summary
