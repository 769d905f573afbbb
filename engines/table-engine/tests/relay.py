"""An HTTP relay between the engine and the S3 server that does harm at an exact write request."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Harm(Enum):
    """What happens to a write."""

    NONE = auto()
    #: The server does it, and the response is lost.
    WITHHOLD = auto()
    #: The server never hears of it, and there is no response.
    DROP = auto()
    #: The server never hears of it, and the response is 503.
    FAIL = auto()


#: Called with each write (its number from 1, method and path) before it is forwarded.
OnWrite = Callable[[int, str, str], Harm]


def losing_first_responses(lost: set[str]) -> OnWrite:
    """Withholds the first response to each commit, whose path goes into `lost`; the repeated request is refused."""

    def on_write(_count: int, method: str, path: str) -> Harm:
        name = path.split("?")[0]
        if method == "PUT" and "_delta_log" in name and name not in lost:
            lost.add(name)
            return Harm.WITHHOLD
        return Harm.NONE

    return on_write


@contextmanager
def relay(target: str, on_write: OnWrite, port: int = 0) -> Iterator[str]:
    """Forwards requests to `target`; gives the relay's URL."""
    lock = threading.Lock()
    writes = 0
    address = urlsplit(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            nonlocal writes
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            harm = Harm.NONE
            if self.command in ("PUT", "POST", "DELETE"):
                with lock:
                    writes += 1
                    harm = on_write(writes, self.command, self.path)
            if harm is Harm.DROP:
                self.close_connection = True
                return
            if harm is Harm.FAIL:
                self.send_response_only(503)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            server = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
            server.request(self.command, self.path, body, dict(self.headers))
            response = server.getresponse()
            content = response.read()
            server.close()
            if harm is Harm.WITHHOLD:
                self.close_connection = True
                return
            self.send_response_only(response.status)
            for name, value in response.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            length = response.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
            self.send_header("Content-Length", length or "0")
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward

        def handle(self) -> None:
            # The engine may be killed in the middle of a request, which is what the test wants.
            with suppress(OSError):
                super().handle()

        def log_message(self, *_arguments: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
