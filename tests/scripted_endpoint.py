"""An OpenAI-compatible endpoint that says what a test tells it to, and keeps what it was sent."""

from __future__ import annotations

import http.server
import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ScriptedEndpoint:
    """Streams `reply` in pieces of `step` characters; `received` holds the requests' bodies.

    It waits `delay` seconds before it answers, with `status`. `answers`, where set, makes the reply of
    the request. A request that asks for no stream gets its reply whole.
    """

    def __init__(self) -> None:
        self.reply = ""
        self.step = 16
        self.delay = 0.0
        self.status = 200
        self.url = ""
        self.received: list[dict[str, Any]] = []
        self.answers: Callable[[dict[str, Any]], str] | None = None

    def whole(self, reply: str) -> bytes:
        """Return the reply as one completion."""
        choice = {"index": 0, "message": {"role": "assistant", "content": reply}}
        data = {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted"}
        return json.dumps(data | {"choices": [choice | {"finish_reason": "stop"}]}).encode()

    def stream(self, reply: str) -> Iterator[bytes]:
        """Yield the reply as server-sent events."""
        for at in range(0, len(reply), self.step):
            delta = {"role": "assistant", "content": reply[at : at + self.step]}
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
            yield f"data: {json.dumps(data | {'choices': [choice]})}\n\n".encode()
        yield b"data: [DONE]\n\n"


@contextmanager
def scripted_endpoint() -> Iterator[ScriptedEndpoint]:
    """Serve one until the block ends."""
    endpoint = ScriptedEndpoint()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            endpoint.received.append(body)
            reply = endpoint.answers(body) if endpoint.answers else endpoint.reply
            time.sleep(endpoint.delay)
            try:
                self.send_response(endpoint.status)
                streams = bool(body.get("stream"))
                kind = "text/event-stream" if streams else "application/json"
                self.send_header("Content-Type", kind)
                self.end_headers()
                found = b"".join(endpoint.stream(reply)) if streams else endpoint.whole(reply)
                self.wfile.write(found)
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
