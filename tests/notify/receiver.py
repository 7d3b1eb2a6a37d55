"""A webhook receiver on loopback that behaves in every way that receivers do."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Act:
    """What to do with one request."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    silent: bool = False
    """Take the request and never answer."""
    cut: bool = False
    """Reset the connection instead of answering."""
    drip: float = 0.0
    """Seconds between two bytes of everything that is sent, the headers included."""
    endless: bool = False
    """A body that never ends."""


class Receiver:
    """`with Receiver(Act(503), Act()) as hook`: does these in turn, the last one for ever.

    Args:
        acts: what to do.
        tls: makes it https.
    """

    def __init__(self, *acts: Act, tls: ssl.SSLContext | None = None) -> None:
        self.acts = list(acts) or [Act()]
        self.seen: list[Seen] = []
        self.names: list[str | None] = []
        """For which names TLS was begun."""
        self.written = 0
        """Bytes of bodies that were sent."""
        self._tls = tls
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._stop = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.port = int(self._socket.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Receiver:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/secret-path?key=secret-key"

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            seen = _read(connection)
            self.seen.append(seen)
            self._act(connection, self.acts.pop(0) if len(self.acts) > 1 else self.acts[0])
        except OSError:
            pass  # the other side has gone
        finally:
            connection.close()

    def _act(self, connection: socket.socket, act: Act) -> None:
        if act.cut:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if act.silent:
            self._stop.wait(10)
            return
        length = {} if act.endless else {"Content-Length": str(len(act.body))}
        lines = [f"HTTP/1.1 {act.status} Whatever", *(f"{k}: {v}" for k, v in {**length, **act.headers}.items())]
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode()
        if act.drip:
            for byte in head + act.body:
                connection.sendall(bytes([byte]))
                if self._stop.wait(act.drip):
                    return
            return
        connection.sendall(head)
        pieces = (
            [b"x" * 4096] * 100_000 if act.endless else [act.body[i : i + 4096] for i in range(0, len(act.body), 4096)]
        )
        for piece in pieces:
            connection.sendall(piece)
            self.written += len(piece)
            if self._stop.is_set():
                return


def _read(connection: socket.socket) -> Seen:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise OSError("closed")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return Seen(first.split(" ")[1], headers, body)


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for these names, signed by itself, and a client's that trusts it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a receiver of the tests")])
    now = datetime.now(UTC)
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in names
    ]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, private)
    return server, ssl.create_default_context(cafile=str(chain))
