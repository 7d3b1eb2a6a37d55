"""The official SDK (`PureCloudPlatformClientV2`), kept quiet, with our own transport behind it.

Left alone, the SDK reads `~/.genesyscloudpython/config` when it is imported, which may change the host and switch on
a log of request bodies; it starts two threads that watch that folder for as long as the process lives; it never times
out; and it sends a POST again whose connection broke. Its `Configuration` is one object for the whole process.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import threading
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Protocol
from urllib.parse import urlencode

from ivr_action.errors import UsageError
from ivr_action.flow.collector import collector_off
from ivr_action.genesys.errors import BadAnswerError
from ivr_action.genesys.transport import USER_AGENT, Answer, Request

PACKAGE = "PureCloudPlatformClientV2"
_lock = threading.Lock()


class Sender(Protocol):
    """Sends a request that the SDK has made."""

    def send(self, request: Request) -> Answer:
        """The answer, of whatever status."""


def load_sdk() -> Any:
    """The SDK's package, imported so that it reads no file of the user's and starts no thread.

    Where the program has imported the SDK itself already, its threads are its own affair and are left alone.

    Raises:
        UsageError: it is not installed.
    """
    with _lock:
        if PACKAGE in sys.modules:
            return sys.modules[PACKAGE]
        finder = _QuietFinder()
        sys.meta_path.insert(0, finder)
        try:
            with collector_off():  # 6,900 modules and hardly any garbage
                return importlib.import_module(PACKAGE)
        except ModuleNotFoundError as error:
            raise UsageError(
                f"The official SDK is not installed: there is no module `{error.name}`.",
                "Install it with `pip install 'ivr-action[platform]'`.",
            ) from error
        finally:
            sys.meta_path.remove(finder)


def api_client(host: str, sender: Sender, access_token: str) -> Any:
    """A client of the SDK that shares nothing with any other.

    Args:
        host: the API's address.
        sender: what its requests go through.
        access_token: shown as the client's token; `sender` puts in the one that counts.
    """
    sdk = load_sdk()
    client = sdk.ApiClient(host)
    client.gateway_configuration = None
    client.user_agent = USER_AGENT
    client.access_token = access_token
    client.set_http_client(_http_client(sender))
    return client


class _QuietFinder(MetaPathFinder):
    """Finds the SDK's configuration module, and has it start quietly; everything else is found as usual."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != f"{PACKAGE}.configuration":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _QuietLoader(spec.loader)
        return spec


class _QuietLoader(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        # `Configuration` is a function that makes the one instance when it is first called; the class and the place
        # for the instance are among its free variables.
        hidden = inspect.getclosurevars(module.Configuration).nonlocals
        hidden["instances"][hidden["cls"]] = _quiet(hidden["cls"])()


def _quiet(configuration: type) -> type:
    """The SDK's configuration, which never looks at a file and never starts a thread."""

    class QuietConfiguration(configuration):  # type: ignore[misc]
        def _update_config_from_file(self) -> None:
            pass

        @property
        def live_reload_config(self) -> bool:
            return False

        @live_reload_config.setter
        def live_reload_config(self, _value: bool) -> None:
            pass

    return QuietConfiguration


class _Response:
    """An answer as the SDK wants it."""

    def __init__(self, answer: Answer, text: str) -> None:
        self.status = answer.status
        self.reason = answer.reason
        self.data = text
        self._headers = answer.headers

    def getheaders(self) -> Any:
        return self._headers

    def getheader(self, name: str, default: str | None = None) -> str | None:
        value: str | None = self._headers.get(name, default)
        return value


def _http_client(sender: Sender) -> Any:
    """What `ApiClient.set_http_client` takes; its base class exists only once the SDK is loaded."""
    abstract: Any = importlib.import_module(f"{PACKAGE}.abstract_http_client").AbstractHttpClient
    refused = importlib.import_module(f"{PACKAGE}.rest").ApiException

    class HttpClient(abstract):  # type: ignore[misc]
        def request(self, http_request_options: Any) -> _Response:
            if self.pre_hook:
                http_request_options = self.pre_hook(http_request_options)
            request = _request(http_request_options)
            answer = sender.send(request)
            try:
                text = answer.content.decode("utf-8")
            except UnicodeDecodeError as error:
                if answer.ok:
                    raise BadAnswerError(request.call, f"it is no UTF-8 ({error})") from None
                text = answer.content.decode("utf-8", "replace")
            response = _Response(answer, text)
            if not answer.ok:
                raise refused(http_resp=response)
            return self.post_hook(response) if self.post_hook else response

    return HttpClient()


def _request(options: Any) -> Request:
    """The bytes that the SDK's own transport would send."""
    headers = {name: str(value) for name, value in options.headers.items()}
    kind = headers.setdefault("Content-Type", "application/json")
    url, content = options.url, None
    if options.query_params:
        url += "?" + urlencode(options.query_params)
    if options.method in ("POST", "PUT", "PATCH", "OPTIONS"):
        if kind == "application/x-www-form-urlencoded":
            content = urlencode(options.post_params).encode("ascii")
        elif kind == "multipart/form-data":
            from urllib3 import encode_multipart_formdata

            content, headers["Content-Type"] = encode_multipart_formdata(options.post_params)
        else:
            content = json.dumps(options.body).encode("utf-8")
    return Request(options.method, url, headers, content)
