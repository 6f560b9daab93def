"""Takes pictures of the page in both themes: screenshots.py --url URL [--folder FOLDER]"""

import argparse
import pathlib
import re
import subprocess

from harness import Browser, choose, ended, expect, ready, run

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
    page.evaluate(
        """() => Promise.all([1, 2, 3].map((seconds) => fetch('/execute', { method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ language: 'bash', code: `sleep ${seconds * 2}` }) })))"""
    )
    page.wait_for_timeout(2000)


def api(page):
    expect(page.get_by_role("region", name="The request")).to_contain_text("curl")


PICTURES = [
    ("playground", "/", playground, {}),
    ("errors", "/", errors, {}),
    ("refused", "/", refused, {}),
    ("system", "/#/system", system, {}),
    ("security", "/#/security", security, {"height": 1150}),
    ("api", "/#/api", api, {}),
    ("phone", "/", playground, {"width": 390, "height": 844}),
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "docs" / "images")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with Browser(arguments.url) as browser:
        for name, path, prepare, size in PICTURES:
            for theme in ("light", "dark"):
                with browser.page(path, theme=theme, **size) as page:
                    prepare(page)
                    page.wait_for_timeout(300)
                    target = arguments.folder / f"{name}-{theme}.png"
                    page.screenshot(path=target, animations="disabled")
                    subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", "256", target], check=True)
                    print(f"{target.name}: {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
