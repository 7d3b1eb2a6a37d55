"""yaml-language-server, which VS Code, Neovim and others use for YAML, driven over stdio as an editor drives it."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

VERSION = "2.0.0"
SECONDS = 60
"""The longest wait for one answer."""


class ServerUnavailableError(Exception):
    """No language server can be had here; the text says why."""


def install(cache: Path) -> Path:
    """The server's program, fetched by npm into the cache folder where it is not there yet.

    Raises:
        ServerUnavailableError: there is no npm, or it could not fetch it.
    """
    program = cache / f"yaml-language-server-{VERSION}" / "node_modules/yaml-language-server/bin/yaml-language-server"
    if program.exists():
        return program
    npm = shutil.which("npm")
    if npm is None:
        raise ServerUnavailableError("npm is not installed")
    folder = program.parents[3]
    folder.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(
        [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--no-save",
         f"yaml-language-server@{VERSION}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if fetched.returncode or not program.exists():
        shutil.rmtree(folder, ignore_errors=True)
        raise ServerUnavailableError(f"npm could not fetch yaml-language-server:\n{fetched.stderr[-2000:]}")
    return program


class LanguageServer:
    """One server with one workspace; leave it with `with`.

    Args:
        program: as `install` gives it.
        folder: the workspace.
        schemas: globs by schema, as the setting `yaml.schemas` has them.
    """

    def __init__(self, program: Path, folder: Path, schemas: Mapping[str, str | list[str]] | None = None) -> None:
        self._settings = {"yaml": {"schemas": dict(schemas or {}), "schemaStore": {"enable": False}, "hover": True,
                                   "completion": True, "validate": True}}  # fmt: skip
        self.folder = folder
        self._process = subprocess.Popen(
            ["node", str(program), "--stdio"],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        )  # fmt: skip
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._number = 0
        threading.Thread(target=self._receive, daemon=True).start()
        capabilities = {
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}},
                "hover": {"contentFormat": ["markdown"]},
            },
            "workspace": {"configuration": True},
        }
        self._ask("initialize", {"processId": os.getpid(), "rootUri": folder.as_uri(), "capabilities": capabilities})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, path: Path) -> list[str]:
        """Opens a file and returns what the editor would underline, each as `line: message`."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": path.read_text(encoding="utf-8")}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while uri not in self._diagnostics:
            self._handle(self._next())
        return [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in self._diagnostics[uri]]

    def complete(self, path: Path, line: int, column: int) -> list[str]:
        """Labels that are offered at a place of an opened file, both from 1."""
        found = self._ask("textDocument/completion", self._place(path, line, column))
        items = found["items"] if isinstance(found, dict) else found
        return [str(item["label"]) for item in items or ()]

    def hover(self, path: Path, line: int, column: int) -> str:
        """The text that is shown at a place of an opened file."""
        found = self._ask("textDocument/hover", self._place(path, line, column))
        return str(found["contents"]["value"]) if found else ""

    @staticmethod
    def _place(path: Path, line: int, column: int) -> dict[str, Any]:
        return {
            "textDocument": {"uri": path.as_uri()},
            "position": {"line": line - 1, "character": column - 1},
        }

    # -- JSON-RPC

    def _ask(self, method: str, params: object) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._handle(message)

    def _tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def _handle(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and "method" in message:
            result: object = None
            if message["method"] == "workspace/configuration":
                result = [self._settings.get(item.get("section")) for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": result})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _next(self) -> dict[str, Any]:
        try:
            return self._messages.get(timeout=SECONDS)
        except queue.Empty:
            raise AssertionError(f"the language server did not answer within {SECONDS} s") from None

    def _receive(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self._messages.put(json.loads(stream.read(length)))
