"""Times what people do in sessions, over HTTP and a WebSocket, and what sessions cost that nobody uses.

    sessions.py PORT SERVER_PID [--rounds N] [--sessions N] [--megabytes N] [--large N]

Each round does every thing once, in a new random order. The server must hibernate sessions soon (SESSION_HIBERNATION)
for the figure of waking; `Benchmarks/run --sessions` starts one that does.
"""

import argparse
import hashlib
import http.client
import json
import os
import random
import socket
import statistics
import sys
import tarfile
import threading
import time

from connection import Connection, message
from session_client import Terminal


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


class PeakMemory:
    """The most that a process has in memory while a block runs, looked at every 10 ms."""

    def __init__(self, pid):
        self.pid, self.before, self.peak, self.over = pid, resident(pid)[0], 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        while not self.over.wait(0.01):
            self.peak = max(self.peak, resident(self.pid)[0])

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    @property
    def growth(self):
        return max(0, self.peak - self.before)


def answer_of(port, head):
    """The body of an answer, as a file, once its head is read; an answer that is no success ends the program."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(f"{head}Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    if answer.status not in (200, 206):
        sys.exit(f"{head.splitlines()[0]}: {answer.status}")
    return answer


def digest(file):
    hasher = hashlib.sha256()
    while part := file.read(1 << 20):
        hasher.update(part)
    return hasher.hexdigest()


def large(port, pid, megabytes):
    """One large file goes up, comes down and into an archive, whole, and the server's memory stays bounded."""
    client = Client(port)
    session = client.create()
    client.run(session, "true")
    path, chunk, sent = f"/api/v1/sessions/{session}/files/large", os.urandom(1 << 20), hashlib.sha256()
    seconds = {}
    with PeakMemory(pid) as memory:
        start = time.perf_counter()
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(
            f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {megabytes << 20}\r\n"
            "Connection: close\r\n\r\n".encode())
        for number in range(megabytes):
            piece = number.to_bytes(8, "little") + chunk[8:]
            sent.update(piece)
            connection.sendall(piece)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        if answer.status != 201:
            sys.exit(f"the file was not written: {answer.status} {answer.read()[:300]!r}")
        seconds["up"] = time.perf_counter() - start
        start = time.perf_counter()
        if digest(answer_of(port, f"GET {path} HTTP/1.1\r\n")) != sent.hexdigest():
            sys.exit("another file came back")
        seconds["down"] = time.perf_counter() - start
        end = answer_of(port, f"GET {path} HTTP/1.1\r\nRange: bytes=-1000\r\n").read()
        if end != chunk[-1000:]:
            sys.exit("the end of the file is another one")
        start = time.perf_counter()
        answer = answer_of(port, f"GET /api/v1/sessions/{session}/archive HTTP/1.1\r\n")
        with tarfile.open(fileobj=answer, mode="r|gz") as archive:
            found = {entry.name: digest(archive.extractfile(entry)) for entry in archive if entry.isfile()}
        if found != {"large": sent.hexdigest()}:
            sys.exit(f"the archive has another file: {found}")
        seconds["as an archive"] = time.perf_counter() - start
    print(f"\nA file of {megabytes} MiB, hashed: " + ", ".join(f"{what} {time:.1f} s" for what, time in seconds.items())
          + f"; the server's memory grew by {memory.growth / 1e6:.1f} MB at most")
    client.end(session)
    if memory.growth > 64 << 20:
        sys.exit("that is more than 64 MiB")


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
    parser.add_argument("--large", type=int, default=1024, help="MiB of the file that is held against bounded memory")
    options = parser.parse_args()
    latencies(options.port, options.rounds)
    files(options.port, options.megabytes)
    large(options.port, options.server_pid, options.large)
    held(options.port, options.server_pid, options.sessions)


main()
