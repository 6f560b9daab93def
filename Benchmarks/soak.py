"""Keeps a server at the point of saturation with hostile and benign work, and shows that it comes back from there.

    soak.py PORT SERVER_PID [--seconds N] [--calm N] [--workers N]

Before, during and after the load a probe does what people do (a run, a command in a live session, a file), one thing at
a time, and its latency is printed. What server and launcher hold (memory, descriptors, mounts, cgroups, processes) is
printed for the start, the load, and the end; when the end is not the start again, the exit status is 1. `Benchmarks/run
--soak` starts the server for it.
"""

import argparse
import json
import os
import random
import socket
import statistics
import sys
import threading
import time
from collections import Counter

from connection import Connection, message
from session_client import Terminal

# What may differ between start and end: memory that the allocators keep, and what a request or two holds open.
MEMORY_GROWTH = 48 << 20
DESCRIPTOR_GROWTH = 16


class Refused(Exception):
    """The server said that it is full: 429 or 503."""


class Client:
    def __init__(self, port):
        self.port = port
        self.connection = Connection(port)

    def ask(self, method, path, body=None, expect=(200, 201, 202, 204)):
        try:
            status, answer = self.connection.ask(message(self.port, method, path, body))
        except OSError:
            self.connection = Connection(self.port)
            raise
        if status in (429, 503):
            raise Refused()
        if status not in expect:
            raise AssertionError(f"{method} {path}: {status}: {answer[:300]!r}")
        return answer

    def run(self, code, language="bash", **more):
        return json.loads(self.ask("POST", "/execute", {"code": code, "language": language, "policy": "permissive", **more}))

    def create(self):
        return json.loads(self.ask("POST", "/api/v1/sessions", {}))["id"]

    def command(self, session, command, **more):
        body = {"command": command, "session_id": session, "policy": "permissive", **more}
        return json.loads(self.ask("POST", "/api/v1/execute", body))

    def end(self, session):
        self.ask("DELETE", f"/api/v1/sessions/{session}", expect=(204, 404))


# MARK: The work. Each takes a client and one of its sessions, and names what is wrong with an answer, if anything is.


def expect(answer, *statuses):
    return None if answer["status"] in statuses else f"{answer['status']}: {answer.get('error')}"


LIMITS = {"memory_mb": 64, "processes": 32, "cpu_ms": 1500, "output_bytes": 65536, "disk_mb": 16}


def hostile_run(code, *statuses, **more):
    def work(client, session):
        return expect(client.run(code, limits=LIMITS, timeout=2, **more), *statuses)

    return work


def hostile_command(command, *statuses, **more):
    def work(client, session):
        return expect(client.command(session, command, timeout=2, **more), *statuses)

    return work


def killed_command(client, session):
    pid = json.loads(client.ask("POST", "/api/v1/execute", {
        "command": "trap '' TERM; sleep 1000 & while :; do sleep 0.1; done", "session_id": session,
        "background": True, "policy": "permissive"}))["pid"]
    client.ask("DELETE", f"/api/v1/sessions/{session}/processes/{pid}", expect=(200, 202, 204, 404))


def left_connection(client, session):
    """Asks for something long and goes away."""
    connection = socket.create_connection(("127.0.0.1", client.port))
    connection.sendall(message(client.port, "POST", "/execute", {"code": "sleep 100", "language": "bash"}))
    time.sleep(0.05)
    connection.close()


def benign_file(client, session):
    path, data = f"/api/v1/sessions/{session}/files/file{random.randrange(4)}", os.urandom(random.randrange(200_000))
    client.ask("PUT", path, data)
    return None if client.ask("GET", path) == data else "another file came back"


def benign_terminal(client, session):
    terminal = Terminal(client.port, session)
    try:
        terminal.type(b"echo $((6 * 7))\n")
        terminal.shown(b"42")
        terminal.type(b"exit\n")
    finally:
        terminal.close()


def benign_session(client, session):
    own = client.create()
    try:
        return expect(client.command(own, "cd /tmp && export A=1"), "ok")
    finally:
        client.end(own)


HOSTILE = {
    "fork bomb": hostile_run("f() { f | f & }; f; wait; sleep 5", "process_limit", "time_limit", "cpu_limit", "memory_limit"),
    "memory hog": hostile_run("a = []\nwhile True: a.append(bytearray(1 << 20))", "memory_limit", "cpu_limit",
                              "time_limit", language="python"),
    "output flood": hostile_run("exec yes", "output_limit", "cpu_limit", "time_limit"),
    "infinite loop": hostile_run("while :; do :; done", "cpu_limit", "time_limit"),
    "disk filler": hostile_run("exec cat /dev/zero >file", "disk_limit", "memory_limit", "cpu_limit", "time_limit"),
    "fork bomb, session": hostile_command(
        "f() { f | f & }; f; wait; sleep 5", "process_limit", "time_limit", "cpu_limit", "memory_limit", "nonzero_exit", "signaled"),
    "memory hog, session": hostile_command("exec tail /dev/zero", "memory_limit", "time_limit", "signaled"),
    "killed command": killed_command,
    "left connection": left_connection,
}
BENIGN = {
    "run": lambda client, session: expect(client.run("echo $((6 * 7))"), "ok"),
    "python run": lambda client, session: expect(client.run("print(6 * 7)", "python"), "ok"),
    "command": lambda client, session: expect(client.command(session, "ls | wc -l"), "ok"),
    "file": benign_file,
    "terminal": benign_terminal,
    "session": benign_session,
}


class Load:
    """Workers, each with a connection and a session of its own."""

    def __init__(self, port, workers):
        self.port = port
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.done, self.refused, self.wrong = Counter(), Counter(), Counter()
        self.threads = [threading.Thread(target=self.work, args=(number,), daemon=True) for number in range(workers)]
        for thread in self.threads:
            thread.start()

    def work(self, number):
        chance, client, session = random.Random(number), Client(self.port), None
        while not self.stopping.is_set():
            kinds = HOSTILE if chance.random() < 0.5 else BENIGN
            name = chance.choice(list(kinds))
            try:
                session = session or client.create()
                problem = kinds[name](client, session)
                self.count(self.done, name)
                # A hostile session of this worker may have spoilt what a benign command finds; that is its own affair.
                if problem and not (kinds is BENIGN and name in ("command", "terminal")):
                    self.count(self.wrong, f"{name}: {problem}")
            except Refused:
                self.count(self.refused, name)
                time.sleep(0.05)
            except (OSError, AssertionError, SystemExit, ValueError) as error:
                # A session whose processes are all taken refuses commands (409): another one is made.
                if " 409" not in str(error):
                    self.count(self.wrong, f"{name}: {error}")
                self.renew(client, session)
                session = None
        self.renew(client, session)

    def renew(self, client, session):
        if session is None:
            return
        try:
            client.end(session)
        except (OSError, AssertionError, Refused) as error:
            self.count(self.wrong, f"end of a session: {error}")

    def count(self, counter, name):
        with self.lock:
            counter[name] += 1

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


# MARK: Probe


class Probe:
    KINDS = ("run", "`true` in a session", "file of 10 kB")

    def __init__(self, port):
        self.client = Client(port)
        self.session = self.client.create()
        self.client.command(self.session, "true")
        self.data = os.urandom(10_000)

    def once(self, kind):
        if kind == "run":
            self.client.run("echo hello")
        elif kind == "file of 10 kB":
            self.client.ask("PUT", f"/api/v1/sessions/{self.session}/files/probe", self.data)
        else:
            self.client.command(self.session, "true")

    def measure(self, seconds):
        times, refused, until = {kind: [] for kind in self.KINDS}, 0, time.monotonic() + seconds
        while time.monotonic() < until:
            for kind in self.KINDS:
                start = time.perf_counter()
                try:
                    self.once(kind)
                    times[kind].append((time.perf_counter() - start) * 1000)
                except Refused:
                    refused += 1
                time.sleep(0.01)
        return times, refused


# MARK: What is held


def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def resident(pid):
    for line in read(f"/proc/{pid}/status").split("\n"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def tree(pid):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = read(f"/proc/{name}/stat")
            if stat:
                children.setdefault(int(stat.rsplit(") ", 1)[1].split()[1]), []).append(int(name))
    found, rest = [], list(children.get(pid, []))
    while rest:
        child = rest.pop()
        found.append(child)
        rest += children.get(child, [])
    return found


def descriptors(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def groups(pids):
    """The directories of cgroups below the ones that this server made."""
    names = {part for pid in pids for line in read(f"/proc/{pid}/cgroup").split("\n") for part in line.split("/")
             if part.startswith("sandmartin-")}
    return sum(len(folders) for name in names for top in os.listdir("/sys/fs/cgroup")
               for path, folders, _ in os.walk(f"/sys/fs/cgroup/{top}") if f"/{name}" in path)


def held(server):
    below = tree(server)
    launchers = [pid for pid in below if os.path.basename(read(f"/proc/{pid}/cmdline").split("\0")[0]) == "sandmartin-launcher"
                 and read(f"/proc/{pid}/stat").rsplit(") ", 1)[-1].split()[1:2] == [str(server)]]
    launcher = launchers[0] if launchers else 0
    return {
        "server memory, MB": resident(server) / 1e6, "server descriptors": descriptors(server),
        "launcher memory, MB": resident(launcher) / 1e6, "launcher descriptors": descriptors(launcher),
        "launcher mounts": read(f"/proc/{launcher}/mountinfo").count("\n"),
        "host mounts": read("/proc/self/mountinfo").count("\n"),
        "cgroups": groups(below + [server]), "processes": len(below),
    }


def has_returned(start, now):
    """What is not as it was."""
    grown = []
    for name, value in now.items():
        allowed = start[name]
        if "memory" in name:
            allowed += MEMORY_GROWTH / 1e6
        elif "descriptors" in name:
            allowed += DESCRIPTOR_GROWTH
        if value > allowed:
            grown.append(f"{name}: {start[name]:.0f} at the start, {value:.0f} now")
    return grown


def settle(server, start=None, seconds=60):
    """What is held once it does not change any more, or is as at the start. Slots that rest are given up after 10 s."""
    until, last = time.monotonic() + seconds, None
    while True:
        time.sleep(12 if start is None else 2)
        now = held(server)
        counts = {name: value for name, value in now.items() if "memory" not in name}
        if start is not None and not has_returned(start, now):
            return now
        if start is None and counts == last:
            return now
        if time.monotonic() > until:
            return now
        last = counts


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("server_pid", type=int)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--calm", type=float, default=20)
    parser.add_argument("--workers", type=int, default=4 * (os.cpu_count() or 1))
    options = parser.parse_args()
    server = options.server_pid

    # The first use of everything costs: caches, threads, buffers. It is no growth.
    warm = Load(options.port, options.workers)
    time.sleep(min(15, options.seconds / 4))
    warm.stop()
    probe = Probe(options.port)
    start = settle(server, seconds=90)
    latencies = {"before": probe.measure(options.calm)}

    print(f"load of {options.workers} workers for {options.seconds:.0f} s", file=sys.stderr)
    load, most = Load(options.port, options.workers), {}
    began, times, refused = time.monotonic(), {kind: [] for kind in Probe.KINDS}, 0
    while time.monotonic() - began < options.seconds:
        more, said_no = probe.measure(min(5, options.seconds))
        refused += said_no
        for kind, values in more.items():
            times[kind] += values
        now = held(server)
        most = {name: max(value, most.get(name, 0)) for name, value in now.items()}
        print(f"  {time.monotonic() - began:.0f} s: {sum(load.done.values())} done, {sum(load.refused.values())} refused",
              file=sys.stderr)
    latencies["during"] = times, refused
    load.stop()
    end = settle(server, start, seconds=120)
    latencies["after"] = probe.measure(options.calm)

    print(f"\nWork done under load: {sum(load.done.values())}, refused with 429 or 503: {sum(load.refused.values())}\n")
    for name in list(HOSTILE) + list(BENIGN):
        print(f"{name:<24}{load.done[name]:>8}{load.refused[name]:>8} refused")
    print(f"\nLatency of the probe in ms\n\n{'what':<24}" + "".join(f"{phase:>20}" for phase in latencies))
    for kind in Probe.KINDS:
        cells = [f"{statistics.median(values[kind]) if values[kind] else float('nan'):.1f} / {percentile(values[kind], 0.99):.1f}"
                 for values, _ in latencies.values()]
        print(f"{kind:<24}" + "".join(f"{cell:>20}" for cell in cells))
    print(f"{'p50 / p99; refused':<24}" + "".join(f"{count:>20}" for _, count in latencies.values()))
    print(f"\nHeld\n\n{'what':<24}{'start':>10}{'most':>10}{'end':>10}")
    for name in start:
        print(f"{name:<24}{start[name]:>10.1f}{most[name]:>10.1f}{end[name]:>10.1f}")

    problems = has_returned(start, end)
    problems += [f"{count} times {what}" for what, count in load.wrong.most_common(20)]
    for kind in Probe.KINDS:
        before, after = (latencies[phase][0][kind] for phase in ("before", "after"))
        if before and after and statistics.median(after) > 2 * statistics.median(before) + 5:
            problems.append(f"latency of {kind}: {statistics.median(before):.1f} ms before, {statistics.median(after):.1f} after")
    for problem in problems:
        print(f"NOT AS IT WAS: {problem}")
    sys.exit(1 if problems else 0)


main()
