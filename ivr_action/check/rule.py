"""What a rule is: an id, a level, why a caller cares, how to mend it, examples, and a `check`."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal

from ivr_action.check.options import CheckOptions
from ivr_action.flow.document import Document
from ivr_action.model import Finding, Level, Location

WorksOn = Literal["reading", "document", "architect", "node-graph", "graph", "project", "suppressions"]
"""What a rule's `check` gets as its subject: a `Reading` (readable or not), a `Document`, an `ArchitectFlow`, a
`NodeGraphFlow`, any `Flow` with its graph, all `Reading`s of the run, or what became of its
suppressions (`Applied`)."""


def files_of(example: str) -> list[tuple[str, str]]:
    """Path and text of the files in an example: each stands behind a line `--- # its path`; without one it is one.

    A file below `before/` is what the change under review takes away.
    """
    parts = re.split(r"(?m)^--- # (\S+)\n", example)
    if len(parts) == 1:
        return [("flow.yaml", example)]
    return list(zip(parts[1::2], parts[2::2], strict=True))


class Rule(ABC):
    """One thing that can be wrong with a flow. Stateless: one instance serves every run and thread."""

    id: ClassVar[str]
    """In kebab case; public: users write it into their configuration, and it is the name of the rule's page."""
    level: ClassVar[Level]
    """By default; for what Genesys' own validation checks, its level."""
    enabled: ClassVar[bool] = True
    """False for a rule that runs only where somebody asks for it."""
    binding: ClassVar[bool] = False
    """True for a rule that cannot be switched off, weakened, suppressed or put into a baseline: nothing was checked."""
    works_on: ClassVar[WorksOn]
    settings: ClassVar[Mapping[str, int]] = {}
    """Numbers that a user can choose, with their defaults: name in kebab case → value. Public, like `id`."""
    summary: ClassVar[str]
    """One line that says what is wrong."""
    why: ClassVar[str]
    """What it means to a caller, or to the person who has to save the flow."""
    fix: ClassVar[str]
    """How to mend it."""
    bad: ClassVar[str]
    """A complete small flow file in which the rule finds something; for a project several, see `files_of`."""
    good: ClassVar[str]
    """The same, mended: no error of any rule, and nothing of this one."""
    source: ClassVar[str]
    """Where the fact is from."""

    @abstractmethod
    def check(self, subject: Any, options: CheckOptions) -> Iterator[Finding]:
        """Findings of this rule in one subject.

        Args:
            subject: see `WorksOn`. It may come from a broken file: everything in it can be missing or odd.
            options: what the user chose.
        """

    def setting(self, options: CheckOptions, name: str) -> int:
        """One of `settings`: what the user chose, else its default."""
        chosen = options.settings.get(self.id)
        return int(chosen[name]) if chosen is not None and name in chosen else self.settings[name]

    def finding(
        self,
        doc: Document,
        message: str,
        hint: str = "",
        element: Any = None,
        key: str | int | None = None,
        *,
        of: str = "value",
        node: str | None = None,
        related: Iterable[Location] = (),
    ) -> Finding:
        """A finding of this rule at an element of the document's tree, or at one of its children.

        Args:
            doc: the file.
            message: what, and why it matters to a caller.
            hint: what to do; the rule's `fix` where there is nothing more exact to say.
            element: a mapping or list of the tree; None for the whole file.
            key: a key or index in `element`.
            of: `key` or `value`: which part of the pair to point at.
            node: id of the graph's node.
            related: other places that belong to it.
        """
        return self.at(doc.where(element, key, of=of), message, hint, node=node, related=related)

    def at(
        self,
        location: Location,
        message: str,
        hint: str = "",
        *,
        node: str | None = None,
        related: Iterable[Location] = (),
    ) -> Finding:
        """A finding of this rule at a place."""
        return Finding(self.id, self.level, message, hint or self.fix, location, node, tuple(related))
