"""Where a webhook may go, as far as its address tells before any name is looked up."""

from ipaddress import ip_network

import pytest

from domain.feed.addresses import require_allowed
from domain.rules import Refused

OWN = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"), ip_network("127.0.0.0/8"))


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("[::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[::ffff:10.0.0.1]"),
        *("[64:ff9b::a9fe:a9fe]", "localhost", "LOCALHOST.", "desk.localhost"),
        *("2130706433", "0x7f.1", "127.1", "0177.0.0.1"),
    ],
)
def test_an_address_that_is_not_public_is_refused(host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(Refused, match="goes to public addresses, or to networks"):
            require_allowed(f"{scheme}://{host}:8443/hooks", ())


@pytest.mark.parametrize(
    "url",
    [
        *("https://8.8.8.8/", "https://[2606:4700::1111]:8443/", "https://example.org/"),
        *("https://127.0.0.1.example.org/", "http://hooks.example.org/", "https://cafe.example/"),
    ],
)
def test_public_addresses_and_names_are_taken(url: str) -> None:
    require_allowed(url, ())


def test_a_public_address_is_reached_by_https_alone() -> None:
    with pytest.raises(Refused, match="Only HTTPS goes to public addresses"):
        require_allowed("http://8.8.8.8/", OWN)


@pytest.mark.parametrize(
    "url",
    ["http://10.1.2.3/", "http://[fd12::1]/", "http://localhost/", "http://[::ffff:10.1.2.3]/"],
)
def test_networks_that_are_allowed_are_taken_by_http_too(url: str) -> None:
    require_allowed(url, OWN)
