"""The save loop: read, compare, send, and again after a conflict; then read back.

Nothing is overwritten that the caller has not seen, and nothing is called saved that the platform does not show.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

from ivr_action.errors import OutcomeUnknownError, PlatformError
from ivr_action.genesys.clock import Deadline
from ivr_action.genesys.compare import leaves_out, shows
from ivr_action.genesys.errors import NotFoundError, OutOfTimeError, ThrottledError, outcome_unknown
from ivr_action.genesys.pace import Pace
from ivr_action.genesys.store import (
    ConflictError,
    Content,
    FlowStore,
    JobUnderWayError,
    Live,
    RejectedError,
    Saved,
    Version,
)

Resolve = Callable[[Live, Content, Live], Content]
"""(base, ours, live) → what to save instead; raises ConflictError where the two do not go together."""
ATTEMPTS = 6
_FIRST, _GROWTH, _CAP = 4.0, 4.0, 60.0
"""Seconds of the full jitter after a conflict, how much wider it gets with each further one, and at most. Whoever loses
again has many beside it, and each attempt into a crowd costs a read, a write and somebody else's time; docs/platform.md
has what this saves."""
_SHORT, _SHORT_CAP = 0.5, 8.0
"""The same before another look at what the platform has made of a save."""
_PAUSES = 20
"""429s of the save itself that are waited for."""
_LOOKS = 3
"""Times that the flow is read back while it still shows the version before."""
_log = logging.getLogger(__name__)


class SaveLoop:
    """Saves one flow at a time; may be shared by threads.

    Args:
        store: where to.
        pace: for waits.
        deadline: of the run.
        attempts: to send, in all.
        resolve: merges; None refuses when somebody else has changed the flow.
        keep: is given what is live before every write, so that it can be put back.
    """

    def __init__(
        self,
        store: FlowStore,
        pace: Pace,
        deadline: Deadline,
        *,
        attempts: int = ATTEMPTS,
        resolve: Resolve | None = None,
        keep: Callable[[Live], object] | None = None,
    ) -> None:
        self._store = store
        self._pace = pace
        self._deadline = deadline
        self._attempts = max(1, attempts)
        self._resolve = resolve
        self._keep = keep

    def save(self, base: Live, ours: Content, live: Live | None = None) -> Saved:
        """Saves `ours`, which was made from `base`.

        Args:
            base: what ours was made from.
            ours: what is to be saved.
            live: the flow as it is, where it has just been read: that is not done twice then. What has changed since
                is a conflict and no harm.

        Raises:
            ConflictError: somebody else changed the flow, and it cannot be merged; or others were faster each time.
            RejectedError: the platform does not take it, or answered 200 and did not store it.
            OutcomeUnknownError: it was sent, and looking did not tell whether it took effect.
            PlatformError: of the store; nothing was changed then.
        """
        store, flow_id = self._store, base.flow_id
        unsure: _Unsure | None = None
        last: ConflictError | None = None
        pauses = attempt = conflicts = 0
        known = live
        while True:
            with _unsure_if(unsure):
                live, known = known or store.read(flow_id), None
            if unsure is not None:
                landed, lost = self._look(live, unsure)
                if landed is not None:
                    return replace(landed, attempts=attempt, content=unsure.content)
                if lost:
                    unsure = None
            if attempt >= self._attempts:
                raise self._gave_up(live, base, unsure, last)
            # The same edit by somebody else is no conflict; and a PUT that was sent twice on its way is our own.
            content = ours if self._is_there(live, ours) else self._content(base, ours, live, unsure)
            if self._is_there(live, content):
                sent = unsure.expected if unsure is not None else last.expected if last is not None else None
                previous = live.version if sent is None else sent
                found = Saved(flow_id, live.version, previous, attempts=attempt, content=content)
                return replace(found, changed=sent is not None, recovered=sent is not None)
            if self._keep is not None:
                self._keep(live)
            try:
                saved = store.save(flow_id, content, live.version)
            except ThrottledError as error:
                pauses = self._throttled(error, pauses, unsure)
                continue
            except ConflictError as error:
                attempt, last, conflicts = attempt + 1, error, conflicts + 1
                if attempt < self._attempts:  # after the last one it only looks
                    window = min(_CAP, _FIRST * _GROWTH ** min(conflicts - 1, 30))
                    self._pause(window, "somebody else was faster", unsure)
                continue
            except JobUnderWayError:
                raise  # it may still publish, and nothing would keep a second one from publishing too
            except OutcomeUnknownError as error:
                attempt += 1
                unsure = _Unsure(flow_id, live.version, content, error)
                if attempt < self._attempts:
                    self._pause(_short(attempt), "the answer is missing", unsure)
                continue
            return replace(self._verified(saved, content, live), attempts=attempt + 1, content=content)

    def _is_there(self, live: Live, content: Content) -> bool:
        """Whether nothing is left to be sent. What a save leaves out is a change too; afterwards nobody can say
        whether the platform has to have dropped it."""
        return self._store.holds(live, content) and not leaves_out(live.content, content)

    def _content(self, base: Live, ours: Content, live: Live, unsure: _Unsure | None) -> Content:
        """What to send: ours, or ours merged with what others have done since."""
        if live.version == base.version:
            return ours
        if self._resolve is None:
            if unsure is not None:
                raise unsure.error
            raise ConflictError(base.flow_id, base.version, live)
        try:
            return self._resolve(base, ours, live)
        except ConflictError as error:
            if unsure is not None:
                raise OutcomeUnknownError(f"{unsure.error} And now: {error}", unsure.error.hint) from error
            raise

    def _look(self, live: Live, unsure: _Unsure) -> tuple[Saved | None, bool]:
        """The save whose answer is missing, where the platform shows that it took effect; and whether it is certain by
        now that it took none: another version follows the expected one."""
        following = self._store.next_version(unsure.expected)
        if live.version == unsure.expected:
            # Sending again is safe, since only one of the two can be taken.
            return None, False
        was = live if live.version == following else self._earlier(unsure, following)
        if was is None or not self._store.holds(was, unsure.content):
            return None, was is not None
        later = "" if was is live else live.version
        return Saved(live.flow_id, following, unsure.expected, recovered=True, superseded_by=later), False

    def _earlier(self, unsure: _Unsure, version: Version) -> Live | None:
        try:
            with _unsure_if(unsure, besides=(NotFoundError, RejectedError)):
                return self._store.read(unsure.flow_id, version)
        except (NotFoundError, RejectedError):
            return None  # the platform does not show earlier versions

    def _verified(self, saved: Saved, content: Content, before: Live) -> Saved:
        store = self._store
        unsure = _Unsure(
            saved.flow_id, "", content, OutcomeUnknownError("It was answered 200 and could not be read back.")
        )
        live = self._read_back(saved, unsure)
        if live.version == saved.previous:
            kept = f"stored nothing: version {live.version} is live as before."
            raise RejectedError(
                [f"Flow `{live.name}` ({saved.flow_id}): the platform answered 200 and {kept}"],
                "The deployment failed, and the flow is as it was. The platform behind this address does not take "
                "nodes by PUT. Deploy the flow as Architect YAML, by a publish job: docs/platform.md.",
            )
        if live.version == saved.version:
            if store.holds(live, content):
                return saved
            raise RejectedError(
                [f"Flow `{live.name}` ({saved.flow_id}): version {live.version} does not hold what was sent."],
                "Compare the two: the platform left something out or changed it. The version before is in its history.",
            )
        if saved.answered and shows(live.content, before.content, content):
            return replace(saved, superseded_by=live.version)
        was = self._earlier(unsure, saved.version)
        if was is None:
            if saved.answered:
                return replace(saved, superseded_by=live.version)
            raise outcome_unknown(
                f"PUT /api/v2/flows/{saved.flow_id}",
                f"version {live.version} is live, {saved.version} was expected, and the answer showed neither",
            )
        if store.holds(was, content):
            return replace(saved, superseded_by=live.version)
        raise RejectedError(
            [f"Flow `{live.name}` ({saved.flow_id}): version {saved.version} does not hold what was sent."],
            "Somebody else's save stands in its place. Look at the version history.",
        )

    def _read_back(self, saved: Saved, unsure: _Unsure) -> Live:
        """The flow after a save; looked at again while it does not show the new version yet."""
        look = 1
        while True:
            with _unsure_if(unsure):
                live = self._store.read(saved.flow_id)
            if live.version != saved.previous or look >= _LOOKS:
                return live
            self._pause(_short(look), "the new version does not show yet", unsure)
            look += 1

    def _gave_up(self, live: Live, base: Live, unsure: _Unsure | None, last: ConflictError | None) -> PlatformError:
        times = "once" if self._attempts == 1 else f"{self._attempts} times"
        if unsure is not None:
            if live.version != unsure.expected or self._attempts == 1:
                return unsure.error
            return OutcomeUnknownError(
                f"{unsure.error} It was sent {times}, and version {live.version} is live as before.",
                "Only one of them can still take effect, since each names the version that it follows. Look at the "
                "flow's version history before you deploy again.",
            )
        expected = last.expected if last is not None else base.version
        if live.version == expected:
            shown = f"although it shows version {live.version}, which ours follows, as live."
            return RejectedError(
                [f"Flow `{live.name}` ({live.flow_id}): the platform refused it {times} as a conflict, {shown}"],
                "Nothing was changed. Somebody's change may be about to show: run this again later.",
            )
        why = f"Gave up after {self._attempts} attempts: others were faster each time."
        return ConflictError(base.flow_id, expected, live, why)

    def _throttled(self, error: ThrottledError, pauses: int, unsure: _Unsure | None) -> int:
        seconds = self._pace.backoff(pauses, error.after or None, base=3.0)
        if pauses >= _PAUSES or seconds > self._deadline.left:
            raise error if unsure is None else unsure.error
        with _unsure_if(unsure):
            said = f"asked to wait {error.after:.0f} s" if error.after else "did not say how long"
            reason = f"{error.call} was too fast (429), and the platform {said}"
            self._pace.wait(seconds, reason, self._deadline)
        return pauses + 1

    def _pause(self, window: float, reason: str, unsure: _Unsure | None) -> None:
        seconds = self._pace.backoff(0, base=window, cap=window)
        with _unsure_if(unsure), contextlib.suppress(OutOfTimeError):
            # Out of time for waiting is not out of time for looking, which the deadline decides by itself.
            self._pace.wait(seconds, f"before another look, since {reason}", self._deadline)


class _Unsure:
    """A save that was sent and whose answer is missing."""

    def __init__(self, flow_id: str, expected: Version, content: Content, error: OutcomeUnknownError) -> None:
        self.flow_id, self.expected, self.content, self.error = flow_id, expected, content, error


def _short(number: int) -> float:
    return min(_SHORT_CAP, _SHORT * 2.0 ** min(number - 1, 30))


@contextlib.contextmanager
def _unsure_if(unsure: _Unsure | None, besides: tuple[type[PlatformError], ...] = ()) -> Iterator[None]:
    """What fails while a save's outcome is unknown leaves it unknown, whatever the failure is called."""
    try:
        yield
    except besides:
        raise
    except PlatformError as error:
        if unsure is None or isinstance(error, OutcomeUnknownError):
            raise
        raise OutcomeUnknownError(f"{unsure.error} Then: {error}", unsure.error.hint) from error
