// The files of new pins on their way: three at a time, in the order in which they were added, whatever page is shown.

import { upload } from './compose-file.js';
import { useEffect, useState } from './parts.js';

const AT_ONCE = 3;

// By the key of their card: `{file, done, progress, tell}`.
const uploads = new Map();
const waiting = [];
let running = 0;

function next() {
  while (running < AT_ONCE && waiting.length > 0) {
    running += 1;
    waiting.shift()().finally(() => ((running -= 1), next()));
  }
}

/** Sends the file of that card; what comes of it is answered also to those who ask later. */
export function send(key, file) {
  const entry = { file, url: URL.createObjectURL(file), progress: 0, tell: null };
  uploads.set(key, entry);
  const progress = (share) => ((entry.progress = share), entry.tell?.(share));
  entry.done = new Promise((done, fail) => waiting.push(() => upload(file, progress).then(done, fail)));
  next();
  return entry.done;
}

/** The upload of that card in this tab, whether it is on its way, done or failed. */
export const uploadOf = (key) => uploads.get(key) ?? null;

/** How much of the file of that card is there, from 0 to 1. */
export function useProgress(key) {
  const entry = uploads.get(key);
  const [share, setShare] = useState(entry?.progress ?? 0);
  useEffect(() => {
    if (!entry) return undefined;
    entry.tell = setShare;
    return () => (entry.tell = null);
  }, [entry]);
  return share;
}
