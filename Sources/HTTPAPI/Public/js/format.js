// Numbers and times as people read them.

const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export function bytes(count) {
  if (count == null) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let index = 0;
  while (count >= 1024 && index < units.length - 1) {
    count /= 1024;
    index += 1;
  }
  return `${plain.format(count)} ${units[index]}`;
}

export function milliseconds(count) {
  if (count == null) return '–';
  if (count < 10) return `${plain.format(count)} ms`;
  if (count < 1000) return `${Math.round(count)} ms`;
  return count < 60_000 ? `${(count / 1000).toFixed(2)} s` : duration(count / 1000);
}

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

export const number = (count) => (count == null ? '–' : plain.format(count));

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

/** `3 min ago`; what is older than a month is a date. */
export function ago(time) {
  const seconds = (Date.now() - time) / 1000;
  if (seconds < 10) return 'just now';
  if (seconds > 30 * 86_400) return day.format(time);
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  // The smaller unit says nothing any more.
  return `${duration(seconds).split(' ').slice(0, 2).join(' ')} ago`;
}

export const sentence = (text) =>
  text ? text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.') : '';

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
