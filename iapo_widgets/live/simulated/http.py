"""The simulated endpoint's HTTP, by the standard library: one thread a connection, on loopback only."""

from __future__ import annotations

import html
import json
import re
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .api import MODEL, Refusal, Reply, SimulatedAPI
from .conduct import Conduct

HOST = "127.0.0.1"
BODY_LARGEST = 10_000_000
DROPS = 20  # pieces of a slow body
PATIENCE = 60.0  # seconds that a connection has to send its next request whole, or to take an answer
NAMES = ("127.0.0.1", "localhost")  # by which this machine calls itself
PAGE = """<!doctype html><html lang="en"><title>Simulated endpoint</title>
<h1>Simulated endpoint</h1>
<p>This is <strong>not a language model</strong>. It answers sums and multiple-choice sums from a seeded simulation
(seed {seed}), so that prompts can be compared without a key and without cost.</p>
<p>Model <code>{model}</code>, base URL <code>{url}</code>, any key. Its own counts: <a href="/stats">/stats</a>,
<a href="/deliveries">/deliveries</a>.</p>
</html>
"""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, api: SimulatedAPI, conduct: Conduct, seed: int, port: int) -> None:
        self.api, self.conduct, self.seed = api, conduct, seed
        self._open: dict[socket.socket, threading.Thread] = {}
        self._awaited: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            raise OSError(f"port {port} on {HOST} cannot be served: {error.strerror}; take another, or 0") from None

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.server_port}/v1"

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                del self._open[request]
                self._awaited.pop(request, None)

    def awaits(self, connection: socket.socket, request: bool) -> None:
        """Whether the connection has still to send its request."""
        with self._lock:
            if request:
                self._awaited[connection] = time.monotonic()
            else:
                self._awaited.pop(connection, None)

    def service_actions(self) -> None:
        """Called again and again while serving: who is too slow is cut off, also one that sends a byte at a time."""
        late = time.monotonic() - PATIENCE
        with self._lock:
            slow = [connection for connection, since in self._awaited.items() if since < late]
        for connection in slow:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no event; the standard library would print a traceback."""

    def close_connections(self) -> None:
        with self._lock:
            left = dict(self._open)
        for connection in left:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone already
        for thread in left.values():
            thread.join(5)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "simulated-endpoint", ""
    wbufsize, disable_nagle_algorithm = -1, True  # head and body in one packet

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged: a request carries a key."""

    def setup(self) -> None:
        """An answer that is not taken does not hold its thread for ever."""
        super().setup()
        self.connection.settimeout(PATIENCE)

    def handle_one_request(self) -> None:
        """Wait for the next request, but not without end."""
        self.server.awaits(self.connection, True)
        super().handle_one_request()

    def _foreign(self) -> bool:
        """Whether a web page of elsewhere asks; it is refused.

        A page may post to any address, and be told by its name server that this machine is its own.
        """
        host, origin = self.headers.get("host"), self.headers.get("origin")
        host = None if host is None else host.lower()
        port = self.server.server_port
        ours = [f"{name}:{port}" for name in NAMES] + (list(NAMES) if port == 80 else [])
        if (host is None or host in ours) and (origin is None or origin in [f"http://{name}" for name in ours]):
            return False
        self.close_connection = True  # what it has still to send is not read
        self._send(Refusal(403, f"ask as http://{ours[0]}, and from no web page").reply())
        return True

    def do_GET(self) -> None:
        self.server.awaits(self.connection, False)
        if self._foreign():
            return
        api = self.server.api
        if self.path == "/v1/models":
            self._send(api.models())
        elif self.path == "/stats":
            self._send(Reply(200, json.dumps(asdict(api.counts.stats)).encode()))
        elif self.path == "/deliveries":
            listed = [{**asdict(d), "indices": [d.indices.start, d.indices.stop]} for d in api.counts.deliveries]
            self._send(Reply(200, json.dumps(listed).encode()))
        elif self.path == "/":
            page = PAGE.format(seed=self.server.seed, model=MODEL, url=html.escape(self.server.base_url))
            self._send(Reply(200, page.encode(), {"content-type": "text/html; charset=utf-8"}))
        else:
            self._send(
                Refusal(404, f"there is no {self.path!r}; there are /v1/chat/completions and /v1/models").reply()
            )

    def do_POST(self) -> None:
        if self._foreign():
            return
        api, conduct = self.server.api, self.server.conduct
        length = self.headers.get("content-length", "")
        if not re.fullmatch("[0-9]{1,9}", length) or int(length) > BODY_LARGEST:
            self.close_connection = True
            self._send(Refusal(413, f"a body of at most {BODY_LARGEST} bytes, of told length, is read").reply())
            return
        content = self.rfile.read(int(length))
        self.server.awaits(self.connection, False)
        if len(content) < int(length):  # it hung up, or was too slow
            self.close_connection = True
            return
        if self.path != "/v1/chat/completions":
            self._send(Refusal(404, f"there is no {self.path!r}; there is /v1/chat/completions").reply())
        elif not conduct.accepts(self.headers.get("authorization", "")):
            api.counts.refuse(401)
            self._send(Refusal(401, "the key is wrong", code="invalid_api_key").reply())
        elif conduct.pause():
            self._send(api.chat(content))
        else:
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        try:
            self._write(reply)
        except OSError:  # the client hung up
            self.close_connection = True
            if reply.delivery is not None:
                self.server.api.counts.lose(reply.delivery)

    def _write(self, reply: Reply) -> None:
        if reply.fault == "timeout":
            self._count(reply)
            self.server.conduct.hang()
            self.close_connection = True
            return
        self.send_response(reply.status)
        head = {"content-type": "application/json", "x-simulated": "true", **reply.headers}
        for name, value in {**head, "content-length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        rest = reply.body
        if reply.fault == "reset":
            self._count(reply)
            self.wfile.write(rest[: len(rest) // 2])
            self.wfile.flush()
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()  # with nothing left to linger for, this resets
            self.close_connection = True
            return
        if reply.fault == "slow":
            size = len(rest) // (DROPS + 1) + 1
            while len(rest) > size:
                self.wfile.write(rest[:size])
                self.wfile.flush()
                rest = rest[size:]
                if not self.server.conduct.hang(1 / DROPS):
                    raise ConnectionAbortedError("the endpoint is stopping")
        self._count(reply)  # before the last byte: who has the answer finds it counted
        self.wfile.write(rest)
        self.wfile.flush()

    def _count(self, reply: Reply) -> None:
        if reply.delivery is not None:
            self.server.api.counts.deliver(reply.delivery)
