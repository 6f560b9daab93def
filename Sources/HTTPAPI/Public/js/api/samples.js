// A request to the server, written for those who send it from elsewhere. The key is never in it: it comes from the
// environment of whoever runs it.

/** Quotes for a shell: nothing inside single quotes is special but the quote itself. */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** JSON is JavaScript; for Python three words are others. */
const python = (value, indent = '    ') => {
  if (Array.isArray(value)) return `[${value.map((each) => python(each, `${indent}    `)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, each]) => `${indent}"${key}": ${python(each, `${indent}    `)},`);
    return `{\n${members.join('\n')}\n${indent.slice(4)}}`;
  }
  return { true: 'True', false: 'False', null: 'None' }[String(value)] ?? JSON.stringify(value);
};

/** Each takes the address, the body and whether a key is needed. */
export const requestAs = {
  curl: (url, body, needsKey) =>
    [
      `curl -s ${quoted(url)}`,
      "-H 'Content-Type: application/json'",
      ...(needsKey ? ['-H "Authorization: Bearer $SANDMARTIN_KEY"'] : []),
      `-d ${quoted(JSON.stringify(body, null, 2))}`,
    ].join(' \\\n  '),

  python: (url, body, needsKey) =>
    [
      `import json, ${needsKey ? 'os, ' : ''}urllib.request`,
      '',
      `body = ${python(body)}`,
      `headers = {"Content-Type": "application/json"${needsKey ? ', "Authorization": "Bearer " + os.environ["SANDMARTIN_KEY"]' : ''}}`,
      `request = urllib.request.Request("${url}", json.dumps(body).encode(), headers)`,
      'result = json.load(urllib.request.urlopen(request))',
      'print(result["status"], result["output"])',
    ].join('\n'),

  javascript: (url, body, needsKey) =>
    [
      `const answer = await fetch("${url}", {`,
      '  method: "POST",',
      `  headers: { "Content-Type": "application/json"${needsKey ? ', Authorization: `Bearer ${process.env.SANDMARTIN_KEY}`' : ''} },`,
      `  body: JSON.stringify(${JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')}),`,
      '});',
      'const result = await answer.json();',
      'console.log(result.status, result.output);',
    ].join('\n'),
};
