"""Where a gateway may connect to.

Whoever sets up a gateway chooses its address. Unless it is allowed to be inside the
network, none leads to this machine, to its neighbours or to a cloud's metadata service;
that is judged by the address that is connected to, not by its name, which may mean
another address a moment later.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.utils import select_proxy
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Networks that some versions of Python take for the outside (RFC 8215, 6890, 3879).
ALSO_INSIDE = (
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("fec0::/10"),
    ipaddress.IPv4Network("192.0.0.0/24"),
)


class LocalAddressError(NewConnectionError):
    """It leads inside the network: nothing was sent."""


def is_inside(address: str) -> bool:
    """Whether an IP address is of this machine, of its network, or of nobody.

    IPv6 addresses that stand for an IPv4 address are judged by that one.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded:
            return is_inside(str(embedded))
    if any(ip in network for network in ALSO_INSIDE if network.version == ip.version):
        return True
    return not ip.is_global or ip.is_multicast


def is_inside_by_name(host: str) -> bool:
    """As :func:`is_inside`, of a name; False for one that is not known here."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(is_inside(address[4][0]) for address in found)


class _Guarded:
    """A connection that is closed before anything is said where it must not lead."""

    def _new_conn(self):
        # OVERRIDES urllib3
        connection = super()._new_conn()
        if is_inside(connection.getpeername()[0]):
            connection.close()
            raise LocalAddressError(self, "inside the network")
        return connection


class _GuardedHTTPConnection(_Guarded, HTTPConnection):
    pass


class _GuardedHTTPSConnection(_Guarded, HTTPSConnection):
    pass


class _GuardedHTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTPConnection


class _GuardedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPSConnection


class GuardedAdapter(HTTPAdapter):
    """Keeps as many connections alive as there are threads.

    :param bool local_network: whether they may lead inside the network
    """

    def __init__(self, local_network: bool, threads: int):
        self.local_network = local_network
        super().__init__(pool_connections=1, pool_maxsize=threads)

    def init_poolmanager(self, *args, **kwargs):
        # EXTENDS requests, where it returns nothing
        result = super().init_poolmanager(*args, **kwargs)
        if not self.local_network:
            self.poolmanager.pool_classes_by_scheme = {
                "http": _GuardedHTTPPool,
                "https": _GuardedHTTPSPool,
            }
        return result

    def send(self, request, *args, proxies=None, **kwargs):
        # EXTENDS requests: a proxy connects for us, so that the name has to do
        if not self.local_network and select_proxy(request.url, proxies):
            host = urlsplit(request.url).hostname or ""
            if is_inside_by_name(host):
                raise RequestsConnectionError(
                    LocalAddressError(None, "inside the network")
                )
        return super().send(request, *args, proxies=proxies, **kwargs)
