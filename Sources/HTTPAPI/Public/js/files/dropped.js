// What was dropped on the page: files, and folders with what is in them.

/** More than this at once is a mistake, or a job for an archive. */
const MOST = 2000;

/** `[{ file, path }]`, the path from where it was dropped. Must be called within the event: the transfer is empty later. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ file, path: file.name }));
  const found = [];
  for (const entry of entries) await collect(entry, '', found);
  return found;
}

async function collect(entry, folder, found) {
  const path = folder ? `${folder}/${entry.name}` : entry.name;
  if (found.length >= MOST) throw new Error(`These are more than ${MOST} files; send them as one archive.`);
  if (entry.isFile) {
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    // A reader gives a part each time, and nothing when it is at the end.
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const each of part) await collect(each, path, found);
  }
}
