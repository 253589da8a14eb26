// The rows of a file, those with something wrong first: each cell is changed where it stands.

import { Choice, Button, html, useState } from './parts.js';
import { t } from './texts.js';
import { Thumb } from './thumb.js';
import { dateTime } from './time.js';

const words = t.import;

// How many rows are drawn at first, and more by a button.
const PAGE = 100;

const SHOWN = ['Title', 'Pinterest board', 'Publish date'];

export function ImportTable({ sheet, check, edit, replaceAll }) {
  const [filter, setFilter] = useState('all');
  const [most, setMost] = useState(PAGE);
  const stateOf = (index) => check.rows.get(index)?.status ?? 'good';
  const order = { error: 0, warning: 1 };
  const every = sheet.rows.map((cells, index) => ({ cells, index, state: stateOf(index) }));
  const fitting = every.filter(({ state }) => filter === 'all' || state === filter).toSorted((one, two) => (order[one.state] ?? 2) - (order[two.state] ?? 2));
  const count = (state) => every.filter((row) => row.state === state).length;
  const options = [['all', words.filters.all(every.length)], ['error', words.filters.errors(count('error'))], ['warning', words.filters.warnings(count('warning'))]];
  return html`
    <${Choice} label=${words.filters.label} value=${filter} options=${options} onChange=${setFilter} />
    <ol class="plain import-rows">${fitting.slice(0, most).map((row) => html`<${Row} key=${row.index} ...${row} sheet=${sheet} told=${check.rows.get(row.index)} slot=${check.times[row.index]} edit=${edit} replaceAll=${replaceAll} />`)}</ol>
    ${fitting.length > most && html`<p><${Button} onClick=${() => setMost(most + PAGE)}>${words.more(fitting.length - most)}<//></p>`}
  `;
}

function Row({ cells, index, state, sheet, told, slot, edit, replaceAll }) {
  const cellOf = (column) => cells[sheet.columns.indexOf(column)] ?? '';
  const media = cellOf('Media URL');
  const preview = sheet.previews?.[media] ?? { url: /^https?:/.test(media) ? media : null, kind: 'image', expires_at: null };
  const notes = [...(told?.errors ?? []), ...(told?.warnings ?? [])];
  const wrong = new Map((told?.errors ?? []).map((error) => [error.field, error]));
  const shown = [...SHOWN, ...[...wrong.keys()].filter((field) => !SHOWN.includes(field))].filter((column) => sheet.columns.includes(column));
  const time = told?.publish_at ?? slot;
  return html`
    <li class=${`import-row row-${state}`}>
      <${Thumb} preview=${preview} size="row" />
      <span class="line quiet">${words.line(index + 2)}</span>
      <div class="cells">${shown.map((column) => html`<label key=${column}><span class="quiet">${words.columns[column] ?? column}</span>
        <input value=${cellOf(column)} aria-invalid=${wrong.has(column) ? 'true' : null} placeholder=${column === 'Publish date' ? (time ? dateTime(time) : words.noDate) : ''}
          onChange=${(event) => edit(index, column, event.target.value)} /></label>`)}</div>
      ${notes.length > 0 && html`<ul class="plain notes">${notes.map((note) => html`<li class=${wrong.get(note.field) === note ? 'error' : 'quiet'}>
        ${note.field !== 'row' && html`<strong>${words.columns[note.field] ?? note.field}:</strong> `}${note.message}
        ${note.meant && html` <${Suggestion} note=${note} value=${cellOf(note.field)} sheet=${sheet} replaceAll=${replaceAll} />`}</li>`)}</ul>`}
      ${state === 'good' && html`<span class="ok" aria-hidden="true">✓</span>`}
    </li>
  `;
}

/** What was meant, for every row that has the same in that column. */
function Suggestion({ note, value, sheet, replaceAll }) {
  const at = sheet.columns.indexOf(note.field);
  const count = sheet.rows.filter((cells) => cells[at] === value).length;
  return html`<${Button} onClick=${() => replaceAll(note.field, value, note.meant)}>${words.use(note.meant, count)}<//>`;
}
