"""A browser that lets nothing pass: every page is watched for errors, policy violations and requests to other hosts."""

import contextlib
import pathlib
import re
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# Compilers share two processors with whatever else runs: only what hangs may end a test.
PATIENCE = 60_000
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
VIOLATIONS = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) =>
        window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
expect.set_options(timeout=PATIENCE)


class Trouble(AssertionError):
    """Something that no page may do."""


class Browser:
    """One Chromium for all tests of a file. It finds no host but this one."""

    def __init__(self, url, slowness=1):
        """`slowness`: how many times longer the page's own work takes; above 1 to find what a test takes for granted."""
        self.url = url.rstrip("/")
        self.slowness = slowness

    def __enter__(self):
        if not pathlib.Path(CHROMIUM).exists():
            raise SystemExit(f"{CHROMIUM} is missing: run scripts/setup --development")
        self._playwright = sync_playwright().start()
        self._chromium = self._playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
        )
        return self

    def __exit__(self, *_):
        self._chromium.close()
        self._playwright.stop()

    @contextlib.contextmanager
    def page(self, path="/", theme="light", width=1280, height=800, allowed=None, prepare=None, **options):
        """A fresh visitor's page. `allowed`: a pattern of console errors that the test itself provokes."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        context.set_default_timeout(PATIENCE)
        context.add_init_script(VIOLATIONS)
        page = context.new_page()
        troubles = []

        def console(message):
            if message.type in ("error", "warning") and not (allowed and re.search(allowed, message.text)):
                troubles.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

        def request(sent):
            if not sent.url.startswith((self.url, "data:", "blob:")):
                troubles.append(f"request to another host: {sent.url}")

        page.on("console", console)
        page.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
        page.on("request", request)
        if self.slowness > 1:
            devtools = context.new_cdp_session(page)
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": self.slowness})
        if prepare:
            prepare(page)
        try:
            page.goto(self.url + path)
            yield page
            troubles += [f"policy violation: {each}" for each in page.evaluate("window.violations")]
            if troubles:
                raise Trouble("\n".join(troubles))
        finally:
            context.close()


def accessible(page, exclude=None):
    """No violation of WCAG 2.2 A and AA that axe-core finds."""
    found = (
        Axe()
        .run(page, context={"exclude": [exclude]} if exclude else None, options={"runOnly": WCAG})
        .response["violations"]
    )
    told = [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"]
    ]
    assert not told, "\n".join(told)


def no_sideways_scroll(page):
    widths = page.evaluate(
        "[document.documentElement.scrollWidth, innerWidth, document.querySelector('main').scrollWidth, document.querySelector('main').clientWidth]"
    )
    assert widths[0] <= widths[1] and widths[2] <= widths[3], f"the page is wider than the window: {widths}"


def eventually(page, condition, what):
    """Asks again and again, for what no locator can wait for, while the page and its routes go on."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"this did not become true: {what}")
        page.wait_for_timeout(20)


# What every test of the playground does.


def editor(page):
    return page.get_by_role("textbox", name="Source code")


def run_button(page):
    """The button by the whole word: a place in the output is a button too, and its path may hold "run"."""
    return page.get_by_role("button", name=re.compile(r"^Run\b"))


def ready(page):
    """The playground has its languages and can run."""
    expect(run_button(page)).to_be_enabled()
    return page


def choose(page, language):
    page.get_by_label("Language", exact=True).select_option(language)
    expect(page.get_by_label("Language", exact=True)).to_have_value(language)


def write(page, code):
    """Puts code into the editor as a paste does, without the editor's own indentation."""
    box = editor(page)
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(code)


def permit(page):
    """Has the analysis report only, so that what the walls hold is reached."""
    page.get_by_text("Input, arguments, limits").click()
    page.get_by_label("Policy of the analysis").select_option("permissive")


def run(page):
    run_button(page).click()


def status(page):
    return page.locator(".result .status")


def ended(page, text):
    expect(status(page)).to_have_text(text)
    # The result's other parts are drawn with its status.
    expect(run_button(page)).to_be_visible()


def output(page):
    return page.get_by_role("region", name="Program output")
