"""How to reach the platform, and as whom."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ivr_action.errors import UsageError
from ivr_action.genesys.regions import DEFAULT_REGION, find_region

OFFICIAL_NAMES = {
    "client_id": "GENESYSCLOUD_OAUTHCLIENT_ID",
    "client_secret": "GENESYSCLOUD_OAUTHCLIENT_SECRET",
    "access_token": "GENESYSCLOUD_ACCESS_TOKEN",
    "region": "GENESYSCLOUD_REGION",
}
"""The variables that Genesys' own tools read (its CLI and CX as Code)."""
_NAMES = ("client_id", "client_secret", "access_token", "region", "api_url", "login_url")


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """Credentials and addresses, checked. Its `repr` shows no secret.

    Raises:
        UsageError: an unknown region, an address that is not https, or an identifier without its secret.
    """

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    """A token that somebody else has asked for. It wins over the client, and nobody renews it."""
    region: str = ""
    """AWS's name or Genesys' domain; empty is us-east-1."""
    api_url: str = ""
    """Filled in from the region where it is empty; an address that is given wins over the region."""
    login_url: str = ""
    """Filled in from the region, or from `api_url` with `login.` for `api.`."""

    def __post_init__(self) -> None:
        region = find_region(self.region or DEFAULT_REGION)
        api, login = self.api_url.strip().rstrip("/"), self.login_url.strip().rstrip("/")
        if not login:
            login = api.replace("//api.", "//login.", 1) if api else region.login_url
        for name, value in (("api_url", api or region.api_url), ("login_url", login)):
            _check_url(name.replace("_", "-"), value)
            object.__setattr__(self, name, value)
        for name in ("client_id", "client_secret", "access_token"):
            _check_visible(name.replace("_", "-"), getattr(self, name))

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], **given: str) -> PlatformSettings:
        """Given > `IVR_ACTION_CLIENT_ID` and so on > the official `GENESYSCLOUD_…` > default; empty equals absent."""
        values = {}
        for name in _NAMES:
            sources = (
                given.get(name, ""),
                environ.get(f"IVR_ACTION_{name.upper()}", ""),
                environ.get(OFFICIAL_NAMES.get(name, ""), ""),
            )
            values[name] = next((text.strip() for text in sources if text and text.strip()), "")
        return cls(**values)

    @property
    def has_credentials(self) -> bool:
        """Whether there is anything to log in with."""
        return bool(self.access_token or (self.client_id and self.client_secret))

    def check_credentials(self) -> None:
        """Raises UsageError, saying which part is missing, where there is nothing to log in with."""
        if self.has_credentials:
            return
        missing = [
            f"`{name.replace('_', '-')}` ({OFFICIAL_NAMES[name]})"
            for name in ("client_id", "client_secret")
            if not getattr(self, name)
        ]
        verb = "is" if len(missing) == 1 else "are"
        raise UsageError(
            f"No credentials for Genesys Cloud: {' and '.join(missing)} {verb} missing.",
            "Give the id and the secret of an OAuth client of type Client Credentials, or `access-token`; "
            "docs/permissions.md says how to make one.",
        )


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine and nowhere else."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        odd = parts.username is not None or parts.query or parts.fragment or not parts.hostname or parts.port == 0
    except ValueError:
        raise UsageError(f"`{name}` is no URL.") from None
    if odd or any(letter.isspace() for letter in url):
        raise UsageError(f"`{name}` must be scheme, host and port, such as https://api.mypurecloud.ie.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        raise UsageError(
            f"`{name}` is {parts.scheme or 'without a scheme'}; it must be https, so that no secret travels in the "
            "clear.",
            "Plain http is taken for this machine only, such as http://127.0.0.1:8080.",
        )


def _check_visible(name: str, value: str) -> None:
    """A line break in a header would end it; the value is not shown, since it is a secret."""
    if any(not (" " < letter <= "~") for letter in value):
        raise UsageError(
            f"`{name}` contains a blank, a line break or a character outside ASCII.",
            "Copy it again, without what was around it.",
        )
