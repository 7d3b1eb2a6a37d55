"""What the play needs: a repository, an organisation, a receiver of webhooks, and the step as the runner calls it."""

from __future__ import annotations

import html
import io
import json
import os
import random
import re
import shutil
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from ivr_action.emulator import Emulator, SimulatedTime
from ivr_action.genesys.clock import Clock
from ivr_action.notify.webhooks import World as Receivers
from ivr_action.step import main as step
from ivr_action.world import Outside

ROOT = Path(__file__).resolve().parents[2]
CENTRE = ROOT / "examples" / "contact-centre"
MAIN_LINE = "flows/main-line.yaml"
REMINDER = "nodes/workshop-reminder.yaml"
SECRET = "whsec_ZGVtbyBvZiB3ZWJob29rcyBvbiBsb29wYmFjaw=="
_OWN = {"full_name": "wheel-and-spoke/ivr", "fork": False}


class Failed(Exception):  # noqa: N818 - the play did not go as it is written
    """Something is not as it should be."""


def must(held: bool, what: str) -> None:
    """Ends the play where a claim does not hold.

    Raises:
        Failed: it does not.
    """
    if not held:
        raise Failed(what)


@dataclass(frozen=True)
class Ran:
    """What one run of the step left."""

    status: int
    log: Sequence[str]
    outputs: Mapping[str, str]
    summary: str

    def output(self, name: str) -> Any:
        """An output that is JSON."""
        return json.loads(self.outputs[name])

    def said(self, *words: str) -> str:
        """The first line of the log with all these words.

        Raises:
            Failed: there is none.
        """
        for line in self.log:
            if all(word in line for word in words):
                return line.strip().removeprefix("::group::")
        raise Failed(f"the log has no line with {' and '.join(words)}:\n" + "\n".join(self.log))

    def ends_differently(self) -> str:
        """The summary's sentence on the first caller who ends differently, as plain text."""
        found = re.search(r"^.*\*\*reached .*$", self.summary, re.MULTILINE)
        must(found is not None, "the summary tells which callers end differently")
        assert found is not None
        return html.unescape(re.sub(r"<[^>]+>|\*\*|^[- ]+", "", found[0]))


class Hook:
    """A receiver on loopback that verifies signatures with the library of Standard Webhooks."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.refused = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    outer.taken.append(Webhook(SECRET).verify(body, headers))
                    self.send_response(204)
                except WebhookVerificationError:
                    outer.refused += 1
                    self.send_response(401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/ivr"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class Stage:
    """Everything in one place; `with` opens and closes it."""

    folder: Path
    time: SimulatedTime = field(default_factory=SimulatedTime)
    _stack: ExitStack = field(default_factory=ExitStack)
    _runs: int = 0

    def __enter__(self) -> Self:
        self.repository = self.folder / "repository"
        shutil.copytree(CENTRE, self.repository)
        self.git("init", "-q", "-b", "main")
        self.commit("The flows as they are in production")
        # Two organisations: Genesys Cloud's ways, and the specification's contract for node graphs.
        self.hook = self._stack.enter_context(Hook())
        self.cloud = self._stack.enter_context(self._organisation("platform", CENTRE / "organisation.yaml"))
        named = self.folder / "organisation.yaml"
        lines = (CENTRE / "organisation.yaml").read_text(encoding="utf-8").splitlines()
        head = [line for line in lines if line.startswith(("emulator:", "organization:"))]
        named.write_text("\n".join(head) + "\n", encoding="utf-8")
        self.nodes = self._stack.enter_context(self._organisation("specification", named, CENTRE / REMINDER))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _organisation(self, mode: Any, *seeds: Path) -> Emulator:
        return Emulator(mode, seeds, clock=self.time.now, pause=self.time.pause, rng=random.Random(8))

    # -- the repository -----------------------------------------------------------------------------------------------

    def git(self, *arguments: str) -> str:
        """Git in the repository, with an author of its own and none of the user's settings."""
        who = {"NAME": "demo", "EMAIL": "demo@example.invalid", "DATE": "2026-03-02T09:00:00Z"}
        identity = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in who.items()}
        environ = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", "-C", str(self.repository), *arguments], env=environ, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str) -> None:
        """Commits whatever has changed."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def edit(self, path: str, *texts: str) -> None:
        """Replaces texts of a file: old, new, old, new …

        Raises:
            Failed: a text is not there.
        """
        file = self.repository / path
        text = file.read_text(encoding="utf-8")
        for old, new in zip(texts[::2], texts[1::2], strict=True):
            must(old in text, f"{path} has no {old!r}")
            text = text.replace(old, new, 1)
        file.write_text(text, encoding="utf-8")

    def live_yaml(self, path: str) -> str:
        """A flow's file as the production organisation has it: with its values."""
        values = (self.repository / "config" / "production.yaml").read_text(encoding="utf-8")
        text = (self.repository / path).read_text(encoding="utf-8")
        for key, value in re.findall(r"^(\w+): (.+)$", values, re.MULTILINE):
            text = text.replace(f"{{{{{key}}}}}", value)
        return text

    def live_nodes(self, name: str) -> dict[str, Any]:
        """The nodes of a node graph that is live."""
        return dict(self.nodes.flow(name).document["nodes"])

    def branch(self, name: str) -> None:
        """A branch from `main`, or back to one that is there."""
        there = self.git("branch", "--list", name)
        self.git("checkout", "-q", *([name] if there else ["-b", name, "main"]))

    # -- the step -----------------------------------------------------------------------------------------------------

    def pull_request(self, branch: str, **inputs: str) -> Ran:
        """The step on the merge commit of a branch, which is what actions/checkout checks out."""
        self.git("checkout", "-q", "--detach", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {branch} into main", branch)
        request = {"number": 7, "head": {"repo": _OWN, "ref": branch}, "base": {"repo": _OWN, "ref": "main"}}
        ran = self.run("pull_request", "refs/pull/7/merge", {"number": 7, "pull_request": request}, inputs)
        self.git("checkout", "-q", "main")
        return ran

    def tag(self, name: str, **inputs: str) -> Ran:
        """The step on a tag of the newest commit of `main`."""
        if not self.git("tag", "--list", name):
            self.git("tag", name)
        hooks = {"webhook_urls": self.hook.url, "webhook_secret": SECRET, "webhook_allow_private": "true"}
        return self.run("push", f"refs/tags/{name}", {"ref": f"refs/tags/{name}"}, {**hooks, **inputs})

    def run(
        self, event: str, ref: str, payload: object, inputs: Mapping[str, str], *, on: Emulator | None = None
    ) -> Ran:
        """The step, as the runner calls it.

        Args:
            event: its name.
            ref: the branch or tag.
            payload: the event's content.
            inputs: by name, with `_` for `-`.
            on: the organisation; Genesys Cloud's by default.
        """
        self._runs += 1
        files = {name: self.folder / f"{self._runs}-{name}" for name in ("event", "output", "summary")}
        for name, file in files.items():
            file.write_text(json.dumps(payload) if name == "event" else "", encoding="utf-8")
        organisation = on or self.cloud
        given = {
            "client_id": organisation.client_id,
            "client_secret": organisation.client_secret,
            "api_url": organisation.api_url,
            "login_url": organisation.login_url,
            "scenarios": "scenarios",
            **inputs,
        }
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "demo",
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(files["event"]),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_REF": ref,
            "GITHUB_REPOSITORY": _OWN["full_name"],
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": self.git("rev-parse", "HEAD"),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_WORKSPACE": str(self.repository),
            **{f"INPUT_{name.replace('_', '-').upper()}": value for name, value in given.items()},
        }
        outside = Outside(
            clock=lambda stop: Clock(self.time.now, self.time.sleep, stop),
            now=lambda: datetime.fromtimestamp(self.time.now(), UTC),
            random=random.Random(8).random,
            receivers=Receivers(),
        )
        out = io.StringIO()
        status = step({key: str(value) for key, value in environ.items()}, stdout=out, stderr=out, outside=outside)
        log = [line for line in out.getvalue().splitlines() if not line.startswith(("::add-mask::", "Audit "))]
        return Ran(status, log, _outputs(files["output"].read_text("utf-8")), files["summary"].read_text("utf-8"))


def _outputs(text: str) -> dict[str, str]:
    """Outputs as the runner reads them from its file."""
    found = re.findall(r"^(.+?)<<(.+)\n((?:.*\n)*?)\2$", text, re.MULTILINE)
    return {name: value.rstrip("\n") for name, _, value in found}
