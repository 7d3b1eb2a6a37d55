"""The public regions of Genesys Cloud, and the addresses of the API and of the login in each."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ivr_action.errors import UsageError

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Region:
    """One region of Genesys Cloud."""

    name: str
    """AWS's name of it, such as `eu-west-1`."""
    domain: str
    """Genesys' name of it, such as `mypurecloud.ie`."""

    @property
    def api_url(self) -> str:
        """Where the API is."""
        return f"https://api.{self.domain}"

    @property
    def login_url(self) -> str:
        """Where tokens are issued."""
        return f"https://login.{self.domain}"


REGIONS = tuple(
    Region(name, domain)
    for name, domain in (
        ("us-east-1", "mypurecloud.com"),
        ("us-east-2", "use2.us-gov-pure.cloud"),  # FedRAMP
        ("us-west-2", "usw2.pure.cloud"),
        ("ca-central-1", "cac1.pure.cloud"),
        ("mx-central-1", "mxc1.pure.cloud"),
        ("sa-east-1", "sae1.pure.cloud"),
        ("eu-west-1", "mypurecloud.ie"),
        ("eu-west-2", "euw2.pure.cloud"),
        ("eu-central-1", "mypurecloud.de"),
        ("eu-central-2", "euc2.pure.cloud"),
        ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
        ("me-central-1", "mec1.pure.cloud"),
        ("ap-south-1", "aps1.pure.cloud"),
        ("ap-southeast-1", "apse1.pure.cloud"),
        ("ap-southeast-2", "mypurecloud.com.au"),
        ("ap-northeast-1", "mypurecloud.jp"),
        ("ap-northeast-2", "apne2.pure.cloud"),
        ("ap-northeast-3", "apne3.pure.cloud"),
    )
)
"""All of them, as the official SDK lists them (`purecloud_region_hosts.py`, version 269)."""


def find_region(name: str) -> Region:
    """The region of this AWS name or this domain; case, `https://`, `api.`, `login.` and `apps.` do not matter.

    Raises:
        UsageError: naming all regions, where it is none of them.
    """
    plain = name.strip().lower().removeprefix("https://").rstrip("/").replace("_", "-")
    for prefix in ("api.", "login.", "apps."):
        plain = plain.removeprefix(prefix)
    for region in REGIONS:
        if plain in (region.name, region.domain):
            return region
    known = "\n".join(f"  {region.name:<15} {region.domain}" for region in REGIONS)
    raise UsageError(
        f"`{name.strip()}` is no region of Genesys Cloud.",
        f"Give the AWS name or the domain; your organisation's domain is in the address of its login page:\n{known}",
    )


def public_region(url: str) -> Region | None:
    """The region that a URL belongs to; None where it leads elsewhere, such as to an emulator."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    for region in REGIONS:
        if host == region.domain or host.endswith("." + region.domain):
            return region
    return None
