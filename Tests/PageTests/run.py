"""Runs the functions `test_…` of test files against a running server: run.py --url URL [--slow TIMES] [FILE …]

Exits 0 only if at least one test ran and none failed.
"""

import argparse
import importlib.util
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from harness import Browser  # noqa: E402


def tests_of(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [(name, test) for name, test in vars(module).items() if name.startswith("test_")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--only", default="", help="a part of the names of tests")
    parser.add_argument("--slow", type=int, default=1, metavar="TIMES", help="slow the page down, to find races")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    files = arguments.files or sorted(HERE.glob("test_*.py"))
    passed, failed = 0, []
    for path in files:
        with Browser(arguments.url, arguments.slow) as browser:
            for name, test in tests_of(path):
                if arguments.only not in name:
                    continue
                try:
                    test(browser)
                    passed += 1
                    print(f"passed {path.stem}.{name}", flush=True)
                except Exception as error:
                    failed.append(name)
                    reason = " ".join(str(error).split())[:300]
                    print(f"FAILED {path.stem}.{name}: {reason}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {len(failed)} failed" + "".join(f"\n  {name}" for name in failed))
    sys.exit(0 if passed > 0 and not failed else 1)


if __name__ == "__main__":
    main()
