"""Takes pictures of the page in both themes: screenshots.py --url URL [--folder FOLDER]"""

import argparse
import contextlib
import pathlib
import re
import subprocess

from harness import Browser, choose, ended, expect, ready, run
from workspace import at_prompt, call, command, enter, screen, session, tree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def playground(page):
    ready(page)
    page.get_by_label("Examples").select_option(label="Draw a picture")
    run(page)
    ended(page, "Finished")
    page.get_by_role("tab", name=re.compile("^Files")).click()
    expect(page.get_by_role("img", name=re.compile("^Picture"))).to_be_visible()


def errors(page):
    ready(page)
    choose(page, "cpp")
    page.get_by_label("Examples").select_option(label="A compile error")
    run(page)
    ended(page, "Does not compile")
    page.get_by_role("tab", name=re.compile("^Problems")).click()


def refused(page):
    ready(page)
    page.get_by_label("Examples").select_option(label="Attack: read secrets, call home")
    run(page)
    ended(page, "Refused before it ran")


def security(page):
    page.get_by_role("button", name="Test the walls").click()
    expect(page.get_by_text(re.compile(r"^All \d+ walls held\.$"))).to_be_visible()
    page.locator("main").evaluate("(main) => main.scrollTo(0, 0)")


def system(page):
    expect(page.get_by_text("Live")).to_be_visible()
    # Something to see: programs that run while the numbers come.
    page.evaluate("""() => Promise.all([1, 2, 3].map((seconds) => fetch('/execute', { method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ language: 'bash', code: `sleep ${seconds * 2}` }) })))""")
    page.wait_for_timeout(2000)


def api(page):
    expect(page.get_by_role("region", name="The request")).to_contain_text("curl")


PLOT = """import math

WIDTH, HEIGHT = 480, 200
points = " ".join(
    f"{x},{HEIGHT / 2 - math.sin(x / 24) * math.exp(-x / 260) * 80:.1f}"
    for x in range(0, WIDTH, 4)
)
svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
svg += f'<polyline points="{points}" fill="none" stroke="#1d4ed8" stroke-width="3"/></svg>'
open("results/damping.svg", "w").write(svg)
"""


def fill(page, identifier):
    """A session as somebody's morning of work leaves it."""
    command(page, identifier, f"mkdir -p src data results; cat > src/plot.py <<'END'\n{PLOT}END\npython3 src/plot.py")
    command(page, identifier, "seq 1 400 | sed 's/$/;17.4;ok/' > data/readings.csv; printf '# Notes\\n' > README.md")


def terminal(page):
    at_prompt(page)
    for line in (
        "ls --color=always -la",
        "python3 -c 'print(sum(range(101)))'",
        "cat /etc/shadow; curl -m 1 http://169.254.169.254/",
        "for i in 1 2 3; do printf '\\033[3%dm%s\\033[0m ' $i step-$i; done; echo",
    ):
        enter(page, line)
        page.wait_for_timeout(700)
    page.get_by_role("button", name="New terminal").click()
    at_prompt(page)
    page.get_by_role("group", name="Terminals").get_by_role("button", name=re.compile("^1: ")).click()
    expect(screen(page)).to_contain_text("step-3")


def files(page):
    for name in ("data", "results", "src"):
        tree(page, name).click()
    tree(page, "plot.py").click()
    expect(page.get_by_role("textbox", name="File contents")).to_contain_text("import math")
    page.wait_for_timeout(500)


def sessions(page):
    expect(page.get_by_role("row", name=re.compile("class 7b"))).to_contain_text(re.compile("active|hibernated"))


PICTURES = [
    ("playground", "/", playground, {}),
    ("errors", "/", errors, {}),
    ("refused", "/", refused, {}),
    ("terminal", "/#/terminal/{session}", terminal, {}),
    ("files", "/#/files/{session}", files, {}),
    ("sessions", "/#/sessions", sessions, {}),
    ("system", "/#/system", system, {}),
    ("security", "/#/security", security, {"height": 1150}),
    ("api", "/#/api", api, {}),
    ("phone", "/", playground, {"width": 390, "height": 844}),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "docs" / "images")
    parser.add_argument("--only", default="", help="a part of the names of pictures")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with Browser(arguments.url) as browser, contextlib.ExitStack() as stack:
        identifiers = [stack.enter_context(session(browser, name)) for name in ("agent 12", "class 7b", "experiments")]
        with browser.page("/#/api") as page:
            fill(page, identifiers[-1])
            call(
                page,
                "POST",
                "/api/v1/execute",
                {"command": "sleep 300", "session_id": identifiers[1], "background": True},
            )
        for name, path, prepare, size in PICTURES:
            if arguments.only not in name:
                continue
            for theme in ("light", "dark"):
                with browser.page(path.format(session=identifiers[-1]), theme=theme, **size) as page:
                    prepare(page)
                    page.wait_for_timeout(300)
                    target = arguments.folder / f"{name}-{theme}.png"
                    page.screenshot(path=target, animations="disabled")
                    subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", "256", target], check=True)
                    print(f"{target.name}: {target.stat().st_size // 1024} KiB", flush=True)


if __name__ == "__main__":
    main()
