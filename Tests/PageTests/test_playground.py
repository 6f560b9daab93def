"""The playground with real programs."""

import json
import re

from harness import accessible, choose, editor, ended, eventually, expect, output, permit, ready, run, status, write


def test_the_sample_of_every_language_runs(browser):
    with browser.page() as page:
        ready(page)
        languages = page.evaluate("fetch('/languages').then((answer) => answer.json())")["languages"]
        available = [each["name"] for each in languages if each["available"]]
        assert set(available) >= {"bash", "cpp", "javascript", "python", "rust"}
        for name in available:
            choose(page, name)
            run(page)
            ended(page, "Finished")
            expect(output(page)).to_contain_text("55")


def test_output_streams_while_the_program_runs_and_stop_ends_it(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "bash")
        write(page, "echo first; sleep 600; echo never")
        run(page)
        expect(output(page)).to_contain_text("first")
        expect(status(page)).to_have_text("Running")
        page.get_by_role("button", name="Stop").click()
        ended(page, "Stopped")
        expect(output(page)).not_to_contain_text("never")


def test_both_streams_are_in_order_and_apart(browser):
    with browser.page() as page:
        ready(page)
        # Two pipes have no common order but time.
        write(
            page,
            "import sys, time\nprint('one')\ntime.sleep(0.3)\nprint('two', file=sys.stderr)\ntime.sleep(0.3)\nprint('three')\n",
        )
        run(page)
        ended(page, "Finished")
        shown = output(page).locator("pre").inner_text()
        assert [shown.index(word) for word in ("one", "two", "three")] == sorted(
            shown.index(word) for word in ("one", "two", "three")
        )
        page.get_by_label("Show").select_option("stderr")
        expect(output(page).get_by_text("two")).to_be_visible()
        expect(output(page).get_by_text("three")).to_be_hidden()


def test_input_and_arguments_reach_the_program(browser):
    with browser.page() as page:
        ready(page)
        write(page, "import sys\nprint(sys.argv[1:], sys.stdin.read())\n")
        page.get_by_text("Input, arguments, limits").click()
        page.get_by_label("Standard input").fill("typed in")
        page.get_by_label("Arguments").fill("a 'b c'")
        run(page)
        ended(page, "Finished")
        expect(output(page)).to_contain_text("['a', 'b c'] typed in")


def test_an_open_quote_is_told_beside_the_field(browser):
    with browser.page() as page:
        ready(page)
        page.get_by_text("Input, arguments, limits").click()
        page.get_by_label("Arguments").fill("a 'b")
        expect(page.get_by_text("In the arguments a ' is not closed.")).to_be_visible()


def test_a_narrower_limit_is_held(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "bash")
        write(page, "while :; do :; done")
        page.get_by_text("Input, arguments, limits").click()
        page.get_by_label("Time (s)", exact=True).fill("0.5")
        run(page)
        ended(page, "Time limit reached")
        expect(page.locator(".cause")).to_contain_text("everything it started is gone")


def test_a_fork_bomb_is_refused_with_its_line(browser):
    with browser.page() as page:
        ready(page)
        page.get_by_label("Examples").select_option(label="Attack: fork bomb")
        run(page)
        ended(page, "Refused before it ran")
        expect(page.locator(".cause")).to_contain_text("The policy “standard” refuses the program")
        expect(page.locator(".cm-line.marked.error")).to_contain_text(
            "while True:Starts processes in a loop that does not end."
        )
        page.get_by_role("tabpanel", name=re.compile("^Security")).get_by_role(
            "button", name=re.compile("^Line 3")
        ).first.click()
        expect(page.locator(".cm-activeLine")).to_contain_text("while True:")


def test_a_fork_bomb_that_may_run_is_told_in_words(browser):
    with browser.page() as page:
        ready(page)
        permit(page)
        page.get_by_label("Examples").select_option(label="Attack: fork bomb")
        run(page)
        ended(page, "Process limit reached")
        expect(page.locator(".cause")).to_have_text(
            re.compile(r"^Process limit reached, (\d+) of \1; everything it started is gone\.$")
        )
        expect(page.locator(".cm-line.marked").first).to_contain_text("while True:")


def test_compile_errors_lead_to_their_lines(browser):
    with browser.page() as page:
        ready(page)
        for language, code, message in [
            ("cpp", "int main() {\n    int x = 1;\n    return nowhere;\n}\n", "nowhere"),
            ("rust", "fn main() {\n    let x = 1;\n    nowhere();\n}\n", "cannot find function"),
        ]:
            choose(page, language)
            write(page, code)
            run(page)
            ended(page, "Does not compile")
            expect(page.locator(".cm-line.marked.error")).to_contain_text(message)
            page.get_by_role("tab", name=re.compile("^Problems")).click()
            page.keyboard.press("Control+Home")
            page.get_by_role("tabpanel", name=re.compile("^Problems")).get_by_role(
                "button", name=re.compile("^Line 3")
            ).first.click()
            expect(editor(page)).to_be_focused()
            expect(page.locator(".cm-activeLine")).to_contain_text("nowhere")


def test_errors_of_running_programs_lead_to_their_lines(browser):
    with browser.page() as page:
        ready(page)
        for language, code, message in [
            ("python", "def f():\n    return 1 / 0\n\nf()\n", "ZeroDivisionError"),
            ("python", "print('x'\n\ndef f(:\n", "SyntaxError"),
            ("javascript", "let a = 1;\nmissing(a);\n", "ReferenceError"),
            ("bash", "echo a\nno-such-command\n", "command not found"),
            (
                "rust",
                'fn main() {\n    let v: Vec<u8> = vec![];\n    println!("{}", v[3]);\n}\n',
                "index out of bounds",
            ),
        ]:
            choose(page, language)
            write(page, code)
            run(page)
            expect(status(page)).to_have_text(re.compile("^Exit code"))
            expect(page.locator(".cm-line.marked.error")).to_contain_text(message)
            output(page).get_by_role("button", name=re.compile("main")).last.click()
            expect(editor(page)).to_be_focused()


def test_files_that_a_program_made_are_shown(browser):
    with browser.page() as page:
        ready(page)
        page.get_by_label("Examples").select_option(label="Draw a picture")
        run(page)
        ended(page, "Finished")
        page.get_by_role("tab", name="Files 1").click()
        picture = page.get_by_role("img", name="Picture that the program wrote: mandelbrot.png")
        expect(picture).to_be_visible()
        eventually(page, lambda: picture.evaluate("(image) => image.naturalWidth") == 360, "the picture is decoded")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save mandelbrot.png").click()
        assert open(download.value.path(), "rb").read(8) == b"\x89PNG\r\n\x1a\n"


def test_a_crash_is_told_with_its_signal(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "cpp")
        page.get_by_label("Examples").select_option(label="A crash")
        run(page)
        ended(page, "Ended by SIGSEGV")
        expect(output(page)).to_contain_text("about to crash")


def test_code_is_kept_and_the_history_brings_it_back(browser):
    with browser.page() as page:
        ready(page)
        write(page, "print('kept here')\n")
        run(page)
        ended(page, "Finished")
        page.reload()
        ready(page)
        expect(editor(page)).to_contain_text("kept here")
        write(page, "print('something else')\n")
        page.get_by_role("tab", name="History").click()
        page.get_by_role("tabpanel", name="History").get_by_role("button", name=re.compile("^Open")).click()
        page.get_by_role("dialog").get_by_role("button", name="Replace").click()
        expect(editor(page)).to_contain_text("kept here")
        page.get_by_role("tab", name="Output").click()
        expect(output(page)).to_contain_text("kept here")


def test_a_link_carries_the_program_and_no_server_sees_it(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "javascript")
        write(page, "console.log('shared ü 🐦')\n")
        page.get_by_role("button", name="Share").click()
        link = page.get_by_label("Link", exact=True).input_value()
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_text("Link copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == link
    path, fragment = link.removeprefix(browser.url).split("#")
    assert path == "/" and "shared" not in fragment
    asked = []
    with browser.page(
        f"/#{fragment}", prepare=lambda page: page.on("request", lambda sent: asked.append(sent.url))
    ) as page:
        ready(page)
        expect(editor(page)).to_contain_text("shared ü 🐦")
        expect(page.get_by_label("Language", exact=True)).to_have_value("javascript")
        assert not [url for url in asked if fragment[14:40] in url.split("#")[0]]


def test_a_damaged_link_is_told(browser):
    with browser.page("/#/playground?s=AAAA_not-a-link") as page:
        ready(page)
        expect(page.get_by_text("The link cannot be read")).to_be_visible()


def test_a_security_report_is_shown_with_its_lines(browser):
    report = {
        "decision": "block",
        "policy": "standard",
        "risk_score": 80,
        "risk_level": "high",
        "analysis_ms": 0.4,
        "complete": True,
        "findings": [
            {
                "rule_id": "py.process.fork-loop",
                "category": "resource_abuse",
                "severity": "critical",
                "cwe": "CWE-400",
                "line": 3,
                "column": 5,
                "end_line": 3,
                "end_column": 14,
                "snippet": "os.fork()",
                "message": "forks without end",
                "recommendation": "fork a bounded number of times",
                "blocking": True,
            }
        ],
        "by_category": {},
        "by_severity": {},
    }

    def answer(route):
        result = {
            "execution_id": "run_" + "0" * 32,
            "success": False,
            "status": "blocked",
            "language": "python",
            "output": "",
            "stdout": "",
            "stderr": "",
            "output_truncated": False,
            "error": "the analysis refused the program",
            "exit_code": None,
            "signal": None,
            "execution_time": 0,
            "memory_usage_bytes": 0,
            "compile": None,
            "files": [],
            "tests": [],
            "security_report": report,
            "usage": {
                "wall_ms": 0,
                "cpu_ms": 0,
                "peak_memory_bytes": 0,
                "peak_processes": 0,
                "stdout_bytes": 0,
                "stderr_bytes": 0,
                "disk_bytes": 0,
                "start_ms": 0,
                "queued_ms": 0,
            },
            "limits": {
                "wall_ms": 1,
                "cpu_ms": 1,
                "memory_mb": 1,
                "processes": 1,
                "output_bytes": 1,
                "disk_mb": 1,
                "open_files": 1,
            },
            "isolation": {"level": "namespaces", "layers": {"seccomp": "enforced"}},
            "timestamp": "2026-01-01T00:00:00.000Z",
        }
        body = f'event: started\ndata: {{"execution_id": "x"}}\n\nevent: result\ndata: {json.dumps(result)}\n\n'
        route.fulfill(status=200, headers={"content-type": "text/event-stream"}, body=body)

    with browser.page(prepare=lambda page: page.route("**/execute", answer)) as page:
        ready(page)
        write(page, "import os\nwhile True:\n    os.fork()\n")
        run(page)
        ended(page, "Refused before it ran")
        panel = page.get_by_role("tabpanel", name=re.compile("^Security"))
        expect(panel.get_by_text("Forks without end.")).to_be_visible()
        expect(panel.get_by_text("80 of 100, high")).to_be_visible()
        expect(page.locator(".cm-line.marked.error")).to_contain_text("forks without end")
        panel.get_by_role("button", name="Line 3, column 5").click()
        expect(page.locator(".cm-activeLine")).to_contain_text("os.fork()")
        accessible(page)


def test_a_busy_server_is_told_with_when_to_come_again(browser):
    def busy(route):
        route.fulfill(
            status=503,
            headers={"retry-after": "3", "content-type": "application/json"},
            body=json.dumps(
                {"success": False, "error": "All sandboxes are busy.", "code": "overloaded", "field": None}
            ),
        )

    with browser.page(allowed="503", prepare=lambda page: page.route("**/execute", busy)) as page:
        ready(page)
        run(page)
        ended(page, "Busy")
        expect(page.get_by_text("All sandboxes are busy. Try again in 3 s.")).to_be_visible()
        accessible(page)
        page.unroute("**/execute")
        page.get_by_role("button", name="Try again").click()
        ended(page, "Finished")


def test_a_lost_connection_keeps_the_program_and_comes_back(browser):
    with browser.page(allowed="ERR_INTERNET_DISCONNECTED|Failed to load resource") as page:
        ready(page)
        write(page, "print('still here')\n")
        page.context.set_offline(True)
        run(page)
        ended(page, "Offline")
        expect(page.locator("#connection")).to_have_text("Offline")
        expect(editor(page)).to_contain_text("still here")
        page.context.set_offline(False)
        page.get_by_role("button", name="Try again").click()
        ended(page, "Finished")
        expect(page.locator("#connection")).to_have_text("Connected")


def test_without_the_third_party_parts_a_plain_text_area_serves(browser):
    def bare(page):
        page.route("**/page.json", lambda route: route.fulfill(json={"vendor": []}))
        page.route("**/vendor/**", lambda route: route.abort())

    with browser.page(prepare=bare) as page:
        ready(page)
        box = editor(page)
        assert box.evaluate("(element) => element.tagName") == "TEXTAREA"
        box.fill("def f():\n    return 1 / 0\nf()\n")
        box.press("Control+Enter")
        expect(status(page)).to_have_text("Exit code 1")
        page.get_by_role("tab", name=re.compile("^Problems")).click()
        page.get_by_role("button", name=re.compile("^Line 2")).click()
        expect(box).to_be_focused()
        assert box.evaluate("(element) => element.value.slice(0, element.selectionStart).split('\\n').length") == 2
        accessible(page)
