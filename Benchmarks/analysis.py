"""Measures the analysis of programs of 1, 10 and 100 KB in every language, beside Bandit on the same Python programs.

    Benchmarks/analysis.py PORT [--bandit PYTHON]

Asks a running server (POST /api/v1/analyze) and prints the time that its report names, and the whole round trip.
PYTHON is an interpreter that can import Bandit; it is timed inside one process, so that neither its start nor its
imports count, and as the command that people run, with both. A program is Benchmarks/samples/sample.* as often as its
size needs, with other names each time.
"""

import argparse
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

SAMPLES = pathlib.Path(__file__).resolve().parent / "samples"
LANGUAGES = {"python": "py", "javascript": "js", "bash": "sh", "cpp": "cpp", "rust": "rs"}
SIZES = (1, 10, 100)
# Runs of each command; it starts an interpreter each time.
COMMAND_RUNS = 5
# Times Bandit on files; prints the median of seconds for each, as JSON.
BANDIT = """
import json, statistics, sys, time
from bandit.core import config, manager
def run(path):
    started = time.perf_counter()
    found = manager.BanditManager(config.BanditConfig(), "file")
    found.discover_files([path])
    found.run_tests()
    return time.perf_counter() - started
print(json.dumps([statistics.median(run(path) for _ in range(7)) for path in sys.argv[1:]]))
"""


def program(suffix, kilobytes):
    """The sample repeated up to about a size."""
    sample = (SAMPLES / f"sample.{suffix}").read_text(encoding="utf-8")
    copies = max(1, round(kilobytes * 1024 / len(sample)))
    return "\n".join(
        sample.replace("_0", f"_{number}").replace("Order0", f"Order{number}") for number in range(copies)
    )


def analyze(port, code, language):
    """Milliseconds that the report names and milliseconds of the round trip."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    started = time.perf_counter()
    connection.request(
        "POST", "/api/v1/analyze", json.dumps({"code": code, "language": language}),
        {"Content-Type": "application/json"},
    )
    answer = connection.getresponse()
    body = json.loads(answer.read())
    elapsed = (time.perf_counter() - started) * 1000
    connection.close()
    if answer.status != 200 or not body["complete"]:
        sys.exit(f"the server did not analyse {language}: {answer.status} {json.dumps(body)[:300]}")
    return body["analysis_ms"], elapsed


def bandit(python, programs):
    """Milliseconds for each program inside one process, and as a command."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, code in enumerate(programs):
            paths.append(pathlib.Path(folder) / f"program{number}.py")
            paths[-1].write_text(code, encoding="utf-8")
        command = [python, "-c", BANDIT, *map(str, paths)]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        commands = [bandit_command(python, path) for path in paths]
    return [seconds * 1000 for seconds in json.loads(run.stdout)], commands


def bandit_command(python, path):
    """Milliseconds of a whole process."""
    times = []
    for _ in range(COMMAND_RUNS):
        started = time.perf_counter()
        run = subprocess.run([python, "-m", "bandit", "--quiet", str(path)], capture_output=True, check=False)
        times.append((time.perf_counter() - started) * 1000)
        # 1 says that something was found.
        if run.returncode > 1:
            sys.exit(f"bandit failed: {run.stderr.decode(errors='replace')[-300:]}")
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("--bandit", metavar="PYTHON")
    arguments = parser.parse_args()

    print(f"{'analysis':<12}" + "".join(f"{f'{size} KB':>12}{'round trip':>12}" for size in SIZES))
    own = {}
    for language, suffix in LANGUAGES.items():
        row = f"{language:<12}"
        for size in SIZES:
            code = program(suffix, size)
            times = [analyze(arguments.port, code, language) for _ in range(60 if size < 100 else 20)][5:]
            own[language, size] = statistics.median(inner for inner, _ in times)
            row += f"{own[language, size]:>9.3f} ms{statistics.median(outer for _, outer in times):>9.3f} ms"
        print(row)
    if not arguments.bandit:
        return
    inside, commands = bandit(arguments.bandit, [program("py", size) for size in SIZES])
    for name, times in (("bandit", inside), ("its command", commands)):
        row = f"{name:<12}"
        for size, theirs in zip(SIZES, times):
            row += f"{theirs:>9.3f} ms{theirs / own['python', size]:>10.0f} x"
        print(row)


if __name__ == "__main__":
    main()
