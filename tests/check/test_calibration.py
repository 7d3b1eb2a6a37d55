"""docs/calibration.md says what every rule finds on published flows; here it is counted again."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ivr_action.check import RULES, CheckOptions, check, rule
from ivr_action.flow.read import read_flow
from tests.corpus import ROOT, index, need_corpus

ROW = re.compile(r"^\| `([a-z-]+)` \| (error|warning|note) \| (\d+) \| (\d+) \| .{20,} \|$", re.MULTILINE)


def counted() -> dict[str, tuple[int, int]]:
    """Rule → findings and files with one, every rule switched on, each repository by itself."""
    folder = need_corpus()
    options = CheckOptions(levels={known.id: known.level for known in RULES if not known.enabled})
    repositories: dict[str, list[str]] = defaultdict(list)
    for name, row in index().items():
        repositories[row["repository"]].append(name)
    hits: Counter[str] = Counter()
    files: dict[str, set[str]] = defaultdict(set)
    for names in repositories.values():
        for finding in check([read_flow(name, (folder / name).read_bytes()) for name in names], options).findings:
            hits[finding.rule] += 1
            files[finding.rule].add(finding.location.path)
    return {name: (count, len(files[name])) for name, count in hits.items()}


def test_the_table_is_what_the_rules_find() -> None:
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    rows = {name: (level, int(hits), int(files)) for name, level, hits, files in ROW.findall(page)}
    found = {name: (rule(name).level.value, *numbers) for name, numbers in counted().items()}
    assert rows == found


def test_rules_that_are_off_stand_in_the_second_table() -> None:
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    first, _, second = page.partition("Off by default")
    assert all(rule(name).enabled for name, *_ in ROW.findall(first))
    assert [name for name, *_ in ROW.findall(second) if rule(name).enabled] == []
