// Files that are dropped or pasted anywhere: the browser never leaves the page for one, and where it makes sense they become
// the picture of a pin.

import { html, useEffect, useState } from './parts.js';
import { t } from './texts.js';

const takers = [];
let waiting = null;

/** Lets `take(files, event)` have what is dropped or pasted as long as the component is shown; the last one that asks gets it. */
export function useDroppedFiles(take) {
  useEffect(() => {
    const taker = (...given) => take(...given);
    takers.push(taker);
    return () => takers.splice(takers.indexOf(taker), 1);
  }, [take]);
}

/** Keeps files for the page that is gone to. */
export const keepFiles = (files) => (waiting = files);

/** The files that were kept, once. */
export function takeFiles() {
  const files = waiting;
  waiting = null;
  return files;
}

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
const isTyping = (event) => event.target.closest?.('input, textarea, select');

/** Listens on the whole document; `otherwise(files, event)` gets what no component takes. Shows that a drop is taken. */
export function DropGuard({ otherwise }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    let timer = null;
    const over = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = otherwise ? 'copy' : 'none';
      setOver(Boolean(otherwise));
      // Leaving the window is not always told.
      clearTimeout(timer);
      timer = setTimeout(() => setOver(false), 400);
    };
    const give = (files, event) => {
      const take = takers.at(-1) ?? otherwise;
      if (files.length > 0 && otherwise) take?.(files, event);
    };
    const drop = (event) => {
      // Text and links are dropped into fields only; anywhere else the browser would follow them.
      if (!hasFiles(event)) return event.defaultPrevented || isTyping(event) || event.preventDefault();
      event.preventDefault();
      setOver(false);
      return give([...event.dataTransfer.files], event);
    };
    const paste = (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // What is copied from a table is a text and a picture of it.
      const isText = isTyping(event) && event.clipboardData.types.includes('text/plain');
      if (files.length === 0 || isText) return;
      event.preventDefault();
      give(files, event);
    };
    for (const [name, act] of Object.entries({ dragover: over, drop, paste })) document.addEventListener(name, act);
    return () => {
      clearTimeout(timer);
      for (const [name, act] of Object.entries({ dragover: over, drop, paste })) document.removeEventListener(name, act);
    };
  }, [otherwise]);
  return html`${isOver && html`<div class="veil" aria-hidden="true"><p>${t.drop.veil}</p></div>`}`;
}
