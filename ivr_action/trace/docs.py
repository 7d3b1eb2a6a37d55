"""The pages under docs/rules/ of what simulated calls, plans and deployments find, made from the kinds themselves."""

from __future__ import annotations

from ivr_action.model.kinds import OF_DEPLOYMENTS, OF_TRACES, Kind

_CALLS = "[simulated calls](../trace.md)"
_DEPLOYMENTS = "plans and deployments"


def pages() -> dict[str, str]:
    """Path in the repository → text."""
    made = {f"docs/rules/{kind.id}.md": _page(kind, _CALLS) for kind in OF_TRACES}
    made |= {f"docs/rules/{kind.id}.md": _page(kind, _DEPLOYMENTS) for kind in OF_DEPLOYMENTS}
    return made | {"docs/rules/calls.md": _calls(), "docs/rules/deployments.md": _deployments()}


def _calls() -> str:
    intro = (
        "[Simulated calls](../trace.md) are no [rules](README.md); what they find has an id and a level too, which "
        "the\n[configuration](../configuration.md) and [suppressions](../suppressions.md) know."
    )
    return f"# Found by simulated calls\n\n{intro}\n\n{_table(OF_TRACES)}"


def _deployments() -> str:
    intro = (
        "Plans and deployments are no [rules](README.md); what they find has an id and a level too. A plan that would "
        "stop, and\na deployment that did not deploy everything, say so by their own outputs and exit status, whatever "
        "the levels."
    )
    return f"# Found by plans and deployments\n\n{intro}\n\n{_table(OF_DEPLOYMENTS)}"


def _table(kinds: tuple[Kind, ...]) -> str:
    rows = "\n".join(f"| [`{kind.id}`]({kind.id}.md) | {_level(kind)} | {kind.summary} |" for kind in kinds)
    return f"| id | level | what is wrong |\n|---|---|---|\n{rows}\n"


def _page(kind: Kind, found_by: str) -> str:
    return f"""\
# {kind.id}

{kind.summary}

| | |
|---|---|
| level | {_level(kind)} |
| found by | {found_by} |

## Why it matters

{kind.why}

## How to mend it

{kind.fix}
"""


def _level(kind: Kind) -> str:
    return kind.level.value if kind.enabled else f"{kind.level.value}, off by default"
