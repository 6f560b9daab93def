"""Analyses programs that people would call harmless, and prints what is found in them.

    Benchmarks/corpora.py PORT [--human-eval FILE] [--examples N]

Asks a running server (POST /api/v1/analyze, policy standard). For each collection it prints how many programs are
refused and the findings by severity, and then each rule with a high or critical finding: in how many programs, how
often, how often it refuses, and examples.
"""

import argparse
import collections
import gzip
import http.client
import json
import pathlib
import sys
import sysconfig

SEVERITIES = ("low", "medium", "high", "critical")
# The server reads no more of one program.
LARGEST = 256 << 10


def standard_library(*packages):
    """Programs of packages of the standard library, by name."""
    library = pathlib.Path(sysconfig.get_path("stdlib"))
    for package in packages:
        for path in sorted((library / package).rglob("*.py")):
            code = path.read_bytes().decode("utf-8", errors="replace")
            # Many a package begins with an empty file, which is no program.
            if code.strip():
                yield str(path.relative_to(library)), code


def human_eval(file):
    """The solutions of HumanEval, each as the whole program that it completes."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            task = json.loads(line)
            yield task["task_id"], task["prompt"] + task["canonical_solution"]


def analyze(connection, code):
    connection.request(
        "POST", "/api/v1/analyze", json.dumps({"code": code, "language": "python", "policy": "standard"}),
        {"Content-Type": "application/json"},
    )
    answer = connection.getresponse()
    report = json.loads(answer.read())
    if answer.status != 200:
        sys.exit(f"the server did not analyse a program: {answer.status} {json.dumps(report)[:300]}")
    return report


def print_collection(connection, title, programs, examples):
    files = refused = clean = incomplete = left_out = 0
    severities = collections.Counter()
    rules = collections.defaultdict(list)
    for name, code in programs:
        if len(code.encode()) > LARGEST or "\0" in code:
            left_out += 1
            continue
        report = analyze(connection, code)
        files += 1
        refused += report["decision"] == "block"
        clean += not report["findings"]
        incomplete += not report["complete"]
        for finding in report["findings"]:
            severities[finding["severity"]] += 1
            if finding["severity"] in ("high", "critical"):
                rules[finding["rule_id"]].append((name, finding))
    print(f"\n{title}: {files} programs, {clean} without findings, {refused} refused, {incomplete} incomplete"
          + (f", {left_out} too large" if left_out else ""))
    print("  " + ", ".join(f"{severities[severity]} {severity}" for severity in SEVERITIES))
    for rule, found in sorted(rules.items(), key=lambda item: -len(item[1])):
        blocking = sum(finding["blocking"] for _, finding in found)
        print(f"  {rule}: {len({name for name, _ in found})} programs, {len(found)} findings, {blocking} refusing")
        for name, finding in found[:: max(1, len(found) // examples)][:examples] if examples else []:
            print(f"      {name}:{finding['line']}: {finding['snippet'][:100]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("port", type=int)
    parser.add_argument("--human-eval", metavar="FILE")
    parser.add_argument("--examples", type=int, default=3, metavar="N")
    arguments = parser.parse_args()
    connection = http.client.HTTPConnection("127.0.0.1", arguments.port, timeout=60)
    for packages in (("json", "email", "html"), ("test",)):
        programs = standard_library(*packages)
        print_collection(connection, " ".join(packages), programs, arguments.examples)
    if arguments.human_eval:
        print_collection(connection, "HumanEval", human_eval(arguments.human_eval), arguments.examples)


if __name__ == "__main__":
    main()
