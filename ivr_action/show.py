"""Commands that read no flow: `ivr-action rules` and `ivr-action schema`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TextIO

SCHEMAS = {
    "node-graph": ("flow", "schema", "node-graph-1.json"),
    "architect-yaml": ("flow", "schema", "architect-yaml-1.json"),
    "config": ("schema", "config-1.json"),
    "report": ("report", "schema", "report-1.json"),
    "emulator": ("emulator", "schema", "emulator-1.json"),
    "scenario": ("trace", "schema", "scenario-1.json"),
    "trace": ("report", "schema", "trace-1.json"),
    "plan": ("report", "schema", "plan-1.json"),
    "deployment": ("report", "schema", "deployment-1.json"),
    "audit": ("schema", "audit-1.json"),
    "audit-verification": ("schema", "audit-verification-1.json"),
    "metrics": ("schema", "metrics-1.json"),
    "webhook": ("schema", "webhook-1.json"),
}
"""Where each schema is in the package, by the name that the command line takes."""


def schema(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Prints a schema as it is published."""
    from importlib.resources import files

    out.write(files("ivr_action").joinpath(*SCHEMAS[options.name]).read_text(encoding="utf-8"))
    return 0


def rules(options: argparse.Namespace, environ: Mapping[str, str], out: TextIO) -> int:
    """Lists the rules and what simulated calls find, or explains one."""
    from ivr_action.check.registry import KNOWN, known
    from ivr_action.check.rule import Rule

    if options.id is None:
        width = max(map(len, KNOWN))
        for found in KNOWN.values():
            level = found.level.value if found.enabled else "off"
            out.write(f"{found.id:{width}}  {level:7}  {found.summary}\n")
        return 0
    found = known(options.id)
    state = found.level.value if found.enabled else f"{found.level.value}, off by default"
    example = (f"Bad\n{_indented(found.bad)}", f"Good\n{_indented(found.good)}") if isinstance(found, Rule) else ()
    parts = (
        f"{found.id} ({state})\n{found.summary}",
        f"Why it matters\n{_indented(found.why)}",
        f"What to do\n{_indented(found.fix)}",
        *example,
        f"Source\n{_indented(found.source)}",
    )
    out.write("\n\n".join(parts) + "\n")
    return 0


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.strip("\n").splitlines())
