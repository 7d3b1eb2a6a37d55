"""Shows job summaries as GitHub would and takes the screenshots in docs/images.

    python docs/render/render.py [--keep FOLDER] [NAME …]

Needs npm and Chromium (`CHROMIUM` names another binary); pngquant, where it is there, makes the pictures
smaller. Each summary comes from a real run of the step in a Git
repository made for it, as on a pull request. The page is served on loopback; nothing is fetched while it is shown.
Fails where a diagram does not draw, or where something from a flow became markup.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import http.server
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH = 1000
_MADE = {
    "plan-comment": "comment_of_plan",
    "plan-summary": "summary_of_plan",
    "deploy-summary": "summary_of_deployment",
}
"""Made by the functions of `deployed.py`, without a run of the step."""
HEIGHT_LIMIT = 2600
_NAMES = ("good", "bad", "hostile", "calls", *_MADE)
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=60000",
)

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(HERE))


def main() -> int:
    parser = argparse.ArgumentParser(description="Render the summaries of the documentation.")
    parser.add_argument("--keep", type=Path, help="leave the summaries and pages here")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(_NAMES)}; all of them by default")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        work = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        work.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", work)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=work, check=True)
        served = work / "served"
        served.mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (served / "modules").symlink_to(work.resolve() / "node_modules")
        address = stack.enter_context(_serving(served))
        failed = False
        for name in options.names or _NAMES:
            folder = served / name
            folder.mkdir(exist_ok=True)
            shutil.copy(HERE / "page.html", folder / "index.html")
            (folder / "summary.md").write_text(_summary(name), encoding="utf-8")
            failed |= not _shoot(f"{address}/{name}/", name)
    return 1 if failed else 0


def _summary(name: str) -> str:
    """The summary of the step on a pull request that adds the flows of this name."""
    if name in _MADE:
        import deployed

        made: str = getattr(deployed, _MADE[name])()
        return made
    from ivr_action.step import main as step

    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "repository"
        flows = repository / "flows"
        flows.mkdir(parents=True)
        _git(repository, "init", "--quiet", "--initial-branch=main")
        shutil.copytree(ROOT / "examples" / "flows" / "published", flows / "published")
        if name == "calls":
            shutil.copytree(ROOT / "examples" / "flows", flows, dirs_exist_ok=True)
            shutil.copytree(ROOT / "examples" / "scenarios", repository / "scenarios")
        _git(repository, "add", ".")
        _git(repository, "commit", "--quiet", "--message=before")
        if name == "hostile":
            from make_hostile import write

            write(flows)
        elif name == "calls":
            menu = flows / "main-menu.yaml"
            support = "speech == 'support', destinationNodeId: "
            menu.write_text(
                menu.read_text(encoding="utf-8").replace(f"{support}support", f"{support}sales", 1), "utf-8"
            )
        elif name == "good":
            for path in (ROOT / "examples" / "flows").glob("*.yaml"):
                shutil.copy(path, flows)
        else:
            shutil.copytree(HERE / "flows" / name, flows, dirs_exist_ok=True)
        _git(repository, "add", ".")
        _git(repository, "commit", "--quiet", "--message=flows")
        summary, event = Path(folder) / "summary.md", Path(folder) / "event.json"
        event.write_text("{}", encoding="utf-8")
        environ = {
            "PATH": os.environ["PATH"],
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_WORKSPACE": str(repository),
            "GITHUB_SHA": _git(repository, "rev-parse", "HEAD"),
            "GITHUB_REPOSITORY": "example/ivr",
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        if name == "calls":
            environ["INPUT_SCENARIOS"] = "scenarios"
        step(environ, stdout=io.StringIO(), stderr=io.StringIO())
        return summary.read_text(encoding="utf-8")


def _git(folder: Path, *arguments: str) -> str:
    identity = {"NAME": "docs", "EMAIL": "docs@example.com", "DATE": "2026-01-01T00:00:00Z"}
    environ = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in identity.items()}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **environ}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _shoot(address: str, name: str) -> bool:
    """Takes the screenshot, and says whether the page is as it should be."""
    state = json.loads(
        re.search("<title>(.*?)</title>", _chromium(address, "--dump-dom"), re.DOTALL)[1]
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
    )
    height = min(state["height"], HEIGHT_LIMIT)
    image = IMAGES / f"{name if name in _MADE else f'summary-{name}'}.png"
    image.parent.mkdir(exist_ok=True)
    _chromium(address, f"--window-size={WIDTH},{height}", f"--screenshot={image}")
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--skip-if-larger", "--output", image, "128", image], check=False)
    print(f"{image.name}: {image.stat().st_size:,} bytes, {WIDTH}x{height}, {state}")  # noqa: T201
    return not state["problems"] and not state["odd"]


def _chromium(address: str, *options: str) -> str:
    sandbox = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    with tempfile.TemporaryDirectory() as profile:
        command = [os.environ.get("CHROMIUM", "chromium"), *_FLAGS, *sandbox, f"--user-data-dir={profile}"]
        size = () if any("window-size" in option for option in options) else (f"--window-size={WIDTH},800",)
        done = subprocess.run([*command, *size, *options, address], check=True, capture_output=True, text=True)
    return done.stdout


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    sys.exit(main())
