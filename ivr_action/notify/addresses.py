"""Which receivers a webhook may go to: by the URL first, and again by each address that its name resolves to."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ivr_action.errors import UsageError

_ALLOW = "Where the receiver is meant to be in a private network, say so with `webhook-allow-private`."
_NEVER = ("unspecified", "multicast", "reserved")
"""What no receiver can have."""
# IANA's registries of special-purpose addresses, spelt out so that all versions of Python judge alike.
_SPECIAL = tuple(
    (ipaddress.ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "behind a carrier's NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "the host of an Azure machine"),
        ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "special"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "special"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "private"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6's clothes"),
        ("64:ff9b::/96", "translated by NAT64"),
        ("64:ff9b:1::/48", "translated by NAT64"),
        ("2001::/23", "special"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "an IPv4 address in IPv6's clothes"),
        ("3fff::/20", "for documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("ff00::/8", "multicast"),
    )
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")


class UnsafeAddressError(UsageError):
    """A receiver that must not be reached."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where a webhook goes. Its path and query often are a secret, so that only host and port are shown."""

    scheme: str
    host: str
    """A name, or an address without brackets."""
    port: int
    target: str = field(repr=False)
    """Path and query."""

    @property
    def shown(self) -> str:
        """Host, and the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme == "https"


def receiver(url: str, *, allow_private: bool = False) -> Receiver:
    """Reads a receiver's URL; nothing is resolved yet.

    Args:
        url: https; http only to this machine and only where private addresses are allowed.
        allow_private: whether private and other special addresses may be reached.

    Raises:
        UnsafeAddressError: its address must not be reached.
        UsageError: it is no URL, not https, or contains credentials. The message shows no more than its host.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise UsageError("A webhook's URL cannot be read.", _EXAMPLE) from None
    if not host or port == 0 or any(not "!" <= letter <= "~" for letter in url) or "\\" in url:
        raise UsageError("A webhook's URL is no URL of ASCII characters with a host.", _EXAMPLE)
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"The webhook's URL of `{host}` contains credentials, which would end up in logs.",
            "Let the receiver check the signature (`webhook-secret`) instead.",
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and allow_private and _names_loopback(host)):
        raise UsageError(
            f"The webhook's URL of `{host}` is {parts.scheme or 'without a scheme'}; it must be https.", _EXAMPLE
        )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    found = Receiver(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), target)
    if _is_address(host):
        check_addresses(found, (host,), allow_private=allow_private)
    return found


_EXAMPLE = "Such as https://ci.example.com/hooks/ivr."


def check_addresses(to: Receiver, addresses: Sequence[str], *, allow_private: bool) -> None:
    """Raises UnsafeAddressError where one of the addresses, all of which could be connected to, must not be reached."""
    for address in addresses:
        why = why_special(address)
        insecure = not to.secure and why != "loopback"
        if (why and (not allow_private or why in _NEVER)) or insecure:
            where = "" if address == to.host else f" resolves to {address}, which"
            what = f"not this machine, so http is not enough ({why or 'public'})" if insecure else why
            raise UnsafeAddressError(
                f"The webhook's host `{to.shown}`{where} is {what}; nothing was sent.",
                "" if insecure or why in _NEVER else _ALLOW,
            )


def why_special(address: str) -> str:
    """What keeps an address from being a public one, in a word or two; empty for a public one."""
    ip = ipaddress.ip_address(address)
    for network, what in _SPECIAL:
        if ip.version == network.version and ip in network:
            return what
    return "" if ip.version == 4 or ip in _GLOBAL_V6 else "special"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _names_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and why_special(host) == "loopback")
