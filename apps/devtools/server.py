"""Django's development server with support for chunked bodies (RFC 9112, 7.1), which Django treats as empty."""

import io
import re
from typing import Any, BinaryIO

from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer

SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\n]*)?\r?\n")


class RequestHandler(WSGIRequestHandler):
    """Convert a chunked body to one with a Content-Length."""

    def handle_one_request(self) -> None:
        stream = self.rfile
        try:
            super().handle_one_request()
        finally:
            self.rfile = stream

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if len(self.headers.get_all("Content-Length", [])) > 1:
            self.close_connection = True
            self.send_error(400, "More than one Content-Length")
            return False
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return True
        try:
            body = read_chunked(self.rfile, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        except ValueError:
            self.close_connection = True
            self.send_error(400, "The chunked body cannot be read")
            return False
        del self.headers["Transfer-Encoding"], self.headers["Content-Length"]
        self.headers["Content-Length"] = str(len(body))
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:  # The rest is neither read nor parsed as a request.
            self.headers["Connection"] = "close"
            self.close_connection = True
        self.rfile = io.BytesIO(body)
        return True


class Server(WSGIServer):
    def __init__(self, address: Any, handler: Any, **kwargs: Any) -> None:
        super().__init__(address, RequestHandler, **kwargs)


def read_chunked(stream: BinaryIO, limit: int) -> bytes:
    """Return a chunked body, truncated once it exceeds `limit` bytes. Raises ValueError if its framing is invalid."""
    parts, size = [], 0
    while size <= limit:
        header = SIZE.fullmatch(stream.readline(1024))
        if not header:
            raise ValueError("not the size of a chunk")
        length = int(header[1], 16)
        if not length:
            while stream.readline(1024).strip():
                pass  # trailers
            break
        parts.append(stream.read(min(length, limit + 1)))
        size += len(parts[-1])
        if len(parts[-1]) < min(length, limit + 1) or (length <= limit and stream.readline(3).strip()):
            raise ValueError("a chunk is not as long as it says")
    return b"".join(parts)[: limit + 1]
