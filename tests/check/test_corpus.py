"""Published flows are valid by definition: no rule finds an error in any of them."""

from __future__ import annotations

from collections import Counter

from ivr_action.check import check
from ivr_action.flow.read import read_flow
from ivr_action.model import Level
from tests.corpus import corpus_files, need_corpus


def table() -> tuple[str, Counter[Level]]:
    """Files × findings by level, and the totals."""
    rows = [f"{'file':<90}{'errors':>8}{'warnings':>10}{'notes':>7}"]
    totals: Counter[Level] = Counter()
    for path in corpus_files():
        name = f"{path.parent.name}/{path.name}"
        counts = Counter(finding.level for finding in check([read_flow(name, path.read_bytes())]).findings)
        totals += counts
        rows.append(f"{name:<90}{counts[Level.ERROR]:>8}{counts[Level.WARNING]:>10}{counts[Level.NOTE]:>7}")
    rows.append(
        f"{f'{len(corpus_files())} files':<90}{totals[Level.ERROR]:>8}{totals[Level.WARNING]:>10}"
        f"{totals[Level.NOTE]:>7}"
    )
    return "\n".join(rows), totals


def test_published_flows_have_no_errors() -> None:
    need_corpus()
    shown, totals = table()
    print(shown)
    assert totals[Level.ERROR] == 0, shown


def test_published_flows_have_no_warnings_but_these() -> None:
    """Every warning on a published flow was looked at; a new one is either true, or its level is too high."""
    need_corpus()
    known = {
        ("Callback-Prioritization-Workflow.yaml", "variable-never-set"),
        ("Callback-Prioritization.i3WorkFlow", "variable-never-set"),
        ("Switch_from_Voice_Channel_with_Context.i3InboundMessage", "variable-never-set"),
        ("Switch_from_Voice_Channel_with_Context.yaml", "variable-never-set"),
        ("cicd-sample-inbound-call-flow.yaml", "variable-never-set"),
    }
    found = set()
    for path in corpus_files():
        for finding in check([read_flow(path.name, path.read_bytes())]).findings:
            if finding.level is Level.WARNING:
                found.add((path.name, finding.rule))
    assert found == known


def test_a_substituted_template_is_as_clean_as_the_template() -> None:
    need_corpus()
    for path in corpus_files():
        reading = read_flow(path.name, path.read_bytes())
        keys = reading.document.placeholders
        if keys:
            values = dict.fromkeys(keys, "en-us")
            findings = check([read_flow(path.name, path.read_bytes(), values)]).findings
            assert [finding for finding in findings if finding.level is Level.ERROR] == [], path


if __name__ == "__main__":
    print(table()[0])
