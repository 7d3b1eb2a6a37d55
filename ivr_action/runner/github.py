"""GitHub's REST API for one repository: through PyGithub, in limited time, with one kind of error.

PyGithub waits for rate limits by itself, an hour if need be, and repeats a POST that may have been carried out. So its
own retries are off, and `_ask` decides: what GitHub asks to wait for is waited for where it fits into the time that is
left, and a creation is never repeated blindly.
"""

from __future__ import annotations

import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from github.File import File
    from github.GithubException import GithubException
    from github.Issue import Issue

T = TypeVar("T")

PULL_FILES = 3000
"""Files that the list of a pull request's files ends at, without a word."""
COMPARE_FILES = 300
"""The same for a comparison of two commits."""
_ATTEMPTS = 4
_BACKOFF_SECONDS = 0.5
_SECONDARY_LIMIT_SECONDS = 60.0
"""What GitHub asks for where a secondary limit names no time."""
_REASON = 200


class ApiError(Exception):
    """GitHub's API gave no usable answer; the text says why in one line that may be shown."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status
        """HTTP status; 0 where there was no answer."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the API client sees it."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    wall: Callable[[], float] = time.time
    """Seconds since 1970, for limits that end at a time of day."""


class ChangedFile(NamedTuple):
    """One file of a pull request or a comparison."""

    path: str
    status: str
    """GitHub's word: `added`, `removed`, `modified`, `renamed`, `copied`, `changed`, `unchanged`."""
    previous: str = ""
    """The old name of what was renamed."""


class PullFiles(NamedTuple):
    """The files of a pull request, with what tells whether the list is whole."""

    files: tuple[ChangedFile, ...]
    head: str
    """The head's commit after the last page was read."""
    base: str
    """Newest commit of the branch it goes into."""
    total: int
    """Number of changed files as GitHub counts them."""


class Comparison(NamedTuple):
    """Two commits compared, from where the histories part to the second one."""

    files: tuple[ChangedFile, ...]
    status: str
    """`ahead`: the second commit follows the first. `diverged`, `behind`: it does not. `identical`."""


class Comment(NamedTuple):
    """A comment on a pull request."""

    id: int
    body: str
    author: str
    is_bot: bool


class GitHub:
    """The API for one repository.

    Args:
        url: of the API, such as `https://api.github.com`.
        token: goes into the `Authorization` header and nowhere else.
        repository: `owner/name`.
        seconds: all the time that the calls of this object may take together, waiting included.
        timeout: seconds that one request may wait for the server.
        pause: seconds between two writing requests; GitHub asks for one.
        clock: time.
    """

    def __init__(
        self,
        url: str,
        token: str,
        repository: str,
        *,
        seconds: float = 30.0,
        timeout: int = 10,
        pause: float = 1.0,
        clock: Clock = Clock(),
    ) -> None:
        from github import Auth, Github

        self._seconds = seconds
        self._clock = clock
        self._end = clock.now() + seconds
        self._client = Github(
            base_url=url,
            auth=Auth.Token(token),
            timeout=timeout,
            retry=None,
            per_page=100,
            seconds_between_requests=None,
            seconds_between_writes=pause,
            lazy=True,
        )
        self._repository = self._client.get_repo(repository)

    def pull_files(self, number: int) -> PullFiles:
        """What a pull request changes, and its head as it is once the list is read."""
        files = self._repository.get_pull(number).get_files()
        found = self._ask(lambda: tuple(map(_changed, self._within(files))))
        pull = self._repository.get_pull(number)
        return self._ask(lambda: PullFiles(found, pull.head.sha, pull.base.sha, pull.changed_files))

    def compare(self, base: str, head: str) -> Comparison:
        """What changed between two commits."""
        found = self._repository.compare(base, head)
        return self._ask(lambda: Comparison(tuple(map(_changed, found.files)), found.status))

    def parent(self, commit: str) -> str:
        """The first parent of a commit; empty where it has none."""
        found = self._repository.get_commit(commit)
        return self._ask(lambda: next((parent.sha for parent in found.parents), ""))

    def content(self, path: str, commit: str) -> bytes | None:
        """A file's bytes at a commit; None where there is no such file."""
        try:
            return self._ask(lambda: self._content(path, commit))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def comments(self, number: int) -> list[Comment]:
        """All comments of a pull request, the oldest first."""
        comments = self._issue(number).get_comments()
        return self._ask(lambda: [_comment(comment) for comment in self._within(comments)])

    def create_comment(self, number: int, body: str) -> Comment:
        """Adds a comment. After a failure it may be there all the same."""
        return self._ask(lambda: _comment(self._issue(number).create_comment(body)), again=False)

    def edit_comment(self, number: int, id_: int, body: str) -> None:
        """Replaces a comment's text."""
        self._ask(lambda: self._issue(number).get_comment(id_).edit(body))

    def delete_comment(self, number: int, id_: int) -> None:
        """Deletes a comment; one that is gone already is fine."""
        try:
            self._ask(lambda: self._issue(number).get_comment(id_).delete())
        except ApiError as error:
            if error.status != 404:
                raise

    def login(self) -> str:
        """Whose token it is; empty for an app's, a workflow's own included, which may not ask that."""
        try:
            return self._ask(lambda: self._client.get_user().login)
        except ApiError as error:
            if error.status in (401, 403, 404):
                return ""
            raise

    def _issue(self, number: int) -> Issue:
        return self._repository.get_issue(number)

    def _content(self, path: str, commit: str) -> bytes | None:
        found = self._repository.get_contents(path, commit)
        if isinstance(found, list):
            return None  # a folder
        if found.encoding == "base64":
            return found.decoded_content
        return b64decode(self._repository.get_git_blob(found.sha).content)  # more than 1 MB

    def _within(self, items: Any) -> Any:
        """The items of a list that comes in pages, as long as there is time."""
        for item in items:
            self._check_time()
            yield item

    def _check_time(self) -> None:
        if self._clock.now() >= self._end:
            raise ApiError(f"GitHub did not give all of its answer within {self._seconds:.0f} seconds")

    def _ask(self, ask: Callable[[], T], *, again: bool = True) -> T:
        """One call, repeated where that can help and there is time. A list that broke off goes on where it was.

        Args:
            ask: makes the call.
            again: False for a call that must not be repeated where nobody knows whether it was carried out.
        """
        from github.GithubException import BadAttributeException, GithubException
        from requests import RequestException

        attempt = 0
        while True:
            self._check_time()
            attempt += 1
            backoff = _BACKOFF_SECONDS * 2.0 ** (attempt - 1)
            try:
                return ask()
            except GithubException as error:
                wait = self._wait(error, backoff)
                problem = ApiError(_worded(error, wait), error.status)
                safe = again or error.status < 500
            except RequestException as error:
                wait, safe = backoff, again
                problem = ApiError(f"GitHub cannot be reached ({type(error).__name__})")
            except (AssertionError, AttributeError, BadAttributeException, KeyError, TypeError, ValueError) as error:
                raise ApiError(f"GitHub's answer cannot be understood ({type(error).__name__})") from error
            if not safe or wait is None or attempt == _ATTEMPTS or self._clock.now() + wait >= self._end:
                raise problem
            self._clock.sleep(wait)

    def _wait(self, error: GithubException, backoff: float) -> float | None:
        """Seconds after which the same call may be sent again; None where it would fail again."""
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        if error.status >= 500:
            return backoff
        if not _is_limit(error, headers):
            return None
        after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
        if after.isdigit():
            return max(backoff, float(after))
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
            return max(backoff, float(reset) - self._clock.wall() + 1)
        return _SECONDARY_LIMIT_SECONDS


def _is_limit(error: GithubException, headers: dict[str, str]) -> bool:
    from github.GithubException import RateLimitExceededException

    if error.status == 429 or isinstance(error, RateLimitExceededException):
        return True
    return error.status == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")


def _worded(error: GithubException, wait: float | None) -> str:
    data = error.data
    said = data.get("message") if isinstance(data, dict) else None
    text = f": {said[:_REASON]}" if isinstance(said, str) and said else ""
    limit = f"; its limit ends in {wait:,.0f} seconds" if wait is not None and error.status < 500 else ""
    return f"GitHub answered {error.status}{text.rstrip('.')}{limit}"


def _changed(file: File) -> ChangedFile:
    return ChangedFile(file.filename, file.status, file.previous_filename or "")


def _comment(comment: Any) -> Comment:
    user = comment.user
    return Comment(comment.id, comment.body or "", user.login if user else "", bool(user) and user.type == "Bot")
