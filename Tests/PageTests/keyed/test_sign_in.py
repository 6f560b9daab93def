"""A real server that needs a key: SANDMARTIN_KEY is one of an administrator."""

import os
import re

from harness import accessible, ended, expect, ready, run
from workspace import at_prompt, enter, screen

KEY = os.environ["SANDMARTIN_KEY"]


def sign_in(page, key=KEY):
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("API key").fill(key)
    dialog.get_by_role("button", name="Sign in").click()
    return dialog


def test_nothing_is_shown_to_a_stranger_and_a_wrong_key_opens_nothing(browser):
    with browser.page(allowed="401") as page:
        dialog = sign_in(page, "sm_wrong")
        expect(dialog.get_by_text("The key is not one of this server.")).to_be_visible()
        accessible(page)
        expect(page.get_by_role("button", name="Run")).to_be_disabled()


def test_a_key_opens_everything_and_no_script_can_read_what_is_kept(browser):
    with browser.page(allowed="401") as page:
        sign_in(page)
        ready(page)
        run(page)
        ended(page, "Finished")
        kept = page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie")
        assert KEY not in kept and "sandmartin=" not in kept, kept
        cookie = next(each for each in page.context.cookies() if each["name"] == "sandmartin")
        assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and KEY not in cookie["value"]
        # The cookie outlives the page, and opens WebSockets too.
        page.reload()
        ready(page)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Terminal").click()
        page.get_by_role("button", name="New terminal").click()
        at_prompt(page)
        enter(page, "echo signed-$((1 + 1))")
        expect(screen(page)).to_contain_text("signed-2")


def test_an_administrator_sees_the_quota_and_who_was_denied(browser):
    with browser.page(allowed="401") as page:
        sign_in(page)
        ready(page)
        page.get_by_role("button", name=re.compile("^Account: ")).click()
        dialog = page.get_by_role("dialog", name="Account")
        expect(dialog.get_by_text("an administrator")).to_be_visible()
        expect(dialog.get_by_text("Programs at once")).to_be_visible()
        accessible(page)
        page.keyboard.press("Escape")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Security").click()
        # The wrong key of the test before, or of another time: somebody was denied to sign in.
        expect(page.get_by_role("region", name="Denials").get_by_role("row").nth(1)).to_contain_text("sign_in")
        accessible(page)


def test_signing_out_closes_everything(browser):
    with browser.page(allowed="401") as page:
        sign_in(page)
        ready(page)
        page.get_by_role("button", name=re.compile("^Account: ")).click()
        page.get_by_role("dialog", name="Account").get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("dialog", name="Sign in")).to_be_visible()
        assert page.evaluate("fetch('/api/v1/runs').then((answer) => answer.status)") == 401
        assert not [each for each in page.context.cookies() if each["name"] == "sandmartin" and each["value"]]
