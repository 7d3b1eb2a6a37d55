"""Which receivers may be reached."""

from __future__ import annotations

import ipaddress

import pytest

from ivr_action.errors import UsageError
from ivr_action.notify.addresses import UnsafeAddressError, check_addresses, receiver, why_special

SPECIAL = """
0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255
198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255
2606:4700:4700::1111 2a00:1450:4001::1 2001:4860:4860::8888 2003::1
""".split()


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_refused_as_a_host_and_behind_a_name(address: str) -> None:
    assert why_special(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(UnsafeAddressError, match="nothing was sent"):
        receiver(f"https://{host}/hook")
    named = receiver("https://hooks.example/hook")
    with pytest.raises(UnsafeAddressError, match="resolves to"):
        check_addresses(named, ("1.1.1.1", address), allow_private=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_taken(address: str) -> None:
    assert ipaddress.ip_address(address).is_global
    check_addresses(receiver("https://hooks.example/hook"), (address,), allow_private=False)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_private_addresses_are_reached_where_that_is_allowed(address: str) -> None:
    check_addresses(receiver("https://hooks.example/hook"), (address,), allow_private=True)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1"])
def test_what_no_receiver_can_have_is_refused_even_then(address: str) -> None:
    with pytest.raises(UnsafeAddressError):
        check_addresses(receiver("https://hooks.example/hook"), (address,), allow_private=True)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://hooks.example/a", "must be https"),
        ("http://127.0.0.1:80/a", "must be https"),
        ("ftp://hooks.example/a", "must be https"),
        ("hooks.example/a", "no URL"),
        ("//hooks.example/a", "must be https"),
        ("https://user:geheim@hooks.example/a", "contains credentials"),
        ("https://user@hooks.example/a", "contains credentials"),
        ("https://", "no URL"),
        ("https://:443/a", "no URL"),
        ("https://hooks.example:0/a", "no URL"),
        ("https://hooks.example:99999/a", "cannot be read"),
        ("https://[::1/a", "cannot be read"),
        ("https://hooks.example/a b", "no URL"),
        ("https://hooks.example/a\r\nX-Evil: 1", "no URL"),
        ("https://hooks.example\\@evil.example/a", "no URL"),
        ("https://höfe.example/a", "no URL"),
        ("", "no URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_named_without_its_secrets(url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        receiver(url)
    assert "geheim" not in str(caught.value)
    assert "/a" not in str(caught.value)


def test_http_is_for_this_machine_only_and_only_where_private_is_allowed() -> None:
    local = receiver("http://localhost:8080/a", allow_private=True)
    check_addresses(local, ("127.0.0.1", "::1"), allow_private=True)
    with pytest.raises(UnsafeAddressError, match="http is not enough"):
        check_addresses(local, ("10.0.0.1",), allow_private=True)
    with pytest.raises(UnsafeAddressError, match="http is not enough"):
        check_addresses(local, ("1.1.1.1",), allow_private=True)
    with pytest.raises(UsageError, match="must be https"):
        receiver("http://10.0.0.1/a", allow_private=True)


def test_what_is_shown_is_host_and_port_and_no_more() -> None:
    found = receiver("https://hooks.example.:8443/T0/secret?key=secret#part")
    assert (found.shown, found.target) == ("hooks.example:8443", "/T0/secret?key=secret")
    assert "secret" not in repr(found)
    assert receiver("https://hooks.example:443?x=1").shown == "hooks.example"
    assert receiver("https://[2606:4700:4700::1111]:8443/").shown == "[2606:4700:4700::1111]:8443"
