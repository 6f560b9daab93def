"""Sessions, files and terminals, against a stand-in that answers as the API is documented.

They show what the page does with answers, conflicts and lost connections that a server gives only at bad times.
"""

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from harness import accessible, eventually, expect, no_sideways_scroll


class StandIn:
    """One caller's sessions and the files of each, in memory."""

    def __init__(self):
        self.sessions = {}
        self.files = {"notes.txt": b"first line\n", "data/table.csv": b"a,b\n1,2\n", "picture.bin": bytes(range(256))}
        self.versions = {}
        self.sockets = []
        self.keys = []

    def add(self, name):
        identifier = f"ses_{len(self.sessions) + 1}"
        self.sessions[identifier] = {
            "id": identifier,
            "name": name,
            "state": "active",
            "created_at": "2026-01-01T00:00:00Z",
            "expires_at": "2099-01-01T00:00:00Z",
            "lifetime": 3600,
            "usage": {"memory_bytes": 9 << 20, "disk_bytes": 1 << 20},
            "limits": {"disk_mb": 64},
        }
        return self.sessions[identifier]

    def version(self, path):
        return f'"{self.versions.get(path, 1)}"'

    def install(self, page):
        page.route("**/health", self.health)
        page.route(re.compile(r"/api/v1/sessions"), self.answer)
        page.route_web_socket(re.compile(r"/terminal$"), self.terminal)

    def health(self, route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "capabilities": ["files", "sessions", "terminal"]})

    def terminal(self, socket):
        self.sockets.append(socket)
        socket.on_message(lambda message: self.typed(socket, message))
        socket.send("welcome, see https://example.invalid/x\r\n$ ".encode())

    def typed(self, socket, message):
        self.keys.append(message)
        if isinstance(message, bytes):
            socket.send(message.replace(b"\r", b"\r\n$ "))

    def answer(self, route):
        request, url = route.request, urlsplit(route.request.url)
        parts = [unquote(part) for part in url.path.split("/")[4:]]
        if not parts:
            return route.fulfill(
                json=(
                    {"sessions": list(self.sessions.values())}
                    if request.method == "GET"
                    else self.add((request.post_data_json or {}).get("name"))
                )
            )
        if parts[1:2] == ["events"]:
            return route.fulfill(status=200, headers={"content-type": "text/event-stream"}, body=": keep-alive\n\n")
        if parts[1:2] == ["files"]:
            return self.file(route, request, "/".join(parts[2:]), url)
        session = self.sessions[parts[0]]
        if request.method == "DELETE":
            del self.sessions[parts[0]]
            return route.fulfill(status=204)
        if request.method == "PATCH":
            session.update(request.post_data_json)
        return route.fulfill(json=session)

    def file(self, route, request, path, url):
        if not path and request.method == "GET":
            return route.fulfill(json={"entries": self.listing(parse_qs(url.query).get("path", [""])[0])})
        if request.method == "POST":
            body = request.post_data_json
            if body["operation"] == "move":
                self.files[body["to"]] = self.files.pop(body["from"])
            return route.fulfill(json={})
        if request.method == "PUT":
            wanted = request.headers.get("if-match")
            if wanted and wanted != self.version(path):
                return route.fulfill(
                    status=412,
                    json={"success": False, "error": "The file was changed.", "code": "conflict", "field": None},
                )
            self.files[path] = request.post_data_buffer or b""
            self.versions[path] = self.versions.get(path, 1) + 1
            return route.fulfill(status=204, headers={"etag": self.version(path)})
        if request.method == "DELETE":
            del self.files[path]
            return route.fulfill(status=204)
        return route.fulfill(
            body=self.files[path], headers={"etag": self.version(path), "content-type": "application/octet-stream"}
        )

    def listing(self, folder):
        prefix, seen = f"{folder}/" if folder else "", {}
        for path, data in self.files.items():
            if path.startswith(prefix):
                name, rest = (path[len(prefix) :].split("/", 1) + [None])[:2]
                seen[name] = {
                    "name": name,
                    "type": "directory" if rest else "file",
                    "size_bytes": len(data),
                    "mode": 0o644,
                    "modified_at": "2026-01-01T00:00:00Z",
                }
        return list(seen.values())


def test_sessions_are_made_renamed_extended_and_ended(browser):
    server = StandIn()
    with browser.page("/#/sessions", prepare=server.install) as page:
        expect(page.get_by_text("No session yet")).to_be_visible()
        accessible(page)
        page.get_by_role("button", name="New session").click()
        page.get_by_label("Name", exact=True).fill("class 7b")
        page.get_by_role("button", name="Create").click()
        row = page.get_by_role("row", name=re.compile("class 7b"))
        expect(row).to_contain_text("active")
        row.get_by_role("button", name="Rename").click()
        page.get_by_label("Name", exact=True).fill("class 8a")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        row = page.get_by_role("row", name=re.compile("class 8a"))
        row.get_by_role("button", name="Extend").click()
        eventually(page, lambda: server.sessions["ses_1"]["lifetime"] == 7200, "the session lives longer")
        accessible(page)
        row.get_by_role("button", name=re.compile("^End:")).click()
        page.get_by_role("button", name="End the session").click()
        expect(page.get_by_text("No session yet")).to_be_visible()


def test_files_are_opened_changed_and_saved(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/files/ses_1", prepare=server.install) as page:
        page.get_by_role("button", name="notes.txt", exact=True).click()
        box = page.get_by_role("textbox", name="File contents")
        expect(box).to_contain_text("first line")
        box.click()
        page.keyboard.press("Control+End")
        page.keyboard.type("second line")
        expect(page.get_by_text("not saved")).to_be_visible()
        page.keyboard.press("Control+s")
        expect(page.get_by_text("not saved")).to_be_hidden()
        assert server.files["notes.txt"] == b"first line\nsecond line"
        accessible(page)
        page.get_by_role("link", name="data").click()
        expect(page.get_by_role("button", name="table.csv", exact=True)).to_be_visible()
        page.get_by_role("navigation", name="Folder").get_by_role("link", name="workspace").click()
        page.get_by_role("button", name="picture.bin", exact=True).click()
        expect(page.get_by_text("It is not text")).to_be_visible()


def test_a_save_over_somebody_elses_writing_is_a_question(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/files/ses_1", prepare=server.install, allowed="412") as page:
        page.get_by_role("button", name="notes.txt", exact=True).click()
        page.get_by_role("textbox", name="File contents").click()
        page.keyboard.type("mine ")
        server.files["notes.txt"], server.versions["notes.txt"] = b"theirs", 7
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Somebody else has written this file since")).to_be_visible()
        assert server.files["notes.txt"] == b"theirs"
        page.get_by_role("button", name="Write over it").click()
        expect(page.get_by_text("not saved")).to_be_hidden()
        assert b"mine " in server.files["notes.txt"]


def test_files_are_made_moved_deleted_and_uploaded(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/files/ses_1", prepare=server.install) as page:
        page.get_by_role("button", name="New file").click()
        page.get_by_label("Name", exact=True).fill("new.py")
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_role("heading", name="new.py")).to_be_visible()
        page.get_by_role("button", name="Rename or move new.py").click()
        page.get_by_label("New path").fill("data/moved.py")
        page.get_by_role("button", name="Move", exact=True).click()
        eventually(page, lambda: "data/moved.py" in server.files, "the file is moved")
        page.get_by_role("button", name="Delete picture.bin").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        eventually(page, lambda: "picture.bin" not in server.files, "the file is gone")
        page.locator("input[type=file]").set_input_files(
            {"name": "up.txt", "mimeType": "text/plain", "buffer": b"uploaded"}
        )
        expect(page.get_by_role("button", name="up.txt", exact=True)).to_be_visible()
        assert server.files["up.txt"] == b"uploaded"
        with page.expect_download() as download:
            page.get_by_role("button", name="Download up.txt").click()
        assert open(download.value.path(), "rb").read() == b"uploaded"
        accessible(page)


def test_a_terminal_speaks_and_comes_back_after_a_lost_connection(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/terminal/ses_1", prepare=server.install) as page:
        screen = page.locator(".xterm-rows")
        expect(screen).to_contain_text("welcome")
        eventually(
            page,
            lambda: any(isinstance(key, str) and "columns" in json.loads(key)["resize"] for key in server.keys),
            "the size is told",
        )
        page.keyboard.type("echo hello")
        expect(screen).to_contain_text("echo hello")
        accessible(page, exclude=".xterm")
        server.sockets[0].close(code=1012, reason="restart")
        eventually(page, lambda: len(server.sockets) == 2, "it connects again")
        expect(page.get_by_role("status").filter(has_text="Connected").last).to_be_visible()
        page.keyboard.press("Control+Shift+Escape")
        expect(page.get_by_role("button", name="Leave terminal")).to_be_focused()


def test_a_shell_that_ended_makes_room_for_a_new_one(browser):
    server = StandIn()
    server.add("work")
    with browser.page("/#/terminal/ses_1", prepare=server.install) as page:
        expect(page.locator(".xterm-rows")).to_contain_text("welcome")
        server.sockets[0].close(code=1000, reason="exit code 0")
        expect(page.get_by_text("The shell ended: exit code 0. Press Enter for a new one.")).to_be_visible()
        page.locator(".xterm-rows").click()
        page.keyboard.press("Enter")
        eventually(page, lambda: len(server.sockets) == 2, "a new shell")


def test_they_fit_a_small_phone(browser):
    server = StandIn()
    server.add("work")
    for view in ("sessions", "files/ses_1", "terminal/ses_1"):
        with browser.page(f"/#/{view}", prepare=server.install, width=360, height=740) as page:
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            no_sideways_scroll(page)
