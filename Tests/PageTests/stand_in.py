"""Sessions, files and terminals that answer as the API is documented, for what a real server does only at bad times."""

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

MODIFIED = "2026-01-01T00:00:00.000Z"


def refusal(route, status, code, message):
    route.fulfill(status=status, json={"success": False, "error": message, "code": code, "field": None})


class StandIn:
    """One caller's sessions and the files of each, in memory."""

    def __init__(self):
        self.sessions = {}
        self.files = {"notes.txt": b"first line\n", "data/table.csv": b"a,b\n1,2\n", "picture.bin": bytes(range(256))}
        self.versions = {}
        self.sockets = []
        self.frames = []
        self.terminals = set()

    def add(self, name):
        identifier = f"ses_{len(self.sessions) + 1}"
        self.sessions[identifier] = {
            "id": identifier,
            "name": name,
            "state": "active",
            "default": False,
            "created_at": MODIFIED,
            "expires_at": "2099-01-01T00:00:00.000Z",
            "usage": {"memory_bytes": 9 << 20, "disk_bytes": 1 << 20, "cpu_ms": 1200, "processes": 2},
            "limits": {"disk_mb": 64, "memory_mb": 256, "processes": 64},
        }
        return self.sessions[identifier]

    def version(self, path):
        return f'"{self.versions.get(path, 1)}"'

    def install(self, page):
        page.route("**/health", self.health)
        page.route(re.compile(r"/api/v1/sessions"), self.answer)
        page.route_web_socket(re.compile(r"/terminal\?"), self.terminal)

    def health(self, route):
        answer = route.fetch()
        route.fulfill(
            response=answer, json={**answer.json(), "capabilities": ["files", "sessions", "system", "terminal"]}
        )

    # Terminals

    def terminal(self, socket):
        wanted = parse_qs(urlsplit(socket.url).query).get("terminal", [None])[0]
        self.sockets.append(socket)
        self.terminals.add(wanted or f"trm_{len(self.sockets)}")
        socket.on_message(lambda message: self.typed(socket, message))
        socket.send(json.dumps({"terminal": {"id": wanted or f"trm_{len(self.sockets)}"}}))
        socket.send("welcome, see https://example.invalid/x\r\n$ ".encode())

    def typed(self, socket, message):
        self.frames.append(message)
        if isinstance(message, bytes):
            socket.send(message.replace(b"\r", b"\r\n$ "))

    # Sessions

    def answer(self, route):
        request, url = route.request, urlsplit(route.request.url)
        parts = [unquote(part) for part in url.path.split("/")[4:]]
        if not parts:
            if request.method == "POST":
                return route.fulfill(status=201, json=self.add((request.post_data_json or {}).get("name")))
            return route.fulfill(json={"sessions": list(self.sessions.values()), "next": None, "total": 1})
        session = self.sessions.get(parts[0])
        if not session:
            return refusal(route, 404, "not_found", "There is no such session.")
        if parts[1:] == ["events"]:
            return route.fulfill(status=200, headers={"content-type": "text/event-stream"}, body=": keep-alive\n\n")
        if parts[1:2] == ["terminals"] and request.method == "GET":
            return route.fulfill(json={"terminals": [{"id": each, "exit_code": None} for each in self.terminals]})
        if parts[1:2] == ["files"]:
            return self.file(route, request, "/".join(parts[2:]), url)
        if request.method == "DELETE":
            if len(parts) == 1:
                del self.sessions[parts[0]]
            return route.fulfill(status=204)
        if request.method == "PATCH":
            session.update(request.post_data_json)
        return route.fulfill(json=session)

    # Files

    def entry(self, path):
        isFolder = path not in self.files
        return {
            "path": path,
            "name": path.split("/")[-1],
            "type": "directory" if isFolder else "file",
            "size_bytes": 0 if isFolder else len(self.files[path]),
            "allocated_bytes": 0,
            "mode": "0644",
            "modified_at": MODIFIED,
            "etag": self.version(path),
            "target": None,
        }

    def file(self, route, request, path, url):
        if not path and request.method == "GET":
            folder = parse_qs(url.query).get("path", [""])[0]
            return route.fulfill(
                json={"entry": self.entry(folder), "entries": self.listing(folder), "next_cursor": None}
            )
        if request.method == "POST":
            move = request.post_data_json["move"]
            self.files[move["to"]] = self.files.pop(move["from"])
            return route.fulfill(json={"entry": self.entry(move["to"]), "left_out": 0})
        if request.method == "PUT":
            wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
            if (wanted and wanted != self.version(path)) or (unwanted == "*" and path in self.files):
                return refusal(route, 412, "precondition_failed", "The file is another one.")
            self.files[path] = request.post_data_buffer or b""
            self.versions[path] = self.versions.get(path, 1) + 1
            return route.fulfill(status=200, headers={"etag": self.version(path)}, json=self.entry(path))
        if path not in self.files:
            return refusal(route, 404, "not_found", f"There is no {path}.")
        if request.method == "DELETE":
            del self.files[path]
            return route.fulfill(json={"path": path, "removed_entries": 1})
        return route.fulfill(
            body=self.files[path], headers={"etag": self.version(path), "content-type": "application/octet-stream"}
        )

    def listing(self, folder):
        prefix, names = f"{folder}/" if folder else "", {}
        for path in self.files:
            if path.startswith(prefix):
                names.setdefault(path[len(prefix) :].split("/")[0])
        return [self.entry(prefix + name) for name in names]
