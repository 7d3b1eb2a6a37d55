"""Where a call through an Architect flow stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ivr_action.trace.expressions import Value
from ivr_action.trace.machine import State, Way

if TYPE_CHECKING:
    from ivr_action.trace.architect_calls import Caller

LIMIT = 10_000
"""Actions that one run of a flow may take (documented: help.mypurecloud.com, "Action limit")."""
AFTER_LIMIT = 1_000
"""More of them once error handling has jumped to a menu or task (documented, same page)."""


class Variables:
    """A snapshot of variables that can be a key: equal where all values are."""

    __slots__ = ("digest", "values")

    def __init__(self, values: dict[str, Value], digest: int) -> None:
        self.values = values
        self.digest = digest

    def __hash__(self) -> int:
        return self.digest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variables) and (self.values is other.values or self.values == other.values)


class Frame:
    """A call to come back from: of a task, or of another flow. Immutable, so that twins share it."""

    __slots__ = ("caller", "crosses", "key", "loops", "menus", "parent", "saved")

    def __init__(
        self, caller: Caller, parent: Frame | None, state: ArchitectState, saved: Variables, crosses: bool
    ) -> None:
        self.caller = caller
        self.parent = parent
        self.loops = state.loops
        self.menus = state.menus
        self.saved = saved
        """Variables of the caller that the callee does not see."""
        self.crosses = crosses
        """True for a call of another flow, which a jump inside it cannot leave."""
        self.key: tuple[Any, ...] = (caller.id, self.loops, saved, parent.key if parent is not None else None)


class ArchitectState(State):
    """Node, variables, calls to come back from and counters of one call."""

    __slots__ = (
        "_digest", "_snapshot", "actions", "allowed", "attempts", "data", "frame", "given", "heard", "loops", "menus",
        "misses", "node", "over", "pending", "rounds", "spelling", "variables",
    )  # fmt: skip

    variables: dict[str, Value]

    def __init__(self, node: str, spelling: dict[str, str]) -> None:
        self.node = node
        self.heard: list[str] = []
        self.variables = {}
        """By name as the flow declares it. Never changed in place while a twin or a key shares it."""
        self.spelling = spelling
        """Any spelling of a name that was met → the name as declared; shared by all calls of a machine."""
        self.given: dict[str, Value] = {}
        """What a scenario said before the call began."""
        self.frame: Frame | None = None
        self.loops: tuple[tuple[str, int], ...] = ()
        """Loops that are running in the current task, with their index, the innermost last."""
        self.menus: tuple[str, ...] = ()
        """Menus the caller came through, for Previous Menu."""
        self.attempts = 0
        """How often the node that waits was met with silence (at a menu: or with a wrong key)."""
        self.misses = 0
        """How often a bot did not understand."""
        self.rounds = 0
        """How often an in-queue flow started again."""
        self.actions = 0
        self.allowed = LIMIT
        self.pending: Any = None
        """What `visit` found out for `ways`."""
        self.over: Way | None = None
        """The one way on where the run of the flow is over."""
        self.data: Any = None
        """What an outcome brings, until its way is taken."""
        self._digest = 0
        self._snapshot: Variables | None = None
        """What shares `variables`; None where nobody does, so that they may be changed in place."""

    def fork(self) -> ArchitectState:
        twin = ArchitectState.__new__(ArchitectState)
        for name in _COPIED:
            setattr(twin, name, getattr(self, name))
        twin.heard = self.heard.copy()
        twin._snapshot = self.snapshot()
        return twin

    def key(self) -> object:
        frame = self.frame
        return (
            self.node,
            self.snapshot(),
            self.loops,
            frame.key if frame is not None else None,
            self.menus,
            self.attempts,
            self.misses,
            self.rounds,
            self.allowed,
        )

    # -- variables ----------------------------------------------------------------------------------------------

    def lookup(self, name: str) -> Value | None:
        """The value of a name in an expression, whatever its case; None where there is none."""
        values = self.variables
        found = values.get(name)
        if found is None:
            known = self.spelling.get(name) or self.name(name)
            found = values.get(known)
        return found

    def name(self, name: str) -> str:
        """The declared spelling of a name; the first one met where it is not declared."""
        spelling = self.spelling
        known = spelling.get(name)
        if known is None:
            known = spelling[name] = spelling.setdefault(name.casefold(), name)
        return known

    def set(self, name: str, value: Value) -> None:
        """Assign a variable."""
        name = self.spelling.get(name) or self.name(name)
        if self._snapshot is not None:
            self._own()
        values = self.variables
        old = values.get(name)
        if old is not None:
            self._digest ^= hash((name, old))
        values[name] = value
        self._digest ^= hash((name, value))

    def drop(self, names: Iterable[str]) -> None:
        """Forget variables: their task or state was left."""
        for name in names:
            if name in self.variables:
                self._own()
                self._digest ^= hash((name, self.variables.pop(name)))

    def snapshot(self) -> Variables:
        found = self._snapshot
        if found is None:
            found = self._snapshot = Variables(self.variables, self._digest)
        return found

    def _own(self) -> None:
        if self._snapshot is not None:
            self.variables = self.variables.copy()
            self._snapshot = None

    # -- what a node leaves behind ------------------------------------------------------------------------------

    def hear(self, text: str) -> None:
        if text:
            self.heard.append(text)

    def loop(self, id: str) -> int | None:
        """Index of a running loop; None where it is not running."""
        for name, index in reversed(self.loops):
            if name == id:
                return index
        return None


_COPIED = tuple(name for name in ArchitectState.__slots__ if name not in ("heard", "_snapshot"))
