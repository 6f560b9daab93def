"""The whole way through the page without a pointer."""

import re

from harness import editor, ended, expect, output, ready, run_button, status


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def reach(page, locator, backwards=False):
    """Presses Tab until the focus is there: a person's way, and it must not be endless."""
    for _ in range(40):
        if locator.evaluate("(element) => element === document.activeElement"):
            return
        press(page, "Shift+Tab" if backwards else "Tab")
    raise AssertionError("Tab does not lead there")


def test_the_playground_needs_no_pointer(browser):
    with browser.page() as page:
        ready(page)
        press(page, "Tab")
        skip = page.get_by_role("link", name="Skip to content")
        expect(skip).to_be_focused()
        press(page, "Enter")
        language = page.get_by_label("Language", exact=True)
        reach(page, language)
        language.press("b")
        expect(language).to_have_value("bash")
        reach(page, editor(page))
        press(page, "Control+a", "Delete")
        page.keyboard.type("echo typed; sleep 600")
        press(page, "Control+Enter")
        expect(output(page)).to_contain_text("typed")
        press(page, "Control+.")
        ended(page, "Stopped")
        expect(editor(page)).to_be_focused()
        # Tab indents in the editor; Escape and then Tab leaves it (WCAG 2.1.2).
        press(page, "Escape")
        page.wait_for_timeout(2500)  # longer than the editor by itself would remember it
        press(page, "Tab")
        expect(editor(page)).not_to_be_focused()
        tabs = page.get_by_role("tab", name="Output")
        reach(page, tabs)
        press(page, "ArrowRight")
        expect(page.get_by_role("tab", name=re.compile("^Problems"))).to_be_focused()
        press(page, "End")
        expect(page.get_by_role("tab", name="History")).to_have_attribute("aria-selected", "true")


def test_the_focus_stays_on_the_page_when_run_becomes_stop(browser):
    with browser.page() as page:
        ready(page)
        button = run_button(page)
        reach(page, button)
        press(page, "Enter")
        ended(page, "Finished")
        expect(button).to_be_focused()


def test_alt_and_a_digit_goes_to_a_view_and_the_title_follows(browser):
    with browser.page() as page:
        ready(page)
        press(page, "Alt+2")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page).not_to_have_title(re.compile("^Playground"))
        expect(page.locator("main")).to_be_focused()
        press(page, "Alt+1")
        expect(page).to_have_title("Playground · Sandmartin")
        press(page, "?")
        dialog = page.get_by_role("dialog", name="Keyboard")
        expect(dialog).to_be_visible()
        dialog.get_by_role("checkbox").uncheck()
        press(page, "Escape", "Alt+2")
        expect(page).to_have_title("Playground · Sandmartin")


def test_the_state_of_a_run_is_announced_once_and_not_line_by_line(browser):
    with browser.page() as page:
        ready(page)
        assert output(page).count() == 0 or output(page).get_attribute("aria-live") is None
        assert status(page).get_attribute("role") == "status"


def test_nothing_moves_where_motion_is_not_wanted(browser):
    with browser.page(reduced_motion="reduce") as page:
        ready(page)
        editor(page).click()
        press(page, "Control+a", "Delete")
        page.keyboard.type("import time; time.sleep(600)")
        press(page, "Control+Enter")
        expect(status(page)).to_have_text("Running")
        spinner = page.locator(".status .spin")
        expect(spinner).to_be_visible()
        assert spinner.evaluate("(element) => getComputedStyle(element).animationName") == "none"
        press(page, "Control+.")
        ended(page, "Stopped")
