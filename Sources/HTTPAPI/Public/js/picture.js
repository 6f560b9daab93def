// Which files are shown as pictures, by the ends of their names. An image element runs no script and loads nothing further,
// whatever is inside; and a `data:` address has no origin.

const types = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  svg: 'image/svg+xml',
  bmp: 'image/bmp',
};

/** Null for what is no picture. */
export const pictureType = (name) => types[name.split('.').at(-1).toLowerCase()] ?? null;
