"""Regions, addresses and credentials."""

from __future__ import annotations

import pytest

from ivr_action.errors import UsageError
from ivr_action.genesys.regions import REGIONS, find_region, public_region
from ivr_action.genesys.sdk import load_sdk
from ivr_action.genesys.settings import PlatformSettings


def test_the_regions_are_those_of_the_official_sdk() -> None:
    theirs = {region.name.replace("_", "-"): region.value for region in load_sdk().PureCloudRegionHosts}
    assert {region.name: region.api_url for region in REGIONS} == theirs
    assert len(theirs) == 18


@pytest.mark.parametrize(
    "given",
    ["eu-west-1", "EU-WEST-1", " eu_west_1 ", "mypurecloud.ie", "api.mypurecloud.ie", "https://login.mypurecloud.ie/"],
)
def test_a_region_goes_by_either_name(given: str) -> None:
    assert find_region(given).login_url == "https://login.mypurecloud.ie"


@pytest.mark.parametrize("given", ["eu-west-9", "", "mypurecloud", "evil.mypurecloud.ie", "mypurecloud.ie.evil.com"])
def test_an_unknown_region_is_refused_with_the_list(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_region(given)
    assert all(region.name in caught.value.hint and region.domain in caught.value.hint for region in REGIONS)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.mypurecloud.com", "us-east-1"),
        ("https://API.MyPureCloud.com.:443/api", "us-east-1"),
        ("https://api.mypurecloud.com.au", "ap-southeast-2"),
        ("https://anything.usw2.pure.cloud", "us-west-2"),
        ("http://127.0.0.1:8080", None),
        ("https://api.mypurecloud.com.example", None),
    ],
)
def test_public_regions_are_known_by_their_address(url: str, name: str | None) -> None:
    found = public_region(url)
    assert (found.name if found else None) == name


def test_given_wins_over_ours_over_the_official_names() -> None:
    environ = {
        "GENESYSCLOUD_OAUTHCLIENT_ID": "official-id",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": "official-secret",
        "GENESYSCLOUD_REGION": "eu-central-1",
        "IVR_ACTION_REGION": "ap-south-1",
        "IVR_ACTION_CLIENT_SECRET": "  ",
    }
    settings = PlatformSettings.from_environ(environ, client_id="given-id")
    assert settings.client_id == "given-id"
    assert settings.client_secret == "official-secret"
    assert settings.api_url == "https://api.aps1.pure.cloud"
    assert PlatformSettings.from_environ({"GENESYSCLOUD_ACCESS_TOKEN": "a-token"}).access_token == "a-token"


def test_a_secret_is_not_in_the_repr() -> None:
    shown = repr(PlatformSettings(client_id="some-id", client_secret="some-secret", access_token="some-token"))
    assert "some-id" in shown
    assert "some-secret" not in shown
    assert "some-token" not in shown


def test_the_login_address_follows_the_api_address() -> None:
    assert PlatformSettings(api_url="https://api.example.com/").login_url == "https://login.example.com"
    assert PlatformSettings(api_url="http://127.0.0.1:1").login_url == "http://127.0.0.1:1"
    assert PlatformSettings(login_url="https://l.example").api_url == "https://api.mypurecloud.com"


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.8.8.8", "http://[::1]:9", "https://api.example"])
def test_https_anywhere_and_http_on_this_machine(url: str) -> None:
    assert PlatformSettings(api_url=url).api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.mypurecloud.com",
        "http://127.0.0.1.example.com",
        "ftp://127.0.0.1",
        "//api.mypurecloud.com",
        "api.mypurecloud.com",
        "https://user:word@api.mypurecloud.com",
        "https://api.mypurecloud.com?x=1",
        "https://api.mypurecloud.com:0",
        "https://api.mypurecloud.com:port",
        "https://[::1",
        "https://a b",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="api-url"):
        PlatformSettings(api_url=url)


def test_missing_credentials_name_the_missing_half() -> None:
    with pytest.raises(UsageError, match=r"`client-secret` \(GENESYSCLOUD_OAUTHCLIENT_SECRET\) is missing"):
        PlatformSettings(client_id="x").check_credentials()
    with pytest.raises(UsageError, match=r"`client-id` .* and `client-secret` .* are missing"):
        PlatformSettings().check_credentials()
    PlatformSettings(access_token="token").check_credentials()


@pytest.mark.parametrize("secret", ["line\nbreak", "blank inside", "ümlaut"])
def test_a_secret_that_no_header_can_carry_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        PlatformSettings(client_id="x", client_secret=secret)
    assert secret not in str(caught.value)
