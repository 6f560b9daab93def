import { APIError, json, languages } from '../api.js';
import { makeEditor } from '../editor.js';
import { examplesOf } from '../examples.js';
import { draftOf, keepDraft, lastLanguage } from '../playground/draft.js';
import { makeHistory, remember } from '../playground/history.js';
import { makeResult } from '../playground/result.js';
import { startRun } from '../playground/run.js';
import { makeSettings } from '../playground/settings.js';
import { link, program } from '../share.js';
import { button, confirmed, copy, field, dialog, h, icon, notice, toast } from '../ui.js';

/** A link of more characters than this is cut by some messengers. */
const LONG_LINK = 8000;

export function make() {
  let known = [];
  let language = null;
  let editor = null;
  let running = null;
  let handled = null;

  const languageBox = h('select', {
    'aria-label': 'Language',
    disabled: true,
    onchange: () => choose(languageBox.value),
  });
  const exampleBox = h('select', { 'aria-label': 'Examples', disabled: true, onchange: openExample });
  const version = h('span', { class: 'hint version' });
  const runButton = h(
    'button',
    { type: 'button', class: 'btn primary run', 'aria-keyshortcuts': 'Control+Enter', onclick: run, disabled: true },
    icon('play'),
    'Run',
    h('kbd', { class: 'wide-only' }, 'Ctrl ⏎'),
  );
  const stopButton = h(
    'button',
    { type: 'button', class: 'btn danger run', 'aria-keyshortcuts': 'Control+.', onclick: stop, hidden: true },
    icon('square'),
    'Stop',
    h('kbd', { class: 'wide-only' }, 'Ctrl .'),
  );
  const shareButton = button('Share', { picture: 'share-2', onclick: share });
  const host = h('div', { class: 'card editor', 'aria-busy': 'true' });
  const trouble = h('div', {});
  const linkTrouble = h('div', {});
  const settings = makeSettings({ onchange: keep });
  const history = makeHistory({ open: openRun, show: showRun });
  const result = makeResult({
    history,
    goTo: (line, column) => editor?.goTo(line, column),
    mark: (marks) => editor?.mark(marks),
  });

  const el = h(
    'section',
    { class: 'page playground' },
    h(
      'div',
      { class: 'bar head' },
      h('h1', {}, 'Playground'),
      h('div', { class: 'bar tools' }, languageBox, version, exampleBox),
      h('span', { class: 'grow' }),
      shareButton,
      runButton,
      stopButton,
    ),
    trouble,
    linkTrouble,
    h('div', { class: 'split' }, h('div', { class: 'left' }, host, settings.el), result.el),
  );

  el.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
    if (event.key === 'Enter') run();
    else if (event.key === '.') stop();
    else return;
    event.preventDefault();
  });

  // MARK: Text

  const ready = (async () => {
    editor = await makeEditor({ commands: { 'Mod-Enter': run, 'Mod-.': stop }, onchange: keep });
    host.replaceChildren(editor.el);
    host.removeAttribute('aria-busy');
    await load();
  })();

  async function load() {
    try {
      known = await languages();
    } catch (error) {
      trouble.replaceChildren(
        notice(
          'bad',
          'The languages of this server are not known',
          error.message,
          button('Try again', { picture: 'refresh-cw', onclick: load }),
        ),
      );
      return;
    }
    trouble.replaceChildren();
    languageBox.replaceChildren(
      ...known.map(({ name, title, available }) =>
        h('option', { value: name, disabled: !available }, available ? title : `${title} (not installed)`),
      ),
    );
    languageBox.disabled = exampleBox.disabled = false;
    const wanted = handled?.language ?? lastLanguage.get();
    const usable = known.filter(({ available }) => available);
    if (usable.length === 0) {
      trouble.replaceChildren(
        notice('bad', 'No language is installed on this server', known.map(({ reason }) => reason).join(' ')),
      );
      return;
    }
    await choose((usable.find(({ name }) => name === wanted) ?? usable[0]).name);
    runButton.disabled = false;
  }

  async function choose(name, draft) {
    const found = known.find((each) => each.name === name || each.aliases.includes(name));
    if (!found) throw new Error(`This server does not know the language ${name}.`);
    language = found;
    lastLanguage.set(language.name);
    languageBox.value = language.name;
    version.textContent = shortVersion(language.version);
    version.title = language.version ?? '';
    exampleBox.replaceChildren(
      h('option', { value: '' }, 'Examples'),
      ...examplesOf(language).map(({ title }, index) => h('option', { value: index }, title)),
    );
    put(draft ?? draftOf(language));
    await editor.setLanguage(language.name);
  }

  function put(draft) {
    editor.setText(draft.code);
    editor.mark([]);
    settings.set(draft);
  }

  let keeping = null;
  function keep() {
    clearTimeout(keeping);
    keeping = setTimeout(keepNow, 300);
  }

  function keepNow() {
    clearTimeout(keeping);
    if (!editor || !language) return;
    let args = [];
    try {
      args = settings.args;
    } catch {
      /* a quote is still open: the arguments come along when it is closed */
    }
    keepDraft(language, { code: editor.text, stdin: settings.stdin, args });
  }
  addEventListener('pagehide', keepNow);

  async function openExample() {
    const example = examplesOf(language)[exampleBox.value];
    exampleBox.value = '';
    if (!example || !(await mayReplace())) return;
    put(example);
    if (example.stdin || example.args?.length) settings.open();
    keepNow();
    editor.focus();
  }

  /** Own text is only replaced when its writer says so. */
  async function mayReplace() {
    const text = editor.text.trim();
    if (text === '' || examplesOf(language).some(({ code }) => code.trim() === text)) return true;
    return confirmed(
      'Replace your program?',
      'The text in the editor is replaced. Copy it first if you need it.',
      'Replace',
    );
  }

  async function openRun(run) {
    if (!(await mayReplace())) return;
    await choose(run.language, run);
    keepNow();
    await showRun(run);
  }

  /** The result of an earlier run; the editor keeps what is in it. */
  async function showRun(run) {
    const hasCode = run.code === editor.text;
    try {
      const answer = await json(`/api/v1/runs/${run.id}`);
      if (answer.status === 'running') {
        toast('It is still running.');
        return;
      }
      const its = known.find(({ name }) => name === answer.language) ?? language;
      result.begin(its);
      await result.end(answer, { language: its, code: run.code, hasCode });
    } catch (error) {
      const isGone = error.code === 'not_found';
      toast(isGone ? 'The server no longer has the result of this run.' : error.message);
    }
  }

  // MARK: Running

  async function run() {
    if (running || !language || !editor) return;
    keepNow();
    const code = editor.text;
    const chosen = language;
    let request;
    try {
      if (code.trim() === '') throw new Error('There is no program yet.');
      request = { code, language: chosen.name, ...settings.request };
    } catch (error) {
      settings.open();
      error.input?.focus();
      toast(error.message);
      return;
    }
    result.begin(chosen);
    running = startRun(request, {
      started: () => result.started(chosen.compiled),
      compile: (data) => result.compiled(data),
      stdout: ({ text }) => result.write('stdout', text),
      stderr: ({ text }) => result.write('stderr', text),
    });
    show(true);
    try {
      const answer = await running.result;
      remember({
        id: answer.execution_id,
        time: Date.now(),
        language: chosen.name,
        status: answer.status,
        wall: answer.execution_time * 1000,
        code,
        stdin: request.stdin,
        args: request.args,
      });
      await result.end(answer, { language: chosen, code });
    } catch (error) {
      if (running.wasStopped) result.stopped();
      else if (error instanceof APIError) result.fail(error, run);
      else result.fail(new APIError({ code: 'internal', message: error.message }), run);
    } finally {
      running = null;
      show(false);
    }
  }

  function stop() {
    if (!running) return;
    result.stopping();
    running.stop();
  }

  function show(isRunning) {
    // Whoever pressed the one button stands on the other: the focus must not fall off the page.
    const hadFocus = document.activeElement === runButton || document.activeElement === stopButton;
    runButton.hidden = isRunning;
    stopButton.hidden = !isRunning;
    if (hadFocus) (isRunning ? stopButton : runButton).focus();
  }

  // MARK: Sharing

  async function share() {
    let args = [];
    try {
      args = settings.args;
    } catch {
      /* told beside the field */
    }
    const url = await link({ language: language.name, code: editor.text, stdin: settings.stdin, args });
    const input = h('input', {
      type: 'text',
      class: 'code',
      readOnly: true,
      value: url,
      onfocus: () => input.select(),
    });
    dialog(
      'Share this program',
      h(
        'div',
        {},
        h(
          'p',
          {},
          'The link holds the program, its input and its arguments. They travel in the part of the address that no server sees.',
        ),
        field(
          'Link',
          input,
          url.length > LONG_LINK
            ? `${url.length} characters: some messengers cut links that long.`
            : `${url.length} characters`,
        ),
        h(
          'div',
          { class: 'bar end' },
          button('Copy link', { picture: 'copy', primary: true, onclick: () => copy(url, 'Link') }),
        ),
      ),
    );
    input.select();
  }

  async function openShared(text) {
    handled = { text };
    linkTrouble.replaceChildren();
    try {
      const shared = await program(text);
      handled.language = shared.language;
      await ready;
      // The writer's own text of that language is not lost: it is where it was when the link is left.
      keepNow();
      await choose(shared.language, shared);
      toast('The program of the link is in the editor. Read it before you run it.');
    } catch (error) {
      linkTrouble.replaceChildren(notice('bad', 'The link cannot be read', `It is damaged or cut: ${error.message}.`));
    }
  }

  return {
    el,
    show({ query }) {
      const shared = query.get('s');
      if (shared && shared !== handled?.text) openShared(shared);
    },
  };
}

/** `Python 3.11.7` of whatever a tool says of itself. */
function shortVersion(text) {
  return text?.match(/\d+(?:\.\d+)+/)?.[0] ?? '';
}
