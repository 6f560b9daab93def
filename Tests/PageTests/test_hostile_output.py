"""What a program writes is only ever text, and however much it is the page goes on answering."""

from harness import choose, ended, expect, output, ready, run, write

MARKUP = """cat <<'END'
<script>window.owned = 1</script><img src=x onerror="window.owned = 2"><a href="javascript:window.owned = 3">click</a>
</pre></div><style>body { display: none }</style><iframe src="/"></iframe>
END
"""
ESCAPES = r"""printf 'before\033[2J\033[H\033]0;owned title\007\033]8;;http://evil.invalid\007link\033]8;;\007\033[?1049h\007 after\n'
printf '\033[31mred\033[0m \033[1;42mgreen\033[0m \xe2\x80\xaecod.exe\n'
printf '\033[38;5;9mlist\033[999999999999999999999mx\033['
"""


def test_markup_is_text(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "bash")
        write(page, MARKUP)
        run(page)
        ended(page, "Finished")
        expect(output(page)).to_contain_text("<script>window.owned = 1</script>")
        assert output(page).locator("script, img, a, iframe, style").count() == 0
        assert page.evaluate("window.owned") is None
        expect(page.get_by_role("heading", name="Playground")).to_be_visible()


def test_terminal_escapes_are_shown_and_do_nothing(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "bash")
        write(page, ESCAPES)
        run(page)
        ended(page, "Finished")
        text = output(page).inner_text()
        assert "before␛[2J␛[H␛]0;owned title␇" in text and "after" in text, text
        assert "⟨U+202E⟩cod.exe" in text, text
        assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
        expect(output(page).locator(".sgr-1", has_text="red")).to_be_visible()
        assert "owned" not in page.title()
        assert output(page).locator("a").count() == 0


def test_markup_in_files_names_and_pictures_is_harmless(browser):
    with browser.page() as page:
        ready(page)
        write(
            page,
            """
name = "<img src=x onerror=alert(1)>.txt"
open(name, "w").write("<script>window.owned = 1</script>")
open("evil.svg", "w").write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="top.owned = 2"><script>top.owned = 3</script><image href="http://evil.invalid/x.png"/></svg>')
""",
        )
        run(page)
        ended(page, "Finished")
        page.get_by_role("tab", name="Files 2").click()
        expect(page.get_by_role("img", name="Picture that the program wrote: evil.svg")).to_be_visible()
        expect(page.get_by_role("region", name="Contents")).to_have_text("<script>window.owned = 1</script>")
        assert page.evaluate("window.owned") is None


def test_megabytes_do_not_freeze_the_page(browser):
    with browser.page() as page:
        ready(page)
        # The longest time that nothing else could happen in, measured by a clock that the work would hold up.
        page.evaluate("""() => {
            window.longest = 0;
            let last = performance.now();
            setInterval(() => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; }, 10);
        }""")
        choose(page, "bash")
        write(
            page,
            "yes 'the quick brown fox jumps over the lazy dog' | head -c 3000000; head -c 1000000 /dev/zero | tr '\\0' x; echo; echo the end",
        )
        run(page)
        ended(page, "Finished")
        page.get_by_role("button", name="Share").click()
        page.keyboard.press("Escape")
        expect(output(page)).to_contain_text("the end")
        longest = page.evaluate("window.longest")
        # No measure of speed: a page that puts everything on the screen at once is away for many seconds.
        assert longest < 3000, f"the page did not answer for {longest:.0f} ms"


def test_a_flood_is_ended_and_told(browser):
    with browser.page() as page:
        ready(page)
        choose(page, "bash")
        write(page, "yes")
        run(page)
        ended(page, "Output limit reached")
        expect(page.get_by_text("Too much output")).to_be_visible()
