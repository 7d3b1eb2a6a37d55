"""`make demo`: run the container step's program on real flows, as GitHub's runner would, with no credentials.

A repository is made with published Architect flows and node graphs; then two pull requests: one that is fine, and one
that would leave callers stranded. What the step prints, its outputs, what its summary says about callers and where it
is are shown for each.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "demo"
FLOWS = ROOT / "examples" / "flows"
SCENARIOS = ROOT / "examples" / "scenarios"


def git(repository: Path, *arguments: str) -> str:
    """Run git in the demo's repository, with an author of its own and none of the user's settings."""
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "demo"), ("EMAIL", "demo@example.invalid"), ("DATE", "2026-01-01T00:00:00Z"))
    }
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def edit(path: Path, old: str, new: str) -> None:
    """Change one place of a file; a demo whose text has moved must say so."""
    source = path.read_text(encoding="utf-8")
    if old not in source:
        raise SystemExit(f"the demo expects {old!r} in {path.name}")
    path.write_text(source.replace(old, new, 1), encoding="utf-8")


def pull_request(repository: Path, branch: str, change: Callable[[Path], None]) -> None:
    """Make a branch with a change and check out its merge commit, as `actions/checkout` does."""
    git(repository, "checkout", "-q", "-B", branch, "main")
    change(repository / "flows")
    git(repository, "commit", "-qam", branch)
    git(repository, "checkout", "-q", "--detach", "main")
    git(repository, "merge", "-q", "--no-ff", "-m", f"Merge {branch} into main", branch)


def run_step(repository: Path, title: str, expected: int) -> bool:
    """Run `entrypoint.py` with the runner's environment and show what the runner would see."""
    folder = RESULTS / title.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    event, output, summary = folder / "event.json", folder / "output.txt", folder / "summary.md"
    event.write_text(json.dumps({"number": 1, "pull_request": {"number": 1}}), encoding="utf-8")
    output.touch()
    summary.touch()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "INPUT_", "RUNNER_"))},
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "example/flows",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": git(repository, "rev-parse", "HEAD"),
        "GITHUB_REF": "refs/pull/1/merge",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "INPUT_FAIL-ON": "error",
        "INPUT_CYCLES": "caller-input",
        "INPUT_SCENARIOS": "scenarios/*.yaml",
    }
    print(f"\n=== {title} ===", flush=True)
    done = subprocess.run([sys.executable, str(ROOT / "entrypoint.py")], cwd=repository, env=environment, check=False)
    print(f"--- exit status {done.returncode}, outputs:")
    lines = output.read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        if "<<ghadelimiter" in line:
            print(f"    {line.split('<<')[0]}: {lines[index + 1]}")
    print(f"--- job summary: {summary.relative_to(ROOT)} ({summary.stat().st_size:,} bytes); of it, about callers:")
    print(about_callers(summary.read_text(encoding="utf-8")))
    if done.returncode != expected:
        print(f"the demo expected exit status {expected}", file=sys.stderr)
    return done.returncode == expected


def about_callers(markdown: str) -> str:
    """The summary's sections on what ends differently and on calls, as plain text for the terminal."""
    sections = re.findall(
        r"^### (?:🔀 Ends differently|Calls)\n.*?(?=^#|\Z|^<details)", markdown, re.MULTILINE | re.DOTALL
    )
    lines = html.unescape(re.sub(r"<[^>]+>|\*\*|\]\([^)]*\)|\[(?=<)", "", "".join(sections))).splitlines()
    return "\n".join(f"    {line}" for line in lines if line and not line.startswith("| ---"))


def show_calls(repository: Path) -> None:
    """What `ivr-action trace` tells a tester at a terminal."""
    print("\n=== the same at a terminal: ivr-action trace flows/appointment.yaml ===", flush=True)
    command = [sys.executable, "-m", "ivr_action.cli", "trace", "flows/appointment.yaml"]
    subprocess.run(command, cwd=repository, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)


def fine(flows: Path) -> None:
    """A greeting is reworded, a prompt of a node graph is replaced."""
    edit(flows / "published" / "SimpleFinancialIvr_v2-0.yaml", "Hi welcome to SimpleFinancial.", "Welcome.")
    edit(flows / "main-menu.yaml", "type: menu", "type: menu  # reworded")


def broken(flows: Path) -> None:
    """A start that does not exist, a key used twice, an action with an output it cannot have, a lost node, and a choice
    that leads to another queue than before, which is no mistake in the file."""
    simple = flows / "published" / "SimpleFinancialIvr_v2-0.yaml"
    edit(simple, "menu[Main Menu_10]", "menu[Main Menu_11]")
    edit(simple, "dtmf: digit_2", "dtmf: digit_1")
    edit(flows / "published" / "CacheExampleFlow.yaml", "notFound:", "notfound:")
    support = "dtmf == '2' || speech == 'support', destinationNodeId: "
    edit(flows / "main-menu.yaml", f"{support}support", f"{support}sales")
    payment = json.loads((flows / "payment.json").read_text(encoding="utf-8"))
    last = list(payment["nodes"])[-1]
    for node in payment["nodes"].values():
        for transition in node.get("transitionConditions", ()):
            if transition["destinationNodeId"] == last:
                transition["destinationNodeId"] = f"{last}-old"
    (flows / "payment.json").write_text(json.dumps(payment, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Exit status 0 where both pull requests ended as they must."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "flows-repository"
        shutil.copytree(FLOWS, repository / "flows")
        shutil.copytree(SCENARIOS, repository / "scenarios")
        git(repository, "init", "-q", "-b", "main")
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "The flows as they are in production")
        pull_request(repository, "reword-greeting", fine)
        good = run_step(repository, "a pull request that is fine", 0)
        pull_request(repository, "tidy-up", broken)
        bad = run_step(repository, "a pull request that strands callers", 1)
        git(repository, "checkout", "-q", "main")
        show_calls(repository)
    return 0 if good and bad else 1


if __name__ == "__main__":
    sys.exit(main())
