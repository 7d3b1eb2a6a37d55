"""The pages under docs/rules/ of what simulated calls find, made from the kinds themselves."""

from __future__ import annotations

from ivr_action.model.kinds import KINDS, Kind


def pages() -> dict[str, str]:
    """Path in the repository → text."""
    return {f"docs/rules/{kind.id}.md": _page(kind) for kind in KINDS} | {"docs/rules/calls.md": _index()}


def _index() -> str:
    rows = "\n".join(f"| [`{kind.id}`]({kind.id}.md) | {_level(kind)} | {kind.summary} |" for kind in KINDS)
    intro = (
        "[Simulated calls](../trace.md) are no [rules](README.md); what they find has an id and a level too, which "
        "the\n[configuration](../configuration.md) and [suppressions](../suppressions.md) know."
    )
    return f"# Found by simulated calls\n\n{intro}\n\n| id | level | what is wrong |\n|---|---|---|\n{rows}\n"


def _page(kind: Kind) -> str:
    return f"""\
# {kind.id}

{kind.summary}

| | |
|---|---|
| level | {_level(kind)} |
| found by | [simulated calls](../trace.md) |

## Why it matters

{kind.why}

## How to mend it

{kind.fix}
"""


def _level(kind: Kind) -> str:
    return kind.level.value if kind.enabled else f"{kind.level.value}, off by default"
