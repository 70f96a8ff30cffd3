"""The client's half of WebSockets (RFC 6455), as far as an endpoint of a relay needs it.

Text messages, pings, closing, and messages in fragments; no extensions, no binary messages.
"""

import asyncio
import base64
import hashlib
import json
import os
import ssl
from time import monotonic
from urllib.parse import urlsplit

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_HEAD_BYTES_MAX = 16 * 1024
_ANSWER_BYTES_MAX = 64 * 1024


class Refused(Exception):
    """The relay answered the upgrade with an error: its `status`, and the `code` of its body."""

    def __init__(self, status, code, message):
        super().__init__(f"{code} (HTTP {status}): {message}")
        self.status = status
        self.code = code


class Closed(Exception):
    """The connection is over: `code` and `reason` of the close frame, or 1006 if none came."""

    def __init__(self, code=1006, reason="the connection was lost"):
        super().__init__(f"{reason or 'no reason'} ({code})")
        self.code = code
        self.reason = reason


class WebSocket:
    """One open connection. `WebSocket.connect(...)` makes it."""

    def __init__(self, reader, writer, message_bytes_max):
        self._reader = reader
        self._writer = writer
        self.message_bytes_max = message_bytes_max
        self._is_closing = False
        self.heard_at = monotonic()
        """When the last frame came, pings included; a time of `monotonic()`."""

    @classmethod
    async def connect(cls, url, headers, message_bytes_max):
        """Opens a `ws:` or `wss:` address. Raises Refused, Closed or OSError."""
        parts = urlsplit(url)
        is_secure = parts.scheme == "wss"
        reader, writer = await asyncio.open_connection(
            parts.hostname,
            parts.port or (443 if is_secure else 80),
            ssl=ssl.create_default_context() if is_secure else None,
            limit=_HEAD_BYTES_MAX,
        )
        try:
            key = base64.b64encode(os.urandom(16)).decode()
            lines = [
                f"GET {parts.path or '/'}?{parts.query} HTTP/1.1",
                f"Host: {parts.netloc.rpartition('@')[2]}",
                "Upgrade: websocket",
                "Connection: Upgrade",
                f"Sec-WebSocket-Key: {key}",
                "Sec-WebSocket-Version: 13",
                *(f"{name}: {value}" for name, value in headers.items()),
            ]
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
            await _read_answer(reader, key)
        except BaseException:
            writer.close()
            raise
        return cls(reader, writer, message_bytes_max)

    @property
    def waiting_bytes(self):
        """How much was sent and has not left yet, because the other end reads slowly."""
        return self._writer.transport.get_write_buffer_size()

    def send_text(self, text):
        """Sends one text message, without waiting; look at `waiting_bytes` before."""
        self._send(_TEXT, text.encode("utf-8"))

    async def receive(self):
        """The next text message. Answers pings meanwhile. Raises Closed at the end."""
        message = None  # What came of a message that is not whole yet.
        while True:
            is_last, opcode, payload = await self._receive_frame(len(message or b""))
            if opcode == _PING:
                self._send(_PONG, payload)
            elif opcode == _CLOSE:
                code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
                self.close(1000)
                raise Closed(code, payload[2:].decode("utf-8", "replace"))
            elif opcode in (_TEXT, _CONTINUATION):
                if (opcode == _TEXT) != (message is None):
                    self._fail(1002, "a fragment out of turn")
                message = (message or b"") + payload
                if is_last:
                    return self._decode(message)
            elif opcode == _BINARY:
                self._fail(1003, "a binary message")
            elif opcode != _PONG:
                self._fail(1002, f"a frame of the unknown kind {opcode}")

    def close(self, code=1000):
        """Says goodbye, if nobody did yet, and closes once that has left."""
        if not self._is_closing:
            self._send(_CLOSE, code.to_bytes(2, "big"))
            self._is_closing = True
        self._writer.close()

    def abort(self):
        """Closes at once, and makes a `receive` that waits raise Closed."""
        self._is_closing = True
        self._writer.transport.abort()

    async def _receive_frame(self, message_bytes):
        try:
            first, second = await self._reader.readexactly(2)
            length = second & 0x7F
            if length >= 126:
                length = int.from_bytes(
                    await self._reader.readexactly(2 if length == 126 else 8), "big"
                )
            opcode = first & 0x0F
            if first & 0x70 or second & 0x80:
                self._fail(1002, "a frame with an extension, or a masked one")
            if opcode >= _CLOSE and (length > 125 or not first & 0x80):
                self._fail(1002, "a control frame that is too long or in fragments")
            if message_bytes + length > self.message_bytes_max:
                self._fail(1009, "a message that is too large")
            payload = await self._reader.readexactly(length)
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Closed() from error
        self.heard_at = monotonic()
        return bool(first & 0x80), opcode, payload

    def _send(self, opcode, payload):
        if self._is_closing or self._writer.transport.is_closing():
            return
        length = len(payload)
        if length < 126:
            head = bytes([0x80 | opcode, 0x80 | length])
        elif length < 65536:
            head = bytes([0x80 | opcode, 0x80 | 126]) + length.to_bytes(2, "big")
        else:
            head = bytes([0x80 | opcode, 0x80 | 127]) + length.to_bytes(8, "big")
        mask = os.urandom(4)
        # One exclusive or of two long numbers is much faster than one for each byte.
        pad = (mask * (length // 4 + 1))[:length]
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")
        self._writer.write(head + mask + masked.to_bytes(length, "big"))

    def _decode(self, message):
        try:
            return message.decode("utf-8")
        except UnicodeDecodeError:
            return self._fail(1007, "a text that is not UTF-8")

    def _fail(self, code, reason):
        self.close(code)
        raise Closed(code, f"the relay sent {reason}")


async def _read_answer(reader, key):
    """Reads the answer to an upgrade. Raises Refused for any but a good one."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Closed(reason="no answer of HTTP came") from error
    first, *lines = head.split("\r\n")
    words = first.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/1.") or not words[1].isdigit():
        raise Closed(reason="no answer of HTTP came")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if words[1] != "101":
        raise await _refusal(reader, int(words[1]), headers.get("content-length", "0"))
    digest = hashlib.sha1((key + _GUID).encode()).digest()
    if headers.get("sec-websocket-accept") != base64.b64encode(digest).decode():
        raise Closed(reason="the answer to the upgrade has a wrong Sec-WebSocket-Accept")


async def _refusal(reader, status, content_length):
    """What the body `{ "code", "message" }` says, or as much as can be told without it."""
    try:
        body = json.loads(await reader.readexactly(min(int(content_length), _ANSWER_BYTES_MAX)))
        return Refused(status, str(body["code"]), str(body["message"]))
    except (asyncio.IncompleteReadError, OSError, ValueError, KeyError, TypeError):
        return Refused(status, "UNKNOWN", "the answer does not say why")
