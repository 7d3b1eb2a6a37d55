"""What can go wrong with the platform, each with what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from ivr_action.errors import OutcomeUnknownError, PlatformError

_OUTCOME_HINT = (
    "Look at the flow's version history before you deploy again: nothing was sent a second time, so that nothing "
    "is saved twice."
)


class StoppedError(PlatformError):
    """The run was told to stop (SIGTERM, or a cancelled job) while nothing was under way."""

    def __init__(self) -> None:
        super().__init__("Stopped while waiting: the run was told to end.", "What was saved before stays saved.")


class OutOfTimeError(PlatformError):
    """A wait would have passed the deadline.

    Args:
        what: what the wait was for.
        needed: seconds.
        left: seconds until the deadline.
        total: seconds that the run had in all.
    """

    def __init__(self, what: str, needed: float, left: float, total: float) -> None:
        self.what, self.needed, self.left, self.total = what, needed, left, total
        wait = f"it would take {needed:.0f} s and " if needed else ""
        super().__init__(
            f"Out of time: {what}; {wait}{left:.0f} s of {total:.0f} s are left.",
            "Allow more time, or do less at once.",
        )


class UnreachableError(PlatformError):
    """No answer, and nothing was changed: the request was not sent, or it only read."""


class BadAnswerError(PlatformError):
    """An answer that is not what the API promises, such as JSON that breaks off."""

    def __init__(self, call: str, why: str) -> None:
        super().__init__(
            f"{call}: the answer cannot be read: {why}.",
            "If it happens again, see whether a proxy stands between, and whether the address is the API's.",
        )


class LoginError(PlatformError):
    """No token: wrong id, wrong secret, wrong region, or a client of another type."""


class RefusedError(PlatformError):
    """The platform answered with an error.

    Args:
        call: method and path.
        status: of HTTP.
        code: the platform's, such as `architect.flow.not.found`; empty where it gave none.
        text: the platform's message, its parameters filled in.
        correlation_id: what Genesys' support asks for.
        hint: what to do; a text that suits the status where it is empty.
    """

    advice = "docs/platform.md explains the platform's answers."

    def __init__(self, call: str, status: int, code: str, text: str, correlation_id: str = "", hint: str = "") -> None:
        self.call, self.status, self.code, self.text, self.correlation_id = call, status, code, text, correlation_id
        said = ": ".join(part for part in (f"{status} {code}".strip(), text) if part)
        trace = f" (correlation id {correlation_id})" if correlation_id else ""
        super().__init__(f"{call}: {said}{trace}", hint or self.advice)


class UnauthorizedError(RefusedError):
    """401 again after the token was renewed, or for a token that cannot be renewed."""

    advice = (
        "The token is expired, revoked or of another region. A token that is given as `access-token` is not renewed: "
        "ask for a new one, or give `client-id` and `client-secret`."
    )


class ForbiddenError(RefusedError):
    """403: a permission is missing.

    Args:
        permissions: the permissions that the platform named, such as `architect:flow:edit`.
    """

    def __init__(
        self, call: str, status: int, code: str, text: str, correlation_id: str, permissions: Sequence[str]
    ) -> None:
        self.permissions = tuple(permissions)
        named = " or ".join(f"`{name}`" for name in self.permissions)
        super().__init__(
            call,
            status,
            code,
            text,
            correlation_id,
            f"Missing permission: {named or 'the platform did not name it'}. Add it to a role of the OAuth client, in "
            "the division of the flow; it takes up to five minutes to count. docs/permissions.md lists what a plan and "
            "what a deployment need. The platform sometimes names a permission that does not help.",
        )


class NotFoundError(RefusedError):
    """404."""

    advice = (
        "Either it does not exist (look for a typing error, and whether this is the right organisation and region), or "
        "the OAuth client's role does not reach its division: the platform answers the same to both."
    )


class ServerError(RefusedError):
    """5xx, still so after the retries that are safe."""

    advice = "The platform has a problem. https://status.mypurecloud.com tells whether it is known; try again later."


class ThrottledError(RefusedError):
    """429, and the wait does not fit into the time that is left.

    Args:
        after: seconds to wait at least.
        left: seconds until the deadline; None where too many were asked for already.
    """

    def __init__(
        self, call: str, code: str, text: str, correlation_id: str, after: float, left: float | None = None
    ) -> None:
        self.after = after
        fits = "" if left is None else f" {left:.0f} s are left, which is not enough."
        super().__init__(
            call,
            429,
            code,
            text,
            correlation_id,
            f"The platform asks to wait {after:.0f} s.{fits} The limit (300 requests a minute by default) is shared by "
            "everything that uses this OAuth client: give deployments a client of their own, or allow more time.",
        )


class LockedError(RefusedError):
    """Somebody has the flow open for editing.

    Args:
        who: the user or client, as the platform names it.
        since: when, as the platform gives it; empty where it does not.
    """

    def __init__(
        self, call: str, status: int, code: str, text: str, correlation_id: str, who: str, since: str = ""
    ) -> None:
        self.who, self.since = who, since
        super().__init__(
            call,
            status,
            code,
            text,
            correlation_id,
            f"Locked by {who or 'somebody whom the platform does not name'}{f' since {since}' if since else ''}. Ask "
            "them to check it in or to discard their changes, then run this again.",
        )


def outcome_unknown(call: str, why: str) -> OutcomeUnknownError:
    """The error for a change that was sent and whose answer is missing."""
    return OutcomeUnknownError(
        f"{call}: it was sent, and whether it took effect is unknown: {why.rstrip('.')}.", _OUTCOME_HINT
    )
