// Choosing files for new pins: a zone to drop them in where there are none yet, otherwise a button.

import { ACCEPTED } from './compose-file.js';
import { html, useRef } from './parts.js';
import { t } from './texts.js';

const words = t.create.files;

export function AddFiles({ isEmpty = false, onFiles }) {
  const input = useRef(null);
  const choose = () => (onFiles([...input.current.files]), (input.current.value = ''));
  const control = html`<label class=${isEmpty ? 'button choose' : 'button'} for="new-files">${isEmpty ? words.choose : words.add}</label>
    <input id="new-files" class="own-file" type="file" multiple accept=${ACCEPTED} ref=${input} aria-describedby=${isEmpty ? 'new-files-hint' : null} onChange=${choose} />`;
  if (!isEmpty) return html`<div class="add-files">${control}</div>`;
  return html`<div class="field file drop-zone many"><div>
    <p class="drop-text">${words.drop}</p>
    <div class="row">${control}</div>
    <p class="hint" id="new-files-hint">${words.hint}</p>
  </div></div>`;
}
