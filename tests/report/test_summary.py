"""The job summary: verdict first, within its limit, and nothing from a flow becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ivr_action.model import CheckedFlow, Level, Report
from ivr_action.report import Look
from ivr_action.report.markdown import code, escape, prose
from ivr_action.report.plain import one_line
from ivr_action.report.summary import render
from tests.samples import HOSTILE, chain, finding, hostile_report

LOOK = Look(blob_url="https://github.com/a/b/blob/0123/", rules_url="https://github.com/d/e/blob/v1/docs/rules/")
OURS = {
    "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "a", "code", "br", "em", "pre", "span",
    "details", "summary", "blockquote",
}  # fmt: skip


class _Page(HTMLParser):
    """Tags, links, and text of a page, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {f"{tag} {name}" for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def page_of(markdown: str) -> _Page:
    page = _Page()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    page.close()
    assert page.open == []
    return page


def test_verdict_first() -> None:
    clean = Report((CheckedFlow("a.yaml", "A", graph=chain(1)),), (), scope="Checked all 1 flow file.")
    assert render(clean, LOOK).startswith("## ✅ IVR flows: 1 flow checked, nothing found\n\nChecked all")
    bad = Report((CheckedFlow("a.yaml", valid=False), CheckedFlow("b.yaml")), (finding(path="a.yaml"),))
    assert render(bad, LOOK).startswith("## ❌ IVR flows: 1 error in 2 flows, 1 of them invalid\n")
    warned = Report((CheckedFlow("a.yaml"),), (finding(level=Level.WARNING, path="a.yaml"),))
    assert render(warned, LOOK).startswith("## ⚠️ IVR flows: 1 warning in 1 flow, all valid\n")
    assert render(Report((), (), scope="No flow file changed."), LOOK).startswith("## ✅ IVR flows: nothing to check\n")


def test_findings_link_to_their_line_at_the_commit_and_to_the_rule() -> None:
    flow = CheckedFlow("flows/a b.yaml", "A", valid=False)
    page = page_of(render(Report((flow,), (finding(path="flows/a b.yaml", line=12),)), LOOK))
    assert "https://github.com/a/b/blob/0123/flows/a%20b.yaml#L12" in page.links
    assert "https://github.com/d/e/blob/v1/docs/rules/some-rule.md" in page.links


def test_without_a_line_or_a_repository_there_is_no_link() -> None:
    report = Report(
        (CheckedFlow("a.i3InboundFlow"),), (finding(path="a.i3InboundFlow", line=None, node="task/Main/x"),)
    )
    page = page_of(render(report, Look()))
    assert page.links == []
    assert "task/Main/x" in page.text


def test_only_changed_flows_have_diagrams() -> None:
    flows = tuple(CheckedFlow(f"{name}.yaml", name, graph=chain(1)) for name in "abc")
    text = render(Report(flows, ()), replace(LOOK, changed=frozenset({"b.yaml"})))
    assert re.findall("<summary>(.)", text) == ["b"]
    assert render(Report(flows, ()), LOOK).count("```mermaid") == 3


def test_diagrams_with_findings_come_first_and_are_coloured() -> None:
    flows = tuple(CheckedFlow(f"{name}.yaml", name, graph=chain(2), valid=name != "c") for name in "abc")
    found = (finding(path="c.yaml", node="n1"), finding(path="c.yaml", node="n1", level=Level.NOTE))
    text = render(Report(flows, found), LOOK)
    assert re.findall("<summary>(.)", text) == ["c", "a", "b"]
    assert "class n2 error;" in text
    assert "class n2 note;" not in text


def test_nothing_hostile_becomes_markup() -> None:
    page = page_of(render(hostile_report(), LOOK))
    assert page.tags <= OURS
    assert page.attributes <= {"a href", "details open", "code class", "td style", "th style"}
    assert all(link.startswith(("https://github.com/a/b/blob/0123/", "https://github.com/d/e/")) for link in page.links)
    for text in HOSTILE[:2]:
        assert one_line(text) in page.text.replace("\u200b", "")


_NASTY = st.text(st.sampled_from("<>&`*_{}[]()#+-.!|~\\:\"'$@=\n\r\t %;/abwx1w\u202e\u2028é")) | st.sampled_from(
    HOSTILE
)


@settings(max_examples=300)
@given(_NASTY, st.sampled_from(["{}\n", "- {}\n", "| a | b |\n| --- | --- |\n| {} | x |\n", "### {}\n", "> {}\n"]))
def test_escaped_text_is_that_text_wherever_it_stands(text: str, place: str) -> None:
    for made in (escape(text), code(text)):
        page = page_of(place.format(made))
        assert page.tags <= {
            "p",
            "ul",
            "li",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "h3",
            "blockquote",
            "code",
            "span",
        }
        shown = re.sub(r"\s+", " ", page.text.replace("\u200b", "")).strip()
        expected = re.sub(r"\s+", " ", one_line(text).replace("\u200b", "")).strip()
        assert expected in shown


@given(_NASTY)
def test_what_stands_in_backticks_is_code_and_loses_nothing(text: str) -> None:
    quoted = text.replace("`", "'")
    page = page_of(prose(f"The task `{quoted}` is gone."))
    assert page.tags <= {"p", "code", "span"}
    assert page.text.replace("\u200b", "").startswith("The task ")


def test_nothing_looks_like_a_mention_an_issue_or_a_formula() -> None:
    text = escape("@octocat #1 $x$ www.example.com https://example.com :bomb:")
    assert "@" not in text
    assert not re.search(r"(?<!&)#\d", text)
    assert "$" not in text
    assert "www." not in text
    assert "://" not in text


@pytest.mark.parametrize("limit", [3_000, 20_000, 200_000, 1024 * 1024])
def test_the_limit_holds_whatever_there_is_and_what_is_left_out_is_said(limit: int) -> None:
    names = [f"{number:04}.yaml" for number in range(400)]
    flows = tuple(CheckedFlow(path, "é" * 300, "inboundCall", "", False, chain(100)) for path in names)
    found = tuple(finding("ß " * 1000, path=path, node="n3") for path in names for _ in range(3))
    text = render(Report(flows, found), replace(LOOK, limit=limit))
    assert len(text.encode()) <= limit
    assert text.startswith("## ❌ IVR flows: 1,200 errors in 400 flows")
    assert "did not fit here; the JSON report has them all." in text


def test_diagrams_are_left_out_before_findings() -> None:
    flows = tuple(CheckedFlow(f"{number}.yaml", "A", graph=chain(100, prefix="x")) for number in range(20))
    found = tuple(finding(path=flow.path, level=Level.NOTE) for flow in flows)
    whole = render(Report(flows, found), LOOK)
    text = render(Report(flows, found), replace(LOOK, limit=len(whole.encode()) - 1))
    assert text.count("some-rule") == whole.count("some-rule")
    assert text.count("```mermaid") < whole.count("```mermaid")
    assert "left out to keep this page small" in text


def test_collapsed_diagrams_say_so() -> None:
    text = render(Report((CheckedFlow("a.yaml", "A", graph=chain(900)),), ()), LOOK)
    assert "Collapsed from 902 nodes to 3" in text
