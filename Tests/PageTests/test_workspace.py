"""Sessions, files and terminals with a real shell."""

import re
import tarfile
import tempfile

from harness import accessible, eventually, expect, no_sideways_scroll
from workspace import at_prompt, command, enter, screen, session, tree

MEBIBYTE = 1 << 20


# Terminals


def test_a_terminal_is_a_real_shell(browser):
    with session(browser, "shell") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        enter(page, "echo answer:$((6 * 7)); printf '\\033[31mred\\033[0m\\n'")
        expect(screen(page)).to_contain_text("answer:42")
        expect(screen(page).locator(".xterm-fg-1", has_text="red").last).to_be_visible()
        enter(page, "echo begun-$((1 + 1)); sleep 600")
        expect(screen(page)).to_contain_text("begun-2")
        page.keyboard.press("Control+c")
        # What is typed before the signal has arrived is dropped with it, as in every terminal.
        at_prompt(page)
        enter(page, "echo ended:$?")
        expect(screen(page)).to_contain_text("ended:130")
        accessible(page, exclude=".xterm")


def test_a_terminal_has_the_size_that_is_seen(browser):
    with session(browser, "size") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        enter(page, "stty size")
        eventually(page, lambda: re.search(r"\d\d+ \d\d+", screen(page).inner_text()), "the size is told")
        wide = re.findall(r"(\d\d+) (\d\d+)", screen(page).inner_text())[-1]
        page.set_viewport_size({"width": 900, "height": 600})
        enter(page, "clear; stty size")

        def is_smaller():
            found = re.findall(r"(\d\d+) (\d\d+)", screen(page).inner_text())
            return found and int(found[-1][0]) < int(wide[0]) and int(found[-1][1]) < int(wide[1])

        eventually(page, is_smaller, f"it is smaller than {wide}")


def test_a_terminal_is_the_same_after_the_page_is_loaded_again(browser):
    with session(browser, "reload") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        enter(page, "kept=here-still; echo before-the-reload")
        expect(screen(page)).to_contain_text("before-the-reload")
        page.reload()
        # The server tells again what was on the screen.
        expect(screen(page)).to_contain_text("before-the-reload")
        page.locator(".xterm-rows").click()
        enter(page, "echo $kept")
        expect(screen(page).get_by_text(re.compile("^here-still"))).to_be_visible()


def test_a_lost_connection_comes_back_to_the_same_shell(browser):
    sockets = []

    def between(page):
        def opened(socket):
            socket.connect_to_server()
            sockets.append(socket)

        page.route_web_socket(re.compile(r"/terminal\?"), opened)

    with session(browser, "lost") as identifier, browser.page(f"/#/terminal/{identifier}", prepare=between) as page:
        at_prompt(page)
        enter(page, "kept=over-the-gap; (sleep 2; echo written-$((1 + 1))) &")
        expect(screen(page)).to_contain_text("kept=")
        sockets[0].close(code=1012, reason="lost")
        eventually(page, lambda: len(sockets) > 1, "it connects again")
        expect(screen(page)).to_contain_text("written-2")
        enter(page, "echo $kept")
        expect(screen(page).get_by_text(re.compile("^over-the-gap"))).to_be_visible()


def test_several_terminals_are_apart(browser):
    with session(browser, "several") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        enter(page, "echo in-the-first")
        expect(screen(page)).to_contain_text("in-the-first")
        page.get_by_role("button", name="New terminal").click()
        tabs = page.get_by_role("group", name="Terminals")
        expect(tabs.get_by_role("button", name=re.compile("^Close terminal"))).to_have_count(2)
        at_prompt(page)
        expect(screen(page)).not_to_contain_text("in-the-first")
        enter(page, "touch from-the-second; echo made")
        expect(screen(page)).to_contain_text("made")
        tabs.get_by_role("button", name=re.compile("^1: ")).click()
        enter(page, "ls")
        expect(screen(page)).to_contain_text("from-the-second")
        tabs.get_by_role("button", name=re.compile("^Close terminal 1")).click()
        page.get_by_role("dialog").get_by_role("button", name="End the terminal").click()
        expect(tabs.get_by_role("button", name=re.compile("^Close terminal"))).to_have_count(1)


def test_a_shell_that_exits_is_told_and_enter_makes_another(browser):
    with session(browser, "exit") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        enter(page, "exit 7")
        expect(page.locator(".shell-status")).to_have_text("The shell ended: code 7. Press Enter for a new one.")
        page.keyboard.press("Enter")
        expect(page.locator(".shell-status")).to_have_text("Connected")
        at_prompt(page)
        enter(page, "echo another-one")
        expect(screen(page)).to_contain_text("another-one")


def test_the_terminal_needs_no_pointer(browser):
    with session(browser, "keys") as identifier, browser.page(f"/#/sessions/{identifier}") as page:
        link = page.get_by_role("link", name="Terminal: keys")
        expect(link).to_be_visible()
        page.get_by_role("link", name="Skip to content").focus()
        page.keyboard.press("Enter")
        for _ in range(40):
            if link.evaluate("(element) => element === document.activeElement"):
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        at_prompt(page)
        # Tab belongs to the shell; the way out is the one that the terminal names.
        page.keyboard.type("ec")
        page.keyboard.press("Tab")
        enter(page, "ho typed-by-keys")
        expect(screen(page)).to_contain_text("typed-by-keys")
        page.keyboard.press("Control+Shift+Escape")
        expect(page.get_by_role("button", name="Leave terminal")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator(".xterm-helper-textarea")).to_be_focused()
        page.keyboard.press("Alt+1")
        expect(page.get_by_role("heading", level=1, name="Playground")).to_be_visible()


def test_text_is_copied_and_pasted(browser):
    with session(browser, "copy") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        enter(page, "echo copy-me")
        expect(screen(page)).to_contain_text("copy-me")
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(page.get_by_text("Text copied")).to_be_visible()
        assert "copy-me" in page.evaluate("navigator.clipboard.readText()")
        page.evaluate("navigator.clipboard.writeText('echo pasted-$((1 + 1))')")
        page.get_by_role("button", name="Paste", exact=True).click()
        expect(screen(page)).to_contain_text("pasted-$((1 + 1))")
        page.keyboard.press("Enter")
        expect(screen(page)).to_contain_text("pasted-2")


def test_hostile_output_in_a_terminal_does_no_harm(browser):
    with session(browser, "hostile") as identifier, browser.page(f"/#/terminal/{identifier}") as page:
        at_prompt(page)
        page.evaluate("navigator.clipboard.writeText('mine')")
        enter(page, r"printf '<script>window.owned=1</script><img src=x onerror=window.owned=2>\n'")
        expect(screen(page)).to_contain_text("<script>window.owned=1</script>")
        assert screen(page).locator("script, img").count() == 0
        # A title, the clipboard (OSC 52), a link that hides its address, a file, and nonsense.
        enter(
            page,
            r"printf '\033]0;<b>owned</b>\007\033]52;c;b3duZWQ=\007\033]8;;javascript:window.owned=3\007click\033]8;;\007\033]1337;File=:AA\007\033P\033[99999999999999b\n'",
        )
        enter(page, "head -c 5000000 /dev/urandom | base64 -w 200; reset; echo all-is-well")
        expect(screen(page).get_by_text(re.compile("^all-is-well"))).to_be_visible()
        assert page.evaluate("window.owned") is None
        assert page.evaluate("navigator.clipboard.readText()") == "mine"
        assert page.title() == "Terminal · Sandmartin"
        expect(page.get_by_role("heading", level=1, name="Terminal")).to_be_visible()


# Files


def test_files_are_made_changed_and_saved(browser):
    with session(browser, "files") as identifier, browser.page(f"/#/files/{identifier}") as page:
        expect(page.get_by_text("An empty workspace")).to_be_visible()
        accessible(page)
        page.get_by_role("button", name="New folder").click()
        page.get_by_label("Name", exact=True).fill("src")
        page.get_by_role("button", name="Create").click()
        expect(tree(page, "src")).to_have_attribute("aria-selected", "true")
        page.get_by_role("button", name="New file").click()
        page.get_by_label("Name", exact=True).fill("hello.py")
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_role("heading", name="src/hello.py")).to_be_visible()
        page.get_by_role("textbox", name="File contents").click()
        page.keyboard.insert_text("print('hello from a file')\n")
        expect(page.get_by_text("not saved")).to_be_visible()
        page.keyboard.press("Control+s")
        expect(page.get_by_text("not saved")).to_have_count(0)
        assert command(page, identifier, "python3 src/hello.py")["output"] == "hello from a file\n"
        accessible(page)
        page.reload()
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("hello from a file")
        expect(page.get_by_role("navigation", name="Folder").get_by_role("link")).to_have_text(["workspace", "src"])


def test_what_programs_write_appears_by_itself(browser):
    with session(browser, "live") as identifier, browser.page(f"/#/files/{identifier}") as page:
        expect(page.get_by_text("An empty workspace")).to_be_visible()
        command(page, identifier, "mkdir deep; echo 1 > deep/inner.txt; echo first > open.txt")
        expect(tree(page, "open.txt")).to_be_visible()
        tree(page, "open.txt").click()
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("first")
        tree(page, "deep").click()
        expect(tree(page, "inner.txt")).to_be_visible()
        command(page, identifier, "echo second > open.txt; rm deep/inner.txt; echo 2 > deep/other.txt")
        expect(tree(page, "other.txt")).to_be_visible()
        expect(tree(page, "inner.txt")).to_have_count(0)
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("second")
        page.get_by_role("textbox", name="File contents").click()
        page.keyboard.type("mine ")
        command(page, identifier, "echo third > open.txt")
        expect(page.get_by_text("Somebody else has written this file since")).to_be_visible()
        page.get_by_role("button", name="Read it again").click()
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("third")


def test_files_are_moved_copied_and_deleted(browser):
    with session(browser, "moves") as identifier, browser.page(f"/#/files/{identifier}") as page:
        command(page, identifier, "mkdir folder; echo text > a.txt")
        tree(page, "a.txt").click()
        page.get_by_role("button", name="Rename or move a.txt").click()
        page.get_by_label("New path").fill("folder/b.txt")
        page.get_by_role("button", name="Move", exact=True).click()
        expect(tree(page, "b.txt")).to_be_visible()
        page.get_by_role("button", name="Copy b.txt").click()
        page.get_by_role("dialog").get_by_role("button", name="Copy").click()
        expect(tree(page, "b copy.txt")).to_be_visible()
        tree(page, "b copy.txt").focus()
        page.keyboard.press("Delete")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(tree(page, "b copy.txt")).to_have_count(0)
        tree(page, "folder").click()
        page.get_by_role("button", name="Delete folder").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_text("An empty workspace")).to_be_visible()
        assert command(page, identifier, "ls -A")["output"] == ""


def test_the_tree_needs_no_pointer(browser):
    with session(browser, "tree") as identifier, browser.page(f"/#/files/{identifier}") as page:
        command(page, identifier, "mkdir -p a/b; echo deep > a/b/deep.txt; echo top > top.txt")
        expect(tree(page, "top.txt")).to_be_visible()
        tree(page, "a").focus()
        for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
            page.wait_for_timeout(300)
        expect(tree(page, "deep.txt")).to_be_visible()
        page.keyboard.press("ArrowDown")
        expect(tree(page, "deep.txt")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("deep")
        tree(page, "deep.txt").focus()
        page.keyboard.press("ArrowLeft")
        expect(tree(page, "b")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(tree(page, "deep.txt")).to_have_count(0)


def test_files_and_folders_are_downloaded(browser):
    with session(browser, "down") as identifier, browser.page(f"/#/files/{identifier}") as page:
        command(page, identifier, "mkdir box; echo one > box/1.txt; printf '\\0\\1\\2' > box/raw.bin")
        tree(page, "box").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download box").click()
        with tarfile.open(download.value.path(), "r:gz") as archive:
            names = sorted(archive.getnames())
            assert [name for name in names if name.endswith(("1.txt", "raw.bin"))], names
            one = next(name for name in names if name.endswith("1.txt"))
            assert archive.extractfile(one).read() == b"one\n"
        tree(page, "raw.bin").click()
        expect(page.get_by_text("It is not text")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download", exact=True).click()
        assert open(download.value.path(), "rb").read() == b"\0\1\2"


def test_files_are_dropped_on_a_folder(browser):
    with session(browser, "drop") as identifier, browser.page(f"/#/files/{identifier}") as page:
        command(page, identifier, "mkdir inbox")
        expect(tree(page, "inbox")).to_be_visible()
        transfer = page.evaluate_handle("""() => { const transfer = new DataTransfer();
                transfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }));
                return transfer; }""")
        tree(page, "inbox").dispatch_event("dragover", {"dataTransfer": transfer})
        tree(page, "inbox").dispatch_event("drop", {"dataTransfer": transfer})
        expect(tree(page, "dropped.txt")).to_be_visible()
        assert command(page, identifier, "cat inbox/dropped.txt")["output"] == "dropped"


def test_a_hundred_megabytes_are_uploaded_and_can_be_cancelled(browser):
    with session(browser, "large") as identifier, tempfile.NamedTemporaryFile(suffix=".bin") as large:
        large.write(bytes(range(256)) * (100 * MEBIBYTE // 256))
        large.flush()
        with browser.page(f"/#/files/{identifier}") as page:
            network = page.context.new_cdp_session(page)
            slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 4 * MEBIBYTE}
            network.send("Network.enable")
            network.send("Network.emulateNetworkConditions", slow)
            expect(page.get_by_text("An empty workspace")).to_be_visible()
            page.get_by_label("Files to upload").set_input_files(large.name)
            uploads = page.get_by_role("list", name="Uploads")
            expect(uploads.get_by_text(re.compile(r"MiB of 100 MiB"))).to_be_visible()
            accessible(page)
            uploads.get_by_role("button", name=re.compile("^Cancel")).click()
            expect(uploads.get_by_text("cancelled")).to_be_visible()
            # Nothing of it is left: a file is there as a whole, or not at all.
            assert command(page, identifier, "ls -A")["output"] == ""
            network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
            uploads.get_by_role("button", name=re.compile("^Try again")).click()
            expect(uploads.get_by_role("listitem")).to_have_count(0)
            name = large.name.split("/")[-1]
            expect(tree(page, name)).to_be_visible()
            assert command(page, identifier, f"stat -c %s {name}")["output"] == f"{100 * MEBIBYTE}\n"
            tree(page, name).click()
            expect(page.get_by_text("It is too large to open here")).to_be_visible()
            expect(page.get_by_text(re.compile(r"100(\.\d)? MiB of .* used"))).to_be_visible()


def test_names_of_files_are_text(browser):
    with session(browser, "names") as identifier, browser.page(f"/#/files/{identifier}") as page:
        command(
            page,
            identifier,
            "echo x > '<img src=x onerror=window.owned=1>.txt'; echo '<script>window.owned=2</script>' > page.html; mkdir '%2e%2e'; echo y > '%2e%2e/a#b?c.txt'",
        )
        tree(page, "<img src=x onerror=window.owned=1>.txt").click()
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("x")
        tree(page, "page.html").click()
        expect(page.get_by_role("textbox", name="File contents")).to_contain_text("<script>")
        tree(page, "%2e%2e").click()
        tree(page, "a#b?c.txt").click()
        expect(page.get_by_role("heading", name="%2e%2e/a#b?c.txt")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="%2e%2e/a#b?c.txt")).to_be_visible()
        assert page.evaluate("window.owned") is None


# Sessions


def test_a_session_is_made_used_and_ended(browser):
    with browser.page("/#/sessions") as page:
        page.get_by_role("button", name=re.compile("New session|Start one")).first.click()
        page.get_by_label("Name", exact=True).fill("from the page")
        page.get_by_label("Ends after").select_option(label="An hour")
        page.get_by_role("button", name="Create").click()
        row = page.get_by_role("row", name=re.compile("from the page"))
        expect(row).to_contain_text(re.compile(r"59 min|1 h 0 min"))
        row.get_by_role("button", name=re.compile("^Extend")).click()
        expect(row).to_contain_text(re.compile(r"1 h 59 min|2 h 0 min"))
        accessible(page)
        row.get_by_role("link", name=re.compile("^Files")).click()
        expect(page.get_by_text("An empty workspace")).to_be_visible()
        identifier = page.url.split("/")[-1]
        page.get_by_role("link", name="Open terminal").click()
        at_prompt(page)
        enter(page, "echo in-the-session > proof.txt; cat proof.txt")
        expect(screen(page).get_by_text(re.compile("^in-the-session"))).to_be_visible()
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Sessions").click()
        row.get_by_role("button", name=re.compile("^End:")).click()
        page.get_by_role("button", name="End the session").click()
        expect(row).to_have_count(0)
        page.goto(f"{browser.url}/#/files/{identifier}")
        expect(page.get_by_text("There is no such session")).to_be_visible()


def test_they_fit_a_small_phone_with_real_contents(browser):
    with session(browser, "phone") as identifier:
        for view in (f"files/{identifier}", f"terminal/{identifier}", "sessions"):
            with browser.page(f"/#/{view}", width=360, height=740) as page:
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                expect(
                    page.get_by_text(re.compile("An empty workspace|Connected|active|hibernated")).last
                ).to_be_visible()
                no_sideways_scroll(page)
                accessible(page, exclude=".xterm")


def test_session_views_are_accessible_in_the_dark(browser):
    with session(browser, "dark") as identifier:
        for view in (f"files/{identifier}", f"terminal/{identifier}", "sessions"):
            with browser.page(f"/#/{view}", theme="dark") as page:
                expect(
                    page.get_by_text(re.compile("An empty workspace|Connected|active|hibernated")).last
                ).to_be_visible()
                accessible(page, exclude=".xterm")
