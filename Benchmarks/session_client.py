"""A client of a session's terminal."""

import base64
import os
import socket
import struct
import sys


class Terminal:
    """A WebSocket with masked frames (RFC 6455), as far as an echo needs it."""

    def __init__(self, port, session):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /api/v1/sessions/{session}/terminal HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head:
            sys.exit(f"no WebSocket: {head!r}")

    def fill(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            sys.exit("the server closed the terminal")
        self.buffer += chunk

    def frame(self):
        while True:
            if len(self.buffer) >= 2:
                length, start = self.buffer[1] & 127, 2
                if length == 126 and len(self.buffer) >= 4:
                    length, start = struct.unpack(">H", self.buffer[2:4])[0], 4
                elif length == 127 and len(self.buffer) >= 10:
                    length, start = struct.unpack(">Q", self.buffer[2:10])[0], 10
                elif length >= 126:
                    self.fill()
                    continue
                if len(self.buffer) >= start + length:
                    opcode, payload = self.buffer[0] & 15, self.buffer[start : start + length]
                    self.buffer = self.buffer[start + length :]
                    return opcode, payload
            self.fill()

    def shown(self, wanted):
        seen = b""
        while wanted not in seen:
            opcode, payload = self.frame()
            if opcode == 2:
                seen += payload

    def type(self, text):
        self.socket.sendall(struct.pack(">BBI", 0x82, 0x80 | len(text), 0) + text)

    def echo(self):
        self.type(b"z")
        self.shown(b"z")

    def close(self):
        self.socket.close()
