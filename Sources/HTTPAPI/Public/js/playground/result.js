// The right half of the playground: how the run goes and ended, what it wrote, and what there is to know about it.

import { diagnostics, placeIn } from '../diagnostics.js';
import { bytes, milliseconds, number, sentence } from '../format.js';
import { makeOutput } from '../output.js';
import { statusOf } from '../statuses.js';
import { makeTabs } from '../tab-list.js';
import { button, copy, empty, h, notice, pill, save, select } from '../ui.js';
import { makeFiles } from './files.js';
import { drawProblems, drawReport, marksOf } from './report.js';

const fact = (name, value, title) => h('div', { title }, h('dt', {}, name), h('dd', {}, value));

export function makeResult({ goTo, mark, history }) {
  let source = 'main';
  const online = (line) => {
    const place = placeIn(line, source);
    return place && { ...place, go: () => goTo(place.line, place.column) };
  };
  const status = h('div', { class: 'status', role: 'status' });
  const facts = h('dl', { class: 'facts' });
  const cause = h('p', { class: 'cause', hidden: true });
  const output = makeOutput({ online });
  const compiler = makeOutput({ label: 'Compiler output', online });
  const compilerPart = h(
    'section',
    { class: 'compiler', hidden: true },
    h('h3', { class: 'section-title' }, 'Compiler'),
    compiler.el,
  );
  const idle = empty(
    'play',
    'No run yet',
    'Press Run, or Ctrl Enter in the editor. Every run gets a fresh sandbox that is destroyed afterwards.',
  );
  const filter = select(
    'Show',
    [
      { value: 'all', label: 'All output' },
      { value: 'stdout', label: 'Standard output' },
      { value: 'stderr', label: 'Standard error' },
    ],
    { hideLabel: true, class: 'compact', onchange: (event) => output.filter(event.target.value) },
  );
  const stream = () => (filter.box.value === 'all' ? undefined : filter.box.value);
  const tools = h(
    'div',
    { class: 'bar output-tools', hidden: true },
    filter.field,
    h('span', { class: 'grow' }),
    button('Copy', {
      picture: 'copy',
      quiet: true,
      compact: true,
      onclick: () => copy(output.text(stream()), 'Output'),
    }),
    button('Save', {
      picture: 'download',
      quiet: true,
      compact: true,
      onclick: () => save('output.txt', [output.text(stream())], 'text/plain'),
    }),
  );
  const message = h('div', {});
  const problems = h('div', { class: 'pad-none' });
  const report = h('div', {});
  const files = makeFiles();
  const outputPart = h('div', { class: 'output-part' }, message, idle, compilerPart, tools, output.el);
  const tabs = makeTabs(
    'Result',
    [
      { name: 'output', title: 'Output', el: outputPart },
      { name: 'problems', title: 'Problems', el: problems },
      { name: 'report', title: 'Security', el: report },
      { name: 'files', title: 'Files', el: files.el },
      { name: 'history', title: 'History', el: history.el },
    ],
    {
      onselect: (name) => {
        if (name === 'history') history.load();
      },
    },
  );
  const el = h(
    'div',
    { class: 'card result' },
    h('div', { class: 'result-head' }, status, facts, cause),
    tabs.strip,
    tabs.panels,
  );
  let clock = null;

  function announce(kind, picture, text) {
    status.replaceChildren(pill(kind, picture, text));
  }

  function reset() {
    clearInterval(clock);
    facts.replaceChildren();
    cause.hidden = true;
    message.replaceChildren();
    idle.hidden = true;
    output.clear();
    compiler.clear();
    compilerPart.hidden = true;
    tools.hidden = true;
    output.el.hidden = true;
    mark([]);
    showProblems([]);
    report.replaceChildren(
      empty(
        'shield-check',
        'Nothing to report yet',
        'After a run: what the analysis found, and which walls stood around the program.',
      ),
    );
    tabs.count('report', 0);
    showFiles([]);
  }

  function showProblems(found) {
    problems.replaceChildren(drawProblems(found, goTo));
    tabs.count('problems', found.length, found.some(({ kind }) => kind === 'error') ? 'bad' : 'warn');
  }

  function showFiles(found) {
    files.draw(found);
    tabs.count('files', found.length);
  }

  function showOutput() {
    output.el.hidden = false;
    tools.hidden = false;
  }

  reset();
  idle.hidden = false;
  announce('idle', 'play', 'Ready');

  return {
    el,
    /** A run begins. */
    begin(language) {
      source = `main${language.extension}`;
      reset();
      tabs.select('output');
      const start = performance.now();
      announce('run', 'loader-circle', 'Waiting for a sandbox');
      const time = h('dd', {}, '0.0 s');
      facts.replaceChildren(h('div', {}, h('dt', {}, 'Time'), time));
      clock = setInterval(() => {
        time.textContent = `${((performance.now() - start) / 1000).toFixed(1)} s`;
      }, 100);
    },
    started(isCompiled) {
      announce('run', 'loader-circle', isCompiled ? 'Compiling' : 'Running');
    },
    compiled(compile) {
      if (compile.output) {
        compilerPart.hidden = false;
        compiler.write('stderr', compile.output);
      }
      if (compile.status === 'ok') announce('run', 'loader-circle', 'Running');
    },
    write(name, text) {
      showOutput();
      output.write(name, text);
    },
    stopping() {
      announce('warn', 'loader-circle', 'Stopping');
    },
    /**
     * The run has ended: `result` is the server's answer, `code` the program that ran; without `hasCode` the editor holds
     * another one, in which no line is marked.
     */
    async end(result, { language, code, hasCode = true }) {
      clearInterval(clock);
      const { kind, picture, title } = statusOf(result.status);
      announce(
        kind,
        picture,
        result.status === 'nonzero_exit'
          ? `Exit code ${result.exit_code}`
          : result.status === 'signaled'
            ? `Ended by ${result.signal}`
            : title,
      );
      cause.hidden = !result.error || result.status === 'nonzero_exit';
      cause.textContent = sentence(result.error ?? '');
      drawFacts(result);
      if (output.length === 0 && result.output) {
        showOutput();
        output.write(result.stdout === result.output ? 'stdout' : 'stderr', result.output);
      }
      if (output.length === 0) {
        message.replaceChildren(
          result.compile?.output && result.status === 'compile_error'
            ? ''
            : h('p', { class: 'hint pad' }, quietWords(result)),
        );
      } else if (result.output_truncated) {
        const written = result.usage.stdout_bytes + result.usage.stderr_bytes;
        addEnd(result, written);
        message.replaceChildren(
          notice(
            'warn',
            'Too much output',
            `The program wrote ${bytes(written)}; the server keeps the first and the last part, ${bytes(result.limits.output_bytes)} in all.`,
          ),
        );
      }
      const text = `${result.compile?.output ?? ''}\n${result.stderr}\n${result.stdout}`;
      const found = [...diagnostics(text, language.name, source)];
      const marks = marksOf(result.security_report);
      showProblems(found);
      if (hasCode) mark([...found, ...marks]);
      report.replaceChildren(drawReport(result.security_report, result.isolation, goTo));
      const findings = result.security_report?.findings?.length ?? 0;
      tabs.count('report', findings, marks.some((each) => each.kind === 'error') ? 'bad' : 'warn');
      showFiles(made(result, code));
      if (result.status === 'blocked') tabs.select('report');
      await output.settled();
    },
    fail(error, retry) {
      clearInterval(clock);
      facts.replaceChildren();
      const [kind, picture, title] = error.isOffline
        ? ['bad', 'wifi-off', 'Offline']
        : error.isBusy
          ? ['warn', 'clock', 'Busy']
          : ['bad', 'circle-x', 'Not run'];
      announce(kind, picture, title);
      const text = error.isOffline
        ? 'The program is kept here. Check that the server runs, then try again.'
        : error.retryAfter
          ? `${error.message} Try again in ${error.retryAfter} s.`
          : error.message;
      message.replaceChildren(
        notice(
          kind === 'warn' ? 'warn' : 'bad',
          error.isOffline
            ? 'The server cannot be reached'
            : error.isBusy
              ? 'The server is busy'
              : 'The server did not take the program',
          text,
          button('Try again', { picture: 'refresh-cw', onclick: retry }),
        ),
      );
    },
    stopped() {
      clearInterval(clock);
      announce('warn', 'circle-stop', 'Stopped');
    },
    get outputText() {
      return output.text();
    },
  };

  /** The stream brought the beginning alone; the result also has the end. Where it begins is where the two part. */
  function addEnd(result, written) {
    const streamed = output.text();
    let same = 0;
    while (same < streamed.length && streamed[same] === result.output[same]) same += 1;
    const end = result.output.slice(same);
    const missing = written - byteCount(streamed) - byteCount(end);
    if (end === '') return;
    if (missing < 0) {
      output.clear();
      output.write('stdout', result.output.slice(0, same));
    }
    output.gap(missing < 0 ? 'a part is not kept' : `${bytes(missing)} are not kept`);
    output.write(result.stdout === '' ? 'stderr' : 'stdout', end);
  }

  function drawFacts(result) {
    const { limits, execution_time: time, compile } = result;
    if (result.status === 'blocked') {
      facts.replaceChildren();
      return;
    }
    if (result.status === 'compile_error' && compile) {
      facts.replaceChildren(
        fact('Compiler', milliseconds(compile.execution_time * 1000)),
        fact('Memory', bytes(compile.usage.peak_memory_bytes)),
      );
      return;
    }
    const { usage } = result;
    const share = limits.memory_mb ? ` of ${limits.memory_mb} MiB` : '';
    facts.replaceChildren(
      fact('Time', milliseconds(time * 1000), `Limit: ${milliseconds(limits.wall_ms)}`),
      fact('Processor', milliseconds(usage.cpu_ms), `Limit: ${milliseconds(limits.cpu_ms)}`),
      fact('Memory', bytes(usage.peak_memory_bytes), `Peak of the whole process tree${share}`),
      fact('Processes', `${number(usage.peak_processes)} of ${number(limits.processes)}`, 'Most at once'),
      ...(compile ? [fact('Compiler', milliseconds(compile.execution_time * 1000))] : []),
    );
  }
}

const byteCount = (text) => new TextEncoder().encode(text).length;

function quietWords({ status }) {
  if (status === 'ok') return 'The program wrote nothing.';
  if (status === 'blocked') return 'The program was not run; “Security” says why.';
  return 'The program wrote nothing before it ended.';
}

/** What the program itself made: without the source and what the compiler left. */
function made({ files = [], compile }, code) {
  return files.filter(
    ({ path, content, encoding }) =>
      !(path.startsWith('main.') && encoding === 'utf8' && content === code) && !(compile && path === 'program'),
  );
}
