"""Times what people do in sessions, over HTTP and a WebSocket, and what sessions cost that nobody uses.

    sessions.py PORT SERVER_PID [--rounds N] [--sessions N] [--megabytes N]

Each round does every thing once, in a new random order. The server must hibernate sessions soon (SESSION_HIBERNATION)
for the figure of waking; `Benchmarks/run --sessions` starts one that does.
"""

import argparse
import base64
import json
import os
import random
import socket
import statistics
import struct
import sys
import time

from connection import Connection, message


class Client:
    def __init__(self, port):
        self.port = port
        self.connection = Connection(port)

    def ask(self, method, path, body=None, headers="", expect=(200, 201, 202, 204)):
        status, answer = self.connection.ask(message(self.port, method, path, body, headers))
        if status not in expect:
            sys.exit(f"{method} {path}: unexpected answer {status}: {answer[:500]!r}")
        return answer

    def create(self):
        return json.loads(self.ask("POST", "/api/v1/sessions", {}))["id"]

    def run(self, session, command):
        answer = json.loads(self.ask("POST", "/api/v1/execute", {"command": command, "session_id": session}))
        if answer["status"] != "ok":
            sys.exit(f"{command} ended as {answer['status']}: {answer['error']}")
        return answer["stdout"]

    def end(self, session):
        self.ask("DELETE", f"/api/v1/sessions/{session}")

    def state(self, session):
        return json.loads(self.ask("GET", f"/api/v1/sessions/{session}"))["state"]


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


def timed(action):
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def wait_until_asleep(client, sessions):
    deadline = time.monotonic() + 60
    for session in sessions:
        while client.state(session) != "hibernated":
            if time.monotonic() > deadline:
                sys.exit("a session does not hibernate; is SESSION_HIBERNATION short?")
            time.sleep(0.02)


def latencies(port, rounds):
    client = Client(port)
    live = client.create()
    client.run(live, "true")
    terminal_session = client.create()
    terminal = Terminal(port, terminal_session)
    # What is typed is echoed by the kernel's line discipline: the way there and back through the server, and no program.
    terminal.type(b"exec cat\n")
    time.sleep(2)
    made = []

    def create_and_run():
        session = client.create()
        client.run(session, "true")
        made.append(session)

    def wake(session):
        client.run(session, "true")

    times = {name: [] for name in ("create a session, first command", "`true` in a live session", "wake a session, `true`",
                                   "terminal echo of one key")}
    sleeping = [client.create() for _ in range(8)]
    for session in sleeping:
        client.run(session, "true")
    for number in range(rounds):
        wait_until_asleep(client, sleeping)
        client.run(live, "true")
        order = ["create", "live", "echo"] * 8 + [("wake", session) for session in sleeping]
        random.shuffle(order)
        for case in order:
            if case == "create":
                times["create a session, first command"].append(timed(create_and_run))
                client.end(made.pop())
            elif case == "live":
                client.run(live, "true")
                times["`true` in a live session"].append(timed(lambda: client.run(live, "true")))
            elif case == "echo":
                times["terminal echo of one key"].append(timed(terminal.echo))
            else:
                times["wake a session, `true`"].append(timed(lambda: wake(case[1])))
        if number % 5 == 4:
            print(f"  {number + 1} rounds", file=sys.stderr)
    print(f"\nSessions, latency in ms, {rounds} interleaved rounds of 8\n")
    print(f"{'what':<36}{'p50':>8}{'p99':>8}")
    for name, values in times.items():
        print(f"{name:<36}{statistics.median(values):>8.2f}{sorted(values)[int(len(values) * 0.99)]:>8.2f}")
    for session in sleeping + [live, terminal_session]:
        client.end(session)


def files(port, megabytes):
    """Write and read one large file, three times each."""
    client = Client(port)
    session = client.create()
    path = f"/api/v1/sessions/{session}/files/large"
    chunk = os.urandom(1 << 20)
    write, read = [], []
    for _ in range(3):
        start = time.perf_counter()
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(
            f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {megabytes << 20}\r\n"
            "Connection: close\r\n\r\n".encode())
        for _ in range(megabytes):
            connection.sendall(chunk)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        if b" 201 " not in answer[:20] and b" 200 " not in answer[:20]:
            sys.exit(f"the file was not written: {answer[:300]!r}")
        write.append(megabytes * (1 << 20) / 1e6 / (time.perf_counter() - start))
        start = time.perf_counter()
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        buffer, received = bytearray(1 << 20), 0
        while count := connection.recv_into(buffer):
            received += count
        if received < megabytes << 20:
            sys.exit("the file was not read whole")
        read.append(megabytes * (1 << 20) / 1e6 / (time.perf_counter() - start))
    print(f"\nFiles of {megabytes} MiB in MB/s (median, best of 3): write {statistics.median(write):.0f}, {max(write):.0f}; "
          f"read {statistics.median(read):.0f}, {max(read):.0f}")
    client.end(session)


def resident(pid):
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    return int(fields["VmRSS"].split()[0]) * 1024, len(os.listdir(f"/proc/{pid}/fd"))


def held(port, pid, count):
    """What so many sessions with a file each cost the server once they sleep."""
    client = Client(port)
    warm = [client.create() for _ in range(20)]
    for session in warm:
        client.run(session, "true")
    wait_until_asleep(client, warm)
    before, descriptors = resident(pid)
    sessions = []
    start = time.perf_counter()
    for number in range(count):
        session = client.create()
        client.ask("PUT", f"/api/v1/sessions/{session}/files/note.txt", b"hello\n")
        if number % 10 == 0:
            client.run(session, "cat note.txt")
        sessions.append(session)
    elapsed = time.perf_counter() - start
    wait_until_asleep(client, sessions)
    after, open_after = resident(pid)
    print(f"\n{count} sessions with a file each, every tenth used, all asleep; made in {elapsed:.1f} s\n")
    print(f"server memory {before / 1e6:.1f} MB before, {after / 1e6:.1f} MB after: "
          f"{(after - before) / count / 1000:.1f} KB a session")
    print(f"descriptors of the server {descriptors} before, {open_after} after")
    sample = random.sample(sessions, min(200, count))
    times = [timed(lambda: client.run(session, "cat note.txt")) for session in sample]
    print(f"waking {len(sample)} of them, in ms: p50 {statistics.median(times):.2f}, p99 {sorted(times)[-2]:.2f}")
    for session in sessions + warm:
        client.end(session)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("server_pid", type=int)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, default=512)
    options = parser.parse_args()
    latencies(options.port, options.rounds)
    files(options.port, options.megabytes)
    held(options.port, options.server_pid, options.sessions)


main()
