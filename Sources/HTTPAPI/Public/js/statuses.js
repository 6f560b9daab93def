// How a run ended, in words (`status` of every answer).

const table = {
  ok: ['ok', 'circle-check', 'Finished'],
  nonzero_exit: ['warn', 'triangle-alert', 'Failed'],
  signaled: ['bad', 'circle-x', 'Crashed'],
  compile_error: ['bad', 'circle-x', 'Does not compile'],
  time_limit: ['bad', 'clock', 'Time limit reached'],
  cpu_limit: ['bad', 'cpu', 'Processor time limit reached'],
  memory_limit: ['bad', 'memory-stick', 'Memory limit reached'],
  process_limit: ['bad', 'network', 'Process limit reached'],
  output_limit: ['bad', 'file-text', 'Output limit reached'],
  disk_limit: ['bad', 'hard-drive', 'Disk limit reached'],
  blocked: ['bad', 'shield-alert', 'Refused before it ran'],
  cancelled: ['warn', 'circle-stop', 'Stopped'],
  sandbox_error: ['bad', 'circle-x', 'The server failed'],
  running: ['run', 'loader-circle', 'Running'],
};

/** `{ kind, picture, title }` of a status; one that is not known here keeps its own name. */
export function statusOf(status) {
  const [kind, picture, title] = table[status] ?? ['warn', 'triangle-alert', String(status).replaceAll('_', ' ')];
  return { kind, picture, title };
}

export const isLimit = (status) => String(status).endsWith('_limit');

export const severities = ['critical', 'high', 'medium', 'low', 'info'];

/** How a severity looks: kind and picture. */
export function severityOf(severity) {
  const kind = { critical: 'bad', high: 'bad', medium: 'warn', low: 'info' }[severity] ?? 'info';
  return { kind, picture: kind === 'info' ? 'info' : kind === 'warn' ? 'triangle-alert' : 'shield-alert' };
}
