"""Times programs run bare, under bubblewrap, and by Sandmartin servers over HTTP, in one interleaved table.

    measure.py PORT SERVER_PID [--confined PORT] [--iterations N] [--seconds S]

Each round runs every case once, in a new random order, so that a change of the machine's speed meets all of them alike.
Compare ratios, not single times. Bare and bubblewrap processes are started by posix_spawn, the cheapest way there is;
requests go over one kept-alive connection, written and read as bytes.
"""

import argparse
import json
import os
import random
import selectors
import shutil
import statistics
import sys
import time

from connection import Connection

PYTHON_SOURCE = "print('hello')\n"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}


def request_bytes(port, code, language):
    body = json.dumps({"code": code, "language": language}).encode()
    head = f"POST /execute HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def check(answer, output):
    status, body = answer
    result = json.loads(body)
    if status != 200 or result.get("status") != "ok" or result.get("output") != output:
        sys.exit(f"unexpected answer {status}: {body[:500]!r}")


def spawn(arguments):
    """Runs a program with its output in a pipe, to its end; returns what it wrote."""
    read_end, write_end = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, write_end, 1), (os.POSIX_SPAWN_CLOSE, read_end), (os.POSIX_SPAWN_CLOSE, write_end)]
    pid = os.posix_spawn(arguments[0], arguments, ENVIRONMENT, file_actions=actions)
    os.close(write_end)
    output = b""
    while chunk := os.read(read_end, 65536):
        output += chunk
    os.close(read_end)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit(f"{arguments} ended with status {status}")
    return output


def bubblewrap(arguments, python):
    """The same view of the machine as a sandbox of ours: /usr, the toolchain, a few files of /etc, private places."""
    command = [shutil.which("bwrap"), "--unshare-all", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"]
    command += ["--ro-bind", "/usr", "/usr", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/workspace"]
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink("/" + name):
            command += ["--symlink", os.readlink("/" + name), "/" + name]
    for path in ("/etc/ld.so.cache", "/etc/alternatives", "/etc/ssl/certs", "/etc/localtime"):
        if os.path.exists(path):
            command += ["--ro-bind", path, path]
    prefix = os.path.dirname(os.path.dirname(python))
    if not prefix.startswith("/usr"):
        command += ["--ro-bind", prefix, prefix]
    return command + ["--hostname", "sandbox", "--chdir", "/workspace"] + arguments


def health(port):
    status, body = Connection(port).ask(f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    if status != 200:
        sys.exit(f"the server is not well: {status} {body[:500]!r}")
    return json.loads(body)


def served(port, reference):
    """The cases of a server, and its level; a language is timed where it is of the same version as the reference's."""
    connection, state = Connection(port), health(port)
    cases = {}
    for program, language, code, output in (("bash -c :", "bash", ":", ""), ("python hello", "python", PYTHON_SOURCE, "hello\n")):
        if state["languages"].get(language) == reference["languages"].get(language):
            request = request_bytes(port, code, language)
            cases[program, "POST /execute", state["isolation"]["level"]] = (
                lambda request=request, output=output: check(connection.ask(request), output))
    return cases


def latencies(ports, python, iterations):
    source = "/tmp/.sandmartin-bench-hello.py"
    with open(source, "w") as file:
        file.write(PYTHON_SOURCE)
    bare_bash = ["/bin/bash", "-c", ":"]
    bare_python = [python, source]
    wrapped_python = bubblewrap([python, "-c", PYTHON_SOURCE], python)
    wrapped_bash = bubblewrap(bare_bash, python)
    bare, wrapped = ("bare process", "none"), ("bwrap --unshare-all", "namespaces")
    cases = {
        ("bash -c :", *bare): lambda: spawn(bare_bash),
        ("bash -c :", *wrapped): lambda: spawn(wrapped_bash),
        ("python hello", *bare): lambda: spawn(bare_python),
        ("python hello", *wrapped): lambda: spawn(wrapped_python),
    }
    reference = health(ports[0])
    for port in ports:
        cases.update(served(port, reference))
    times = {case: [] for case in cases}
    for round_number in range(iterations + 10):
        order = list(cases)
        random.shuffle(order)
        for case in order:
            start = time.perf_counter()
            cases[case]()
            elapsed = time.perf_counter() - start
            if round_number >= 10:
                times[case].append(elapsed * 1000)
        if round_number % 100 == 99:
            print(f"  {round_number + 1} rounds", file=sys.stderr)
    os.unlink(source)
    print(f"\nLatency in ms, {iterations} interleaved rounds\n")
    print(f"{'program':<14}{'how':<21}{'level':<12}{'p50':>8}{'p99':>8}{'x bare':>9}{'x bwrap':>9}")
    for (program, how, level), values in sorted(times.items(), key=lambda item: item[0][0]):
        p50 = statistics.median(values)
        p99 = sorted(values)[int(len(values) * 0.99)]
        by_bare = p50 / statistics.median(times[program, *bare])
        by_wrapped = p50 / statistics.median(times[program, *wrapped])
        print(f"{program:<14}{how:<21}{level:<12}{p50:>8.2f}{p99:>8.2f}{by_bare:>9.2f}{by_wrapped:>9.2f}")


def throughput(port, callers, seconds, request, output):
    """Runs a second with so many callers, each with one request under way at a time; overloads are counted apart."""
    selector = selectors.DefaultSelector()
    connections = [Connection(port) for _ in range(callers)]
    for connection in connections:
        connection.send(request)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    done, refused, times = 0, 0, []
    started = {id(connection): time.perf_counter() for connection in connections}
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        for key, _ in selector.select(0.5):
            connection = key.data
            answer = connection.receive_some()
            if answer is None:
                continue
            now = time.perf_counter()
            if answer[0] == 503:
                refused += 1
            else:
                check(answer, output)
                done += 1
                times.append((now - started[id(connection)]) * 1000)
            started[id(connection)] = now
            connection.send(request)
    elapsed = time.perf_counter() - begin
    for connection in connections:
        connection.socket.close()
    times.sort()
    return done / elapsed, statistics.median(times), times[int(len(times) * 0.99)], refused


def memory(pid):
    def resident(process):
        with open(f"/proc/{process}/status") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        return int(fields["VmRSS"].split()[0]) / 1024, fields["Name"].strip()

    def children(process):
        with open(f"/proc/{process}/task/{process}/children") as file:
            return [int(child) for child in file.read().split()]

    print(f"\nResident memory, idle: server {resident(pid)[0]:.1f} MB", end="")
    descendants = []
    pending = all_children(pid)
    for child in pending:
        descendants.append(child)
        pending += children(child)
    keepers = [resident(child)[0] for child in descendants if resident(child)[1] == "keeper"]
    if keepers:
        print(f", ready sandbox {max(keepers):.2f} MB at most ({len(keepers)} ready)", end="")
    print()


def all_children(pid):
    """Children of every thread: the launcher's parent is the thread that started it."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children") as file:
            found += [int(child) for child in file.read().split()]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("server_pid", type=int)
    parser.add_argument("--confined", type=int, metavar="PORT", help="another server, at the level landlock")
    parser.add_argument("--iterations", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    memory(options.server_pid)
    latencies([options.port] + ([options.confined] if options.confined else []), os.path.realpath(sys.executable), options.iterations)
    print(f"\nRuns per second, {options.seconds:g} s each\n")
    print(f"{'program':<14}{'callers':>8}{'runs/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'refused':>9}")
    for name, code, language, output in (("bash -c :", ":", "bash", ""), ("python hello", PYTHON_SOURCE, "python", "hello\n")):
        for callers in (1, 8, 64):
            rate, p50, p99, refused = throughput(
                options.port, callers, options.seconds, request_bytes(options.port, code, language), output)
            print(f"{name:<14}{callers:>8}{rate:>9.0f}{p50:>9.1f}{p99:>9.1f}{refused:>9}")


main()
