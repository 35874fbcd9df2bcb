"""A scriptable chat endpoint on loopback for the tests: real HTTP, faults on request, its own count."""

import json
import socket
import struct
import threading
import time
import uuid
from collections import Counter, deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REASON = {429: "rate limit reached", 500: "server error", 503: "overloaded", 401: "incorrect api key", 404: "no model"}


class FaultyServer:
    """Serves /v1/chat/completions; the i-th request meets the i-th fault of ``script``, later ones are served well.

    ``delivered`` counts completions whose reply left in full, ``tokens`` what they cost by this server's own count,
    ``requests`` the bodies that came, ``heads`` their paths and headers, names in small.
    ``honours``: choices that one reply holds at most.
    """

    def __init__(self, script=(), honours=128, answer=None, delay=0.0):
        self.script, self.honours, self.delay = deque(script), honours, delay
        self.answer = answer or (lambda body, i: f"The answer is {i % 3}.")
        self.requests, self.texts, self.heads = [], [], []
        self.delivered = self.tokens = self.active = self.most_active = 0
        self.faults = Counter()
        self.model = f"model-{uuid.uuid4().hex[:12]}"  # what one server can do is not remembered for the next
        self._lock = threading.Lock()
        self._port = 0

    def __enter__(self):
        self.on()
        return self

    def on(self):
        """Listen, after ``off`` at the same address as before."""
        server = self
        self._connections = set()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each reply waits 40 ms for an acknowledgement

            def log_message(self, *_):
                pass

            def do_POST(self):
                server.serve(self)

        class Server(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 256

            def process_request(self, request, client_address):
                server._connections.add(request)
                super().process_request(request, client_address)

            def shutdown_request(self, request):
                super().shutdown_request(request)
                server._connections.discard(request)

            def handle_error(self, request, client_address):
                pass

        self._http = Server(("127.0.0.1", self._port), Handler)
        self._port = self._http.server_port
        self.url = f"http://127.0.0.1:{self._port}/v1"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def __exit__(self, *_):
        self.off()

    def off(self):
        """From now on nobody listens at the address, and what was connected is cut off."""
        self._http.shutdown()
        self._http.server_close()
        for connection in list(self._connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def settle(self):
        """Wait until all that was sent by clients that are gone has been served."""
        with socket.create_connection(("127.0.0.1", self._port)) as last:  # is accepted after all others
            last.sendall(b"BYE / HTTP/1.0\r\n\r\n")
            while last.recv(4096):
                pass
        while self._connections:
            time.sleep(0.005)

    def serve(self, http):
        """One request."""
        raw = http.rfile.read(int(http.headers["Content-Length"]))
        body = json.loads(raw)
        with self._lock:
            self.requests.append(body)
            self.heads.append((http.path, {name.lower(): value for name, value in http.headers.items()}))
            self.active += 1
            self.most_active = max(self.most_active, self.active)
            fault = self.script.popleft() if self.script else None
            fault = fault or "ok"
            self.faults[str(fault)] += 1
            first = len(self.texts)
        try:
            time.sleep(self.delay)
            self.reply(http, body, fault, first)
        finally:
            with self._lock:
                self.active -= 1

    def reply(self, http, body, fault, first):
        """Serve, or fail as ``fault`` says: a status, (status, headers, error), a name, "say ...", or who serves."""
        if callable(fault):
            return fault(http, body)
        if isinstance(fault, int):
            fault = (fault, {}, {"message": REASON.get(fault, "refused"), "code": None})
        if isinstance(fault, tuple):
            status, headers, error = fault
            return send(http, status, json.dumps({"error": error}), headers)
        n = min(body.get("n", 1), self.honours)
        if fault == "too few":
            n = max(1, n - 1)
        if fault == "empty":
            n = 0
        texts = [self.answer(body, first + i) for i in range(n)]
        if str(fault).startswith("say "):
            texts = [fault[4:], *texts[1:]] if texts else []
        if fault == "copies":
            texts = ["One and the same answer of more than forty characters: 1."] * n
        prompt = sum(len(m["content"]) for m in body["messages"]) // 4 + 5
        sizes = [min(len(text.split()), limit_of(body)) for text in texts]
        usage = {"prompt_tokens": prompt, "completion_tokens": sum(sizes), "total_tokens": prompt + sum(sizes)}
        finish = {"length": "length", "filter": "content_filter"}.get(fault, "stop")
        choices = [
            {"index": i, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
            for i, text in enumerate(texts)
        ]
        if fault == "filter":
            for choice in choices:
                choice["message"]["content"] = None
        content = {"id": "c", "object": "chat.completion", "created": 0, "model": body["model"], "choices": choices}
        content |= {"usage": usage, "system_fingerprint": "fp"}
        content |= {"absurd": {"usage": {"prompt_tokens": 10**15, "completion_tokens": -5}}}.get(fault, {})
        content |= {"huge": {"usage": {"prompt_tokens": prompt, "completion_tokens": 10**15}}}.get(fault, {})
        content |= {"text usage": {"usage": {"prompt_tokens": "many", "completion_tokens": None}}}.get(fault, {})
        if fault == "no usage":
            del content["usage"]
        if fault == "echo":
            choices[0]["message"]["content"] = f"You sent {http.headers['Authorization']}"
        if fault == "echo all":
            choices[0]["message"]["content"] = f"You sent {dict(http.headers)}"
        text = json.dumps(content)
        if fault == "malformed":
            text = text[: len(text) // 2]
        if fault == "html":
            text = "<html>Bad gateway, come back later</html>"
        if fault == "list":
            text = "[1, 2]"
        if fault == "reset":
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            http.wfile.write((head + text[: len(text) // 2]).encode())
            http.wfile.flush()
            http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            http.connection.close()
            http.close_connection = True
            return None
        if fault == "hang up":
            http.connection.shutdown(socket.SHUT_RDWR)
            http.close_connection = True
            return None
        if fault == "drip":
            http.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
            for _ in range(200):
                http.wfile.write(b" ")
                http.wfile.flush()
                time.sleep(0.05)
            http.close_connection = True
            return None
        whole = fault not in ("malformed", "html", "list")
        if whole:
            with self._lock:
                self.delivered += len(texts)
                self.tokens += usage["total_tokens"]
                self.texts += [choice["message"]["content"] or "" for choice in choices]
        return send(http, 200, text, {"x-request-id": f"req-{len(self.requests)}"})


def limit_of(body):
    """The bound on the answer, under either name."""
    return body.get("max_tokens", body.get("max_completion_tokens"))


def send(http, status, text, headers):
    """A whole reply."""
    data = text.encode()
    http.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
        http.send_header(name, value)
    http.end_headers()
    http.wfile.write(data)


def refuses(parameter, message=None):
    """A 400 that names a parameter."""
    return (400, {}, {"message": message or f"Unsupported parameter: '{parameter}'", "param": parameter})
