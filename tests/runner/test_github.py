"""The API client against a GitHub on loopback: pages, limits, failures, and time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from ivr_action.runner.github import ApiError, Clock, GitHub
from tests.github_api import READ_ONLY, SECONDARY_LIMIT, TOKEN, Answer, GitHubApi, running


@pytest.fixture
def api() -> Iterator[GitHubApi]:
    with running() as api:
        yield api


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self.sleep, lambda: self.at)


def client(api: GitHubApi, fake: FakeTime | None = None, *, seconds: float = 30, token: str = TOKEN) -> GitHub:
    clock = fake.clock if fake else Clock()
    return GitHub(api.url, token, api.repository, seconds=seconds, timeout=1, pause=0, clock=clock)


def test_a_pull_requests_files_come_in_pages(api: GitHubApi) -> None:
    files = [{"filename": f"flows/{number}.yaml", "status": "added"} for number in range(250)]
    files[7] = {"filename": "to.yaml", "status": "renamed", "previous_filename": "from.yaml"}
    api.pull(5, "a" * 40, "b" * 40, files)
    found = client(api).pull_files(5)
    assert len(found.files) == 250
    assert found.files[249].path == "flows/249.yaml"
    assert found.files[7] == ("to.yaml", "renamed", "from.yaml")
    assert (found.head, found.base, found.total) == ("a" * 40, "b" * 40, 250)
    assert len([path for path in api.asked("GET") if "/files" in path]) == 3


def test_a_failed_page_is_asked_for_again_and_the_list_goes_on(api: GitHubApi) -> None:
    api.pull(5, "a" * 40, "b" * 40, [{"filename": f"{number}.yaml", "status": "added"} for number in range(150)])
    api.instead("GET", r"files.*[?&]page=2", Answer(502, b"<html>Bad Gateway</html>"))
    fake = FakeTime()
    assert len(client(api, fake).pull_files(5).files) == 150
    assert fake.slept == [0.5]


def test_a_server_that_keeps_failing_is_given_up(api: GitHubApi) -> None:
    api.instead("GET", "compare", *[Answer(503, {"message": "Unavailable"})] * 9)
    fake = FakeTime()
    with pytest.raises(ApiError, match="503: Unavailable") as error:
        client(api, fake).compare("a", "b")
    assert error.value.status == 503
    assert len(api.requests) == 4


@pytest.mark.parametrize(("status", "body"), [(403, READ_ONLY), (404, {"message": "Not Found"}), (401, None)])
def test_a_refusal_is_not_repeated(api: GitHubApi, status: int, body: object) -> None:
    api.instead("GET", "compare", Answer(status, body))
    fake = FakeTime()
    with pytest.raises(ApiError) as error:
        client(api, fake).compare("a", "b")
    assert (error.value.status, len(api.requests), fake.slept) == (status, 1, [])


def test_a_limit_is_waited_for_as_long_as_github_says(api: GitHubApi) -> None:
    api.comparisons["a...b"] = {"status": "ahead", "files": []}
    api.instead("GET", "compare", Answer(403, SECONDARY_LIMIT, {"Retry-After": "7"}))
    fake = FakeTime()
    assert client(api, fake).compare("a", "b").status == "ahead"
    assert fake.slept == [7.0]


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Answer(403, SECONDARY_LIMIT), "60"),
        (Answer(429, {"message": "slow down"}, {"Retry-After": "3600"}), "3,600"),
        (
            Answer(
                403, {"message": "API rate limit exceeded"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2999"}
            ),
            "2,000",
        ),
    ],
)  # fmt: skip
def test_a_limit_longer_than_the_time_left_fails_at_once(api: GitHubApi, answer: Answer, seconds: str) -> None:
    api.instead("GET", "compare", answer)
    fake = FakeTime()
    with pytest.raises(ApiError, match=f"its limit ends in {seconds} seconds"):
        client(api, fake).compare("a", "b")
    assert fake.slept == []


def test_a_silent_server_costs_no_more_than_its_time(api: GitHubApi) -> None:
    api.instead("GET", "compare", *[Answer(delay=4)] * 9)
    started = time.monotonic()
    with pytest.raises(ApiError, match="cannot be reached"):
        client(api, seconds=2).compare("a", "b")
    assert time.monotonic() - started < 4


def test_no_server_at_all_is_an_api_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    fake = FakeTime()
    api = GitHub(f"http://127.0.0.1:{port}", TOKEN, "example/ivr", timeout=1, clock=fake.clock)
    with pytest.raises(ApiError, match="cannot be reached"):
        api.compare("a", "b")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', {"files": "x"}, {"files": [{"filename": 3}]}])
def test_a_strange_answer_is_an_api_error(api: GitHubApi, body: object) -> None:
    api.instead("GET", "compare", Answer(200, body))
    api.instead("GET", "compare", *[Answer(404, {"message": "Not Found"})] * 3)
    with pytest.raises(ApiError):
        client(api, FakeTime()).compare("a", "b")


def test_contents_small_large_and_missing(api: GitHubApi) -> None:
    large = b"x" * 1_500_000
    api.contents = {("c1", "flows/a b.yaml"): b"small\n", ("c1", "large.yaml"): large}
    found = client(api)
    assert found.content("flows/a b.yaml", "c1") == b"small\n"
    assert found.content("large.yaml", "c1") == large
    assert found.content("other.yaml", "c1") is None


def test_the_token_is_in_no_error(api: GitHubApi) -> None:
    with pytest.raises(ApiError) as error:
        client(api, token="ghp_wrong-and-secret").compare("a", "b")
    assert "Bad credentials" in str(error.value)
    assert "secret" not in repr(error.value)


def test_a_page_elsewhere_does_not_get_the_token(api: GitHubApi) -> None:
    with running() as other:
        api.pull(5, "a" * 40, "b" * 40, [])
        link = {"Link": f'<{other.url}/steal?page=2>; rel="next"'}
        api.instead("GET", "files", Answer(200, [{"filename": "a", "status": "added"}], link))
        with pytest.raises(ApiError):
            client(api, FakeTime()).pull_files(5)
        assert other.requests == []
