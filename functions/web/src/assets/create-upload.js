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

// What cameras and phones call their files says nothing of what is on them.
const BY_CAMERA = /^(img|dsc|dscn|dscf|pxl|dji|mvimg|vid|mov|image|photo|picture|screenshot|screen shot|whatsapp image)?[\s\d().:at]*$/i;

/** The name of a file without its ending and its number: `01-lemon-cake.jpg` is `lemon-cake`. */
export const bareName = (fileName) => fileName.replace(/\.\w{2,5}$/, '').replace(/^\d{1,3}[-_ .)]+(?=\D)/, '');

/** The same as a title: `Lemon cake`; nothing where a camera gave the name. */
export function titleOf(fileName) {
  const words = bareName(fileName).replace(/[-_\s]+/g, ' ').trim();
  return BY_CAMERA.test(words) ? '' : words.charAt(0).toUpperCase() + words.slice(1);
}

/** A text as a part of an address: `lemon-cake`. */
export function slugOf(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '');
}
