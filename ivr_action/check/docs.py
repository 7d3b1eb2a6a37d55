"""The pages under docs/rules/, made from the rules themselves."""

from __future__ import annotations

from textwrap import fill

from ivr_action.check.registry import RULES
from ivr_action.check.rule import Rule, WorksOn
from ivr_action.model.kinds import OF_DEPLOYMENTS, OF_TRACES, Kind

_WHERE: dict[WorksOn, str] = {
    "reading": "every file",
    "document": "every file",
    "architect": "Architect flows",
    "node-graph": "node graphs",
    "graph": "every flow",
    "project": "all files of a run together",
    "suppressions": "suppressions in a flow file",
}


def pages() -> dict[str, str]:
    """Path in the repository → text, for every page of docs/rules/; the same every time."""
    made = {f"docs/rules/{rule.id}.md": _page(rule) for rule in RULES}
    made["docs/rules/README.md"] = _index()
    return made


def _index() -> str:
    rows = "\n".join(
        f"| [`{rule.id}`]({rule.id}.md) | {_level(rule)} | {_WHERE[rule.works_on]} | {_cell(rule.summary)} |"
        for rule in RULES
    )
    intro = _flow(
        f"{len(RULES)} rules. The level is the one a rule has where nobody says otherwise; what Genesys' own "
        "validation checks has Genesys' level. `ivr-action rules` prints this list, `ivr-action rules ID` one page."
    )
    calls, deployments = (
        "\n".join(f"| [`{kind.id}`]({kind.id}.md) | {_level(kind)} | {_cell(kind.summary)} |" for kind in kinds)
        for kinds in (OF_TRACES, OF_DEPLOYMENTS)
    )
    beside = _flow(
        "What [simulated calls](calls.md) find goes by the same ids in the configuration, in suppressions and in "
        "`ivr-action rules ID`."
    )
    return (
        f"# Rules\n\n{intro}\n\n| rule | level | works on | what is wrong |\n|---|---|---|---|\n{rows}\n\n"
        f"## Of simulated calls\n\n{beside}\n\n| id | level | what is wrong |\n|---|---|---|\n{calls}\n\n"
        "## Of plans and deployments\n\nSo does what [plans and deployments](deployments.md) find.\n\n"
        f"| id | level | what is wrong |\n|---|---|---|\n{deployments}\n"
    )


def _page(rule: Rule) -> str:
    return f"""\
# {rule.id}

{_flow(rule.summary)}

| | |
|---|---|
| level | {_level(rule)} |
| works on | {_WHERE[rule.works_on]} |
| source | {_cell(rule.source)} |{_settings(rule)}

## Why it matters

{_flow(rule.why)}

## How to mend it

{_flow(rule.fix)}

## An example

Found:

```yaml
{rule.bad.rstrip()}
```

Not found:

```yaml
{rule.good.rstrip()}
```
"""


def _settings(rule: Rule) -> str:
    return "".join(
        f"\n| setting `{name}` | {value} where nobody says otherwise |" for name, value in rule.settings.items()
    )


def _level(rule: Rule | Kind) -> str:
    return rule.level.value if rule.enabled else f"{rule.level.value}, off by default"


def _flow(words: str) -> str:
    return fill(words, 110, break_long_words=False, break_on_hyphens=False)


def _cell(words: str) -> str:
    return words.replace("|", "\\|")
