// What the texts and links of a pin have that may not be meant, as the API found it.

import { html, Notice } from './parts.js';
import { plain } from './plain.js';
import { t } from './texts.js';

const words = t.compose;

/** Nothing where there is nothing to say, as of a pin that cannot be changed any more. */
export function Notes({ pin }) {
  const notes = pin?.notes ?? [];
  if (notes.length === 0) return null;
  return html`<${Notice} kind="warn" title=${words.notes}><ul class="plain notes">
    ${notes.map(({ field, message }) => html`<li><strong>${nameOf(field)}:</strong> ${plain(message)}</li>`)}</ul><//>`;
}

/** `content.media.items[1].title` as it is called on the pages. */
function nameOf(field) {
  return words.fields[field.split('.').pop()] ?? words.picture.label;
}
