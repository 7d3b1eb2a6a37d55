"""The deployment in the summary: what is live, what is not and why first, within its limit, nothing becomes markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr_action.model import Level
from ivr_action.model.deployment import Deployment, Result
from ivr_action.report import Look
from ivr_action.report.deployment_summary import render
from ivr_action.report.deployment_words import findings_of, headline, host, span, versions
from tests.plans import CHANGES, Told, deployed, hostile_deployment
from tests.report.test_summary import OURS, page_of
from tests.samples import HOSTILE, finding

LOOK = Look("1.0", blob_url="https://github.com/a/b/blob/0123/", rules_url="https://github.com/d/e/blob/v1/docs/rules/")
_FAILED = (Result.UNKNOWN, Result.FAILED, Result.REFUSED)


def deployment(*results: Result, **more: object) -> Deployment:
    flows = tuple(deployed(result, f"{result.value} {at}", f"flows/{at}.yaml") for at, result in enumerate(results))
    return replace(Deployment(flows, "production", "Acme"), **more)  # type: ignore[arg-type]


def test_the_verdict_says_what_is_live_and_the_end_what_the_exit_status_means() -> None:
    good = page_of(render(deployment(Result.DEPLOYED, Result.CREATED, Result.UNCHANGED), LOOK)).text
    assert good.startswith(
        "✅ Deployment to production (Acme): 2 new versions live (1 created, 1 updated); 1 unchanged\n"
    )
    assert "Exit status 0: every flow is live as the files say." in good
    bad = page_of(render(deployment(Result.DEPLOYED, Result.FAILED, Result.SKIPPED), LOOK)).text
    assert bad.startswith(
        "❌ Deployment to production (Acme): 1 new version live (1 updated); 1 failed, 1 not reached\n"
    )
    assert "Exit status 3: not everything was deployed." in bad
    unsure = page_of(render(deployment(Result.UNKNOWN), LOOK)).text
    assert unsure.startswith("❓")
    assert "Exit status 4: nobody can tell whether a flow took effect." in unsure


def test_what_is_live_is_not_said_to_be_as_the_files_where_it_is_not() -> None:
    back = page_of(render(deployment(Result.RESTORED), LOOK)).text
    assert "Exit status 0: an earlier version is live again, whatever the files say." in back
    left = replace(deployed(Result.UNCHANGED), changes=deployed(Result.DEPLOYED).changes)
    assert left.changes
    kept = page_of(render(replace(deployment(Result.DEPLOYED), flows=(left,)), LOOK)).text
    assert "Exit status 0: nothing failed, and not every flow is live as its file says." in kept
    none = page_of(render(deployment(), LOOK)).text
    assert none.startswith("⚠️ Deployment to production (Acme): no flow to deploy\n")
    assert "Exit status 0: there was no flow to deploy." in none


@pytest.mark.parametrize(
    ("result", "dry_run", "words"),
    [
        (Result.UNCHANGED, False, "the version is live, whatever the files say"),
        (Result.UNCHANGED, True, "the version is live, whatever the files say"),
        (Result.DRY_RUN, True, "the version could be published again"),
        (Result.RESTORED, False, "an earlier version is live again, whatever the files say"),
        (Result.REFUSED, False, "not everything was deployed"),
    ],
)
def test_a_restore_never_says_that_the_files_are_live(result: Result, dry_run: bool, words: str) -> None:
    text = page_of(render(deployment(result, restores=True, dry_run=dry_run), LOOK)).text
    assert f"Exit status {3 if result is Result.REFUSED else 0}: {words}." in text
    assert "as the files say" not in text


def test_a_dry_run_never_says_that_something_is_live() -> None:
    found = deployment(Result.DRY_RUN, Result.UNCHANGED, dry_run=True)
    assert headline(found) == "Dry run to production (Acme): 1 would be saved, 1 unchanged; nothing was sent"
    assert "live as the files say" not in render(found, LOOK)


@pytest.mark.parametrize("result", _FAILED)
def test_what_failed_is_first_with_its_reason_its_line_and_what_to_do(result: Result) -> None:
    found = deployment(Result.DEPLOYED, result)
    wrong = replace(found.flows[1], findings=(finding("No queue `Billing`.", path="flows/1.yaml", line=7),))
    page = page_of(render(replace(found, flows=(found.flows[0], wrong)), LOOK))
    assert page.text.index(f"It is {result.value}.") < page.text.index("Look at it.") < page.text.index("deployed 0")
    assert page.text.index("No queue Billing.") < page.text.index("deployed 0")
    assert "https://github.com/a/b/blob/0123/flows/1.yaml#L7" in page.links


def test_versions_waits_and_what_happened_besides_are_told() -> None:
    found = deployment(Result.MERGED)
    flow = replace(
        found.flows[0], recovered=True, superseded_by="16.0", kept="out/main.json", attempts=3, conflicts=2,
        message="With A Colleague’s change of `sales`.",
    )  # fmt: skip
    text = page_of(render(replace(found, flows=(flow,), seconds=200.0), LOOK)).text.replace("\u200b", "")
    for said in (
        "14.0 → 15.0", "12 s, 4.2 s of it waiting, sent 3 times, overtaken 2 times",
        "With A Colleague’s change of sales.", "recognised afterwards", "version 16.0 on top of it", "out/main.json",
        "It took 3 min 20 s, 4.2 s of it waiting for the platform.", "prompt: Press one. → Press one or two.",
    ):  # fmt: skip
        assert said in text


def test_why_it_ended_early_stands_right_below_the_verdict() -> None:
    text = page_of(render(deployment(Result.FAILED, Result.SKIPPED, stopped="The first failure."), LOOK)).text
    assert text.splitlines()[1] == "It ended early: The first failure."
    assert "1 not reached: skipped 1" in text


def test_webhooks_show_hosts_only_and_the_audit_is_named() -> None:
    told = (
        Told("https://user:pw@hooks.example.org:8443/services/T0/secret?token=x"),
        Told("b.example.org", "deployment.failed", None, "failed", "timed out"),
    )
    text = page_of(render(deployment(Result.DEPLOYED), LOOK, deliveries=told, audit="`audit.jsonl`, head 3:abc.")).text
    assert "✅ hooks.example.org:8443 · deployment.succeeded · delivered (204)" in text
    assert "⚠️ b.example.org · deployment.failed · failed: timed out" in text
    assert "secret" not in text
    assert "pw" not in text
    assert "Audit: audit.jsonl, head 3:abc." in text


def test_receivers_that_were_told_alike_share_a_line() -> None:
    told = (Told("a.example.org"), Told("b.example.org"), Told("a.example.org"))
    text = page_of(render(deployment(Result.DEPLOYED), LOOK, deliveries=told)).text
    assert text.count("a.example.org") == 1
    assert "✅ a.example.org · deployment.succeeded · delivered (204) · 2 times" in text
    assert "delivered (204)\n" in text[text.index("b.example.org") :]


def test_changes_that_were_not_deployed_are_not_called_changes() -> None:
    found = deployment(Result.REFUSED)
    refused = replace(found.flows[0], changes=CHANGES, seconds=0.0, waited=0.0, attempts=0, conflicts=0)
    text = page_of(render(replace(found, flows=(refused,)), LOOK)).text.replace("\u200b", "")
    assert text.count(f"not deployed: {CHANGES.summary()}") == text.count(CHANGES.summary()) == 2
    assert "Took" not in text  # nothing was sent
    assert "Took" in page_of(render(deployment(Result.DEPLOYED), LOOK)).text


def test_nothing_hostile_becomes_markup() -> None:
    told = [Told(text, text, text, text, text) for text in HOSTILE]
    page = page_of(render(hostile_deployment(), LOOK, deliveries=told, audit=HOSTILE[0]))
    assert page.tags <= OURS | {"strong"}
    assert page.attributes <= {"a href", "details open", "code class", "td style", "th style"}
    assert all(link.startswith(("https://github.com/a/b/", "https://github.com/d/e/")) for link in page.links)


@pytest.mark.parametrize("limit", [700, 3_000, 20_000, 200_000, 1024 * 1024])
@pytest.mark.parametrize("make", [hostile_deployment, lambda: deployment(*list(Result) * 60)], ids=["hostile", "many"])
def test_the_limit_holds_pieces_are_whole_and_what_is_left_out_is_said(limit: int, make) -> None:  # type: ignore[no-untyped-def]
    whole = render(make(), replace(LOOK, limit=10**9))
    text = render(make(), replace(LOOK, limit=limit))
    assert len(text.encode()) <= limit
    page = page_of(text)
    if text and len(text) < len(whole):
        assert "Everything is in the JSON report." in page.text


def test_findings_of_a_deployment_name_what_failed_once() -> None:
    found = findings_of(deployment(*Result))
    assert [one.rule for one in found] == ["deploy-refused", "publish-failed", "outcome-unknown"]
    assert all(one.level is Level.ERROR and one.hint for one in found)
    own = finding(path="flows/main.yaml")
    assert findings_of(Deployment((replace(deployed(Result.FAILED), findings=(own,)),))) == (own,)


def test_words() -> None:
    assert [span(seconds) for seconds in (0.04, 9.94, 59.6, 3600)] == ["0.0 s", "9.9 s", "1 min 0 s", "60 min 0 s"]
    assert host("https://a.example.org?x=1") == "a.example.org"
    assert versions(replace(deployed(Result.CREATED), from_version="", to_version="1.0")) == "none → 1.0"
    assert versions(deployed(Result.REFUSED)) == "14.0 still"
    assert versions(deployed(Result.UNKNOWN)) == "14.0 or what was sent"
    assert versions(deployed(Result.UNCHANGED)) == "14.0"
