"""Sessions, files and terminals against a stand-in: what the page does with conflicts and lost connections."""

import json
import re

from harness import accessible, eventually, expect, no_sideways_scroll
from stand_in import StandIn


def test_sessions_are_made_renamed_extended_and_ended(browser):
    server = StandIn()
    with browser.page("/#/sessions", prepare=server.install) as page:
        expect(page.get_by_text("No session yet")).to_be_visible()
        accessible(page)
        page.get_by_role("button", name="New session").click()
        page.get_by_label("Name", exact=True).fill("class 7b")
        accessible(page)
        page.get_by_role("button", name="Create").click()
        row = page.get_by_role("row", name=re.compile("class 7b"))
        expect(row).to_contain_text("active")
        row.get_by_role("button", name="Rename").click()
        page.get_by_label("Name", exact=True).fill("class 8a")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        row = page.get_by_role("row", name=re.compile("class 8a"))
        row.get_by_role("button", name="Extend").click()
        eventually(page, lambda: server.sessions["ses_1"].get("lifetime", 0) > 3600, "the session lives longer")
        accessible(page)
        row.get_by_role("button", name=re.compile("^End:")).click()
        page.get_by_role("button", name="End the session").click()
        expect(page.get_by_text("No session yet")).to_be_visible()


def test_sessions_are_sorted_and_filtered(browser):
    server = StandIn()
    for name in ("beta", "alpha", "gamma"):
        server.add(name)
    with browser.page("/#/sessions", prepare=server.install) as page:
        names = page.locator(".row-title")
        page.get_by_role("button", name="Session", exact=True).click()
        expect(names).to_have_text(["alpha", "beta", "gamma"])
        page.get_by_role("button", name=re.compile("^Session")).click()
        expect(names).to_have_text(["gamma", "beta", "alpha"])
        page.get_by_label("Filter the sessions").fill("BET")
        expect(names).to_have_text(["beta"])


def test_a_save_over_somebody_elses_writing_is_a_question(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/files/ses_1/notes.txt", prepare=server.install, allowed="412") as page:
        page.get_by_role("textbox", name="File contents").click()
        page.keyboard.type("mine ")
        server.files["notes.txt"], server.versions["notes.txt"] = b"theirs", 7
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Somebody else has written this file since")).to_be_visible()
        assert server.files["notes.txt"] == b"theirs"
        accessible(page)
        page.get_by_role("button", name="Write over it").click()
        expect(page.get_by_text("not saved")).to_be_hidden()
        assert b"mine " in server.files["notes.txt"]


def test_what_is_not_saved_is_not_left_without_a_question(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/files/ses_1/notes.txt", prepare=server.install) as page:
        page.get_by_role("textbox", name="File contents").click()
        page.keyboard.type("mine ")
        page.get_by_role("treeitem", name="picture.bin").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("mine")
        page.get_by_role("treeitem", name="picture.bin").click()
        page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        expect(page.get_by_text("It is not text")).to_be_visible()
        assert server.files["notes.txt"] == b"first line\n"


def test_an_upload_over_a_file_is_a_question(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/files/ses_1", prepare=server.install, allowed="412") as page:
        expect(page.get_by_role("treeitem", name="notes.txt")).to_be_visible()
        page.get_by_label("Files to upload").set_input_files(
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"another"}
        )
        expect(page.get_by_text("there is a file of this name")).to_be_visible()
        assert server.files["notes.txt"] == b"first line\n"
        page.get_by_role("button", name="Replace: notes.txt").click()
        eventually(page, lambda: server.files["notes.txt"] == b"another", "the file is replaced")
        expect(page.get_by_role("list", name="Uploads").get_by_role("listitem")).to_have_count(0)


def test_a_terminal_comes_back_to_the_same_shell_after_a_lost_connection(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/terminal/ses_1", prepare=server.install) as page:
        screen = page.locator(".xterm-rows")
        expect(screen).to_contain_text("welcome")
        eventually(
            page,
            lambda: any(isinstance(frame, str) and "columns" in json.loads(frame)["resize"] for frame in server.frames),
            "the size is told",
        )
        page.keyboard.type("echo hello")
        expect(screen).to_contain_text("echo hello")
        accessible(page, exclude=".xterm")
        server.sockets[0].close(code=1012, reason="restart")
        eventually(page, lambda: len(server.sockets) == 2, "it connects again")
        assert "terminal=trm_1" in server.sockets[1].url
        expect(page.locator(".shell-status")).to_have_text("Connected")
        # What the server tells again is there once.
        expect(screen).not_to_contain_text("echo hello")
        page.keyboard.press("Control+Shift+Escape")
        expect(page.get_by_role("button", name="Leave terminal")).to_be_focused()


def test_a_shell_that_ended_makes_room_for_a_new_one(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/terminal/ses_1", prepare=server.install) as page:
        expect(page.locator(".xterm-rows")).to_contain_text("welcome")
        server.sockets[0].send(json.dumps({"missed": 12}))
        server.sockets[0].send(json.dumps({"exit": {"status": 3}}))
        server.sockets[0].close(code=1000)
        expect(page.locator(".shell-status")).to_have_text("The shell ended: code 3. Press Enter for a new one.")
        expect(page.locator(".xterm-rows")).to_contain_text("12 bytes are not kept")
        page.locator(".xterm-rows").click()
        page.keyboard.press("Enter")
        eventually(page, lambda: len(server.sockets) == 2, "a new shell")
        assert "terminal=" not in server.sockets[1].url


def test_a_link_in_a_terminal_is_shown_before_it_is_followed(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/terminal/ses_1", prepare=server.install) as page:
        row = page.locator(".xterm-rows > div").first
        expect(row).to_contain_text("welcome")
        box = row.bounding_box()
        # Under the address: its first character is the twentieth of the line.
        page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2)
        page.mouse.move(box["x"] + 204, box["y"] + box["height"] / 2)
        page.mouse.click(box["x"] + 204, box["y"] + box["height"] / 2)
        dialog = page.get_by_role("dialog", name="Open this address?")
        expect(dialog).to_contain_text("https://example.invalid/x")
        dialog.get_by_role("button", name="Cancel").click()


def test_they_fit_a_small_phone(browser):
    server = StandIn()
    server.add("work")
    for view in ("sessions", "files/ses_1/notes.txt", "terminal/ses_1"):
        for width in (360, 320):
            with browser.page(f"/#/{view}", prepare=server.install, width=width, height=740) as page:
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                expect(page.get_by_text(re.compile("first line|active|welcome")).first).to_be_visible()
                no_sideways_scroll(page)
                accessible(page, exclude=".xterm")
