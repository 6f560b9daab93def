"""What tests and pictures of the session views share: sessions by the API, and a shell that prompts."""

import contextlib
import re

from harness import eventually

PROMPT = re.compile(r"[$#] ?$")


def call(page, method, path, body=None):
    """Through the page, so that it is the same caller."""
    return page.evaluate(
        """async ([method, path, body]) => {
            const answer = await fetch(path, { method, ...(body && { body: JSON.stringify(body) }),
                headers: { 'content-type': 'application/json' } });
            return { status: answer.status, json: await answer.json().catch(() => null) };
        }""",
        [method, path, body],
    )


@contextlib.contextmanager
def session(browser, name):
    """The identifier of a session that ends with the test."""
    with browser.page("/#/api") as page:
        made = call(page, "POST", "/api/v1/sessions", {"name": name})
        assert made["status"] == 201, made
        identifier = made["json"]["id"]
    try:
        yield identifier
    finally:
        with browser.page("/#/api") as page:
            call(page, "DELETE", f"/api/v1/sessions/{identifier}")


def command(page, identifier, text):
    answer = call(page, "POST", "/api/v1/execute", {"command": text, "session_id": identifier})
    assert answer["status"] == 200, answer
    return answer["json"]


def screen(page):
    return page.locator(".terminal-box:not([hidden]) .xterm-rows")


def at_prompt(page):
    """A shell that waits for a command."""
    eventually(page, lambda: PROMPT.search(screen(page).inner_text().rstrip("\n\xa0 ") or ""), "the shell prompts")


def enter(page, line):
    page.keyboard.type(line)
    page.keyboard.press("Enter")


def tree(page, name):
    return page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(name)}\b"))
