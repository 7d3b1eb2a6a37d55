"""`ivr-action emulator` as a process: one line, loopback only, a clean end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ivr_action.cli import main
from tests.emulator.conftest import MAIN


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "ivr_action.cli", "emulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate(timeout=10)


def log_in(line: dict[str, Any]) -> str:
    answer = httpx.post(
        f"{line['login_url']}/oauth/token",
        auth=(line["client_id"], line["client_secret"]),
        data={"grant_type": "client_credentials"},
        trust_env=False,
    )
    return f"Bearer {answer.json()['access_token']}"


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_and_ends_cleanly(number: signal.Signals) -> None:
    with running("--seed", str(MAIN)) as (process, line):
        assert [(flow["name"], flow["version"]) for flow in line["flows"]] == [("Main line", "1.0")]
        token = log_in(line)
        got = httpx.get(f"{line['api_url']}/api/v2/flows", headers={"authorization": token}, trust_env=False)
        assert got.json()["entities"][0]["id"] == line["flows"][0]["id"]
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without asking it")
def test_a_slow_answer_does_not_hold_up_the_end(tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("- {path: /slow, delay: 600}\n")
    with running("--faults", str(faults)) as (process, line):
        where = line["api_url"].removeprefix("http://").split(":")
        with socket.create_connection((where[0], int(where[1])), timeout=10) as waiting:
            waiting.sendall(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            httpx.get(f"{line['api_url']}/other", trust_env=False)  # answered behind it: the slow one is under way
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=10)
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in err


def test_it_listens_on_loopback_only() -> None:
    with running() as (_, line):
        port = int(line["api_url"].rsplit(":", 1)[1])
        others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in others - {"127.0.0.1"}:
            with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
                socket.create_connection((str(address), port), timeout=2)
        socket.create_connection(("127.0.0.1", port), timeout=2).close()


def test_a_killed_emulator_goes_on_from_its_folder(tmp_path: Path) -> None:
    folder = str(tmp_path / "state")
    with running("--state", folder, "--job-seconds", "0") as (process, line):
        headers = {"authorization": log_in(line)}
        body = {"name": "New", "type": "inboundcall"}
        made = httpx.post(f"{line['api_url']}/api/v2/flows", json=body, headers=headers, trust_env=False)
        process.kill()
    with running("--state", folder) as (_, again):
        assert again["client_secret"] == line["client_secret"]
        url = f"{again['api_url']}/api/v2/flows/{made.json()['id']}"
        assert httpx.get(url, headers={"authorization": log_in(again)}, trust_env=False).json()["name"] == "New"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--seed", "no/where.yaml"], f"The seed {Path('no/where.yaml')} is not there."),
        (["--faults", "no/where.yaml"], "no/where.yaml"),
        (["--port", "70000"], "--port is 70000"),
        (["--requests-per-minute", "0"], "--requests-per-minute"),
    ],
)
def test_a_mistake_is_said_in_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(["emulator", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["emulator", "--port", str(port)]) == 2
    assert f"The port {port} cannot be used" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["starlette", "uvicorn"])
def test_without_its_packages_it_says_what_to_install(package: str) -> None:
    program = (
        f"import sys; sys.modules[{package!r}] = None; from ivr_action.cli import main; sys.exit(main(['emulator']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert f"needs the package {package}" in done.stderr
    assert "pip install 'ivr-action[emulator]'" in done.stderr


def test_other_commands_do_not_pay_for_it() -> None:
    program = (
        "import sys; from ivr_action.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: print([name for name in ('starlette', 'uvicorn', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
