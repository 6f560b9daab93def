"""The other views, and what holds for all of them."""

import json
import re
import time

from harness import accessible, editor, ended, eventually, expect, no_sideways_scroll, ready, run

UNFILLED = re.compile(r":\d+/(security/(policy|rules)$|api/v1/runs)")
LEVEL = re.compile("^Level: (namespaces|landlock)$")
VIEWS = ["Playground", "System", "Security", "API docs"]


def go(page, view):
    page.get_by_role("navigation", name="Main").get_by_role("link", name=view).click()
    expect(page.get_by_role("heading", level=1, name=view)).to_be_visible()


def test_every_view_is_accessible_in_both_themes(browser):
    for theme in ("light", "dark"):
        with browser.page(theme=theme) as page:
            ready(page)
            assert page.locator("html").get_attribute("data-theme") == theme
            page.get_by_label("Examples").select_option(label="An error, with its line")
            run(page)
            ended(page, "Exit code 1")
            page.get_by_text("Input, arguments, limits").click()
            accessible(page)
            for tab in ("Problems", "Security", "Files", "History"):
                page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
                accessible(page)
            for view in VIEWS[1:]:
                go(page, view)
                page.wait_for_load_state("networkidle") if view == "API docs" else None
                if view == "System":
                    expect(page.get_by_text("Live")).to_be_visible()
                    page.get_by_role("button", name="Table").click()
                if view == "Security":
                    expect(
                        page.locator("main > section:not([hidden])").get_by_text(LEVEL)
                    ).to_be_visible()
                accessible(page)


def test_dialogs_are_accessible_and_give_the_focus_back(browser):
    with browser.page() as page:
        ready(page)
        for name in ("Shortcuts", "Share"):
            opener = page.get_by_role("button", name=name)
            opener.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            accessible(page)
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
            expect(opener).to_be_focused()


def test_the_walls_hold_when_they_are_tested(browser):
    with browser.page("/#/security") as page:
        page.get_by_role("button", name="Test the walls").click()
        expect(page.get_by_role("status").filter(has_text="walls held")).to_have_text(
            re.compile(r"^All \d+ walls held\.$")
        )
        expect(page.locator(".tries .pill.bad")).to_have_count(0)
        for wall in page.locator(".tries .hint").all():
            expect(wall).not_to_be_empty()
        accessible(page)


def test_the_limits_are_those_of_the_server(browser):
    with browser.page("/#/security") as page:
        policy = page.evaluate("fetch('/security/policy').then((answer) => answer.json())")
        row = page.get_by_role("row", name=re.compile("^Memory"))
        expect(row).to_contain_text(f"{policy['limits']['default']['memory_mb']} MiB")
        for name in policy["isolation"]["layers"]:
            layer = page.locator(".layers li").filter(has_text=f"{name}: ")
            expect(layer.first).to_be_visible()
            expect(layer.first.locator(".hint")).not_to_be_empty()


def test_the_system_view_lives(browser):
    with browser.page("/#/system?range=15m") as page:
        expect(page.get_by_text("Live")).to_be_visible()
        expect(page.get_by_label("Range")).to_have_value("15")
        expect(page.locator(".chart canvas").first).to_be_visible()
        page.get_by_role("button", name="All versions").click()
        expect(page.get_by_role("region", name="Answer")).to_contain_text("GNU bash")
        page.get_by_role("button", name="Table").click()
        rows = page.get_by_role("region", name="Samples").get_by_role("row")
        eventually(page, lambda: rows.count() > 2, "samples come")
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("Paused")).to_be_visible()


def test_old_numbers_are_marked(browser):
    with browser.page("/#/system", allowed="Failed to load resource") as page:
        expect(page.get_by_text("Live")).to_be_visible()
        page.context.set_offline(True)
        expect(page.get_by_text("Old numbers")).to_be_visible()
        page.context.set_offline(False)
        expect(page.get_by_text("Live")).to_be_visible()


def test_the_reference_shows_every_call(browser):
    with browser.page("/#/api") as page:
        expect(page.get_by_role("region", name="The request")).to_contain_text("/execute")
        page.get_by_role("link", name="Open the reference").click()
        expect(page.locator("#operations-Runs-execute")).to_be_visible()
        paths = page.evaluate("fetch('/openapi.yaml').then((answer) => answer.text())").count("operationId:")
        expect(page.locator(".opblock")).to_have_count(paths)
        # What is not Swagger UI's is ours to answer for.
        accessible(page, exclude=".swagger-ui")


def test_views_that_the_server_cannot_fill_are_not_there(browser):
    with browser.page() as page:
        ready(page)
        health = page.evaluate("fetch('/health').then((answer) => answer.json())")
        main = page.get_by_role("navigation", name="Main")
        for capability, view in {"sessions": "Sessions", "files": "Files", "terminal": "Terminal"}.items():
            count = 1 if capability in health["capabilities"] else 0
            expect(main.get_by_role("link", name=view, exact=True)).to_have_count(count)


def test_the_theme_can_be_chosen_and_is_kept(browser):
    with browser.page(theme="dark") as page:
        ready(page)
        control = page.get_by_role("button", name=re.compile("^Theme"))
        expect(control).to_have_accessible_name(re.compile("as the system"))
        control.click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        page.reload()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        control.click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_every_view_fits_a_small_phone(browser):
    for width in (360, 320):
        with browser.page(width=width, height=740) as page:
            ready(page)
            run(page)
            ended(page, "Finished")
            no_sideways_scroll(page)
            for view in VIEWS[1:]:
                go(page, view)
                no_sideways_scroll(page)
            accessible(page)


def test_the_first_view_is_small(browser):
    sizes = {}

    def measure(page):
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        urls = {}
        session.on(
            "Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]})
        )
        session.on(
            "Network.loadingFinished",
            lambda event: sizes.update({urls.get(event["requestId"], ""): event["encodedDataLength"]}),
        )

    before = time.monotonic()
    with browser.page(prepare=measure) as page:
        editor(page).wait_for()
        print(f"ready to type after {(time.monotonic() - before) * 1000:.0f} ms, with a new browser profile")
        ready(page)
        page.wait_for_load_state("networkidle")
        first = dict(sizes)
        before = time.monotonic()
        page.reload(wait_until="commit")
        editor(page).wait_for()
        print(f"ready to type after {(time.monotonic() - before) * 1000:.0f} ms, loaded again")
    total = sum(size for url, size in first.items() if "/fonts/" not in url)
    print(f"first view: {total / 1024:.0f} KiB in {len(first)} answers, fonts aside")
    assert 20_000 < total <= 300 * 1024, f"{total} bytes: {first}"


def test_a_server_that_needs_a_key_asks_for_it_and_goes_on(browser):
    state = {"in": False, "asked": []}

    def guarded(route):
        if state["in"]:
            return route.continue_()
        return refuse(route, 401, "unauthorized", "This server needs a key.")

    def sign_in(route):
        state["asked"].append(route.request.post_data_json)
        if route.request.post_data_json["key"] != "open sesame":
            return refuse(route, 401, "unauthorized", "The key is not one of this server.")
        state["in"] = True
        return route.fulfill(json={"owner": "key_1", "name": "class 7b", "role": "user", "expires_at": "2099-01-01"})

    def prepare(page):
        page.route("**/execute", guarded)
        page.route("**/api/v1/sign-in", sign_in)

    with browser.page(allowed="401", prepare=prepare) as page:
        ready(page)
        run(page)
        dialog = page.get_by_role("dialog", name="Sign in")
        dialog.get_by_label("API key").fill("wrong")
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog.get_by_text("The key is not one of this server.")).to_be_visible()
        accessible(page)
        dialog.get_by_label("API key").fill("open sesame")
        dialog.get_by_role("button", name="Sign in").click()
        ended(page, "Finished")
        assert [each["key"] for each in state["asked"]] == ["wrong", "open sesame"]
        assert "sesame" not in page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie")


def refuse(route, status, code, message):
    route.fulfill(status=status, json={"success": False, "error": message, "code": code, "field": None})


def test_the_account_tells_what_may_still_be_used(browser):
    with browser.page() as page:
        ready(page)
        page.get_by_role("button", name="Account").click()
        dialog = page.get_by_role("dialog", name="Account")
        expect(dialog.get_by_text("Programs at once")).to_be_visible()
        expect(dialog.get_by_role("button", name="Sign in with a key")).to_be_visible()
        accessible(page)


def test_the_machine_is_drawn_from_the_servers_own_stream(browser):
    gib = 1 << 30

    def health(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "capabilities": ["system"]})

    def stream(route):
        events = ""
        for index in range(30):
            resources = {
                "cpu_count": 2,
                "cpu_usage": 40.0 + index,
                "load_average": [0.5, 0.4, 0.3],
                "processes": 80,
                "threads": 200,
                "memory": {"total": 8 * gib, "available": 6 * gib, "used": 2 * gib, "percent": 25.0},
                "swap": {"total": 0, "free": 0},
                "disk": {"total": 100 * gib, "used": 50 * gib, "free": 50 * gib, "percent": 50.0},
                "pressure": None,
                "server": None,
            }
            moment = time.time() - 30 + index
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + f".{int(moment * 1000) % 1000:03}Z"
            events += f"event: sample\ndata: {json.dumps({'timestamp': stamp, 'resources': resources})}\n\n"
        route.fulfill(status=200, headers={"content-type": "text/event-stream"}, body=events)

    def prepare(page):
        page.route("**/health", health)
        page.route("**/api/v1/system/stream*", stream)
        page.route(
            "**/api/v1/system",
            lambda route: route.fulfill(
                json={
                    "system": {
                        "distribution": "Debian 12",
                        "kernel": "6.1",
                        "architecture": "x86_64",
                        "hostname": "nest",
                        "uptime": 90_061,
                        "server_version": "0.1.0",
                    },
                    "environment": {"workspace": "/workspace", "user": "sandbox"},
                }
            ),
        )

    with browser.page("/#/system", prepare=prepare) as page:
        tile = page.locator(".tile", has_text="Memory")
        expect(tile).to_contain_text("2 GiB")
        expect(tile).to_contain_text("25 % of 8 GiB")
        expect(page.get_by_role("img", name=re.compile("^Processor: now 69 %, at most 69 %"))).to_be_visible()
        expect(page.get_by_text("1 d 1 h")).to_be_visible()
        accessible(page)


def test_policies_and_rules_are_there_to_choose_and_to_search(browser):
    with browser.page() as page:
        ready(page)
        policy = page.evaluate("fetch('/security/policy').then((answer) => answer.json())")
        page.get_by_text("Input, arguments, limits").click()
        box = page.get_by_label("Policy of the analysis")
        expect(box).to_have_value(policy["default_policy"])
        expect(box.get_by_role("option")).to_have_count(len(policy["policies"]))
        go(page, "Security")
        rules = page.get_by_role("region", name="Rules")
        expect(rules.locator("tbody tr").first).to_be_visible()
        page.keyboard.press("/")
        page.keyboard.type("python CWE-78")
        wanted = [rule for rule in policy["rules"] if "python" in str(rule).lower() and "cwe-78" in str(rule).lower()]
        expect(rules.locator("tbody tr").first).to_contain_text("CWE-78")
        rows = rules.locator("tbody tr")
        eventually(page, lambda: len(wanted) <= rows.count() < len(policy["rules"]), "only those are listed")
        rules.get_by_text("Example of").first.click()
        expect(rules.get_by_role("region", name="Finds")).to_be_visible()
        expect(rules.get_by_role("region", name="Lets pass")).to_be_visible()
        accessible(page)


def test_quick_actions_can_be_ones_own(browser):
    with browser.page("/#/system") as page:
        page.get_by_role("button", name="Edit the quick actions").click()
        dialog = page.get_by_role("dialog", name="Quick actions")
        dialog.get_by_role("button", name="Add").click()
        accessible(page)
        last = dialog.get_by_role("listitem").last
        last.get_by_label("Title").fill("Answer")
        last.get_by_label("Program").fill("echo $((6 * 7))")
        dialog.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Answer", exact=True).click()
        expect(page.get_by_role("region", name="Answer")).to_contain_text("42")
        page.reload()
        expect(page.get_by_role("button", name="Answer", exact=True)).to_be_visible()
        page.get_by_role("button", name="Edit the quick actions").click()
        page.get_by_role("dialog").get_by_role("button", name="Those of the server").click()
        expect(page.get_by_role("button", name="Answer", exact=True)).to_have_count(0)


def test_a_view_that_the_server_does_not_fill_says_why_and_comes_back(browser):
    """Offline, overloaded, or forbidden: never an empty page."""
    for status, code, message in [(503, "overloaded", "All places are taken."), (500, "internal", "Something failed.")]:

        def broken(route):
            route.fulfill(
                status=status,
                headers={"retry-after": "2"},
                json={"success": False, "error": message, "code": code, "field": None},
            )

        with browser.page(
            "/#/security",
            allowed=str(status),
            prepare=lambda page: page.route(UNFILLED, broken),
        ) as page:
            expect(page.get_by_text(message).first).to_be_visible()
            accessible(page)
            page.unroute(UNFILLED)
            page.get_by_role("button", name="Try again").first.click()
            expect(page.locator("main > section:not([hidden])").get_by_text(LEVEL)).to_be_visible()
