// The figures of a range of pins as a file for reports.

import { file } from './api.js';
import { Button, Failure, Field, html, useAction, useState } from './parts.js';
import { t } from './texts.js';
import { fromInput } from './time.js';

const words = t.insights.export;
const DAY_MS = 86_400_000;

const dateOf = (at) => new Date(at).toISOString().slice(0, 10);

/** The next file without its header, which the first one has. */
const withoutHeader = (text) => text.slice(text.indexOf('\r\n') + 2);

export function Export({ account }) {
  const [from, setFrom] = useState(dateOf(Date.now() - 90 * DAY_MS));
  const [to, setTo] = useState(dateOf(Date.now()));
  const [done, setDone] = useState('');
  const isWrong = !from || !to || to < from;
  const saving = useAction(async () => {
    if (isWrong) return;
    const moment = (date, days) => new Date(+fromInput(`${date}T00:00`).at + days * DAY_MS).toISOString();
    const query = new URLSearchParams({ account_id: account.id, from: moment(from, 0), to: moment(to, 1) });
    let [text, next] = ['', `/v1/pins/analytics/export?${query}`];
    while (next) {
      const part = await file(next);
      text += text ? withoutHeader(part.text) : part.text;
      next = part.next;
    }
    save(text, `${account.username} ${from} ${to}.csv`);
    setDone(words.done(text.trim().split('\r\n').length - 1));
  });
  return html`
    <section class="card" aria-labelledby="export">
      <h2 id="export">${words.title}</h2>
      <p class="quiet">${words.about}</p>
      <form class="row dates" onSubmit=${(event) => (event.preventDefault(), setDone(''), saving.run())}>
        <${Field} label=${words.from}>${(given) => html`<input ...${given} type="date" value=${from} onInput=${(event) => setFrom(event.target.value)} />`}<//>
        <${Field} label=${words.to} error=${isWrong ? words.wrong : null}>${(given) => html`<input ...${given} type="date" value=${to} onInput=${(event) => setTo(event.target.value)} />`}<//>
        <${Button} type="submit" busy=${saving.busy}>${words.go}<//>
      </form>
      <${Failure} error=${saving.error} />
      <p class="said" role="status">${done}</p>
    </section>
  `;
}

// Without it spreadsheets take the file for one of another alphabet. An answer of a function loses it on its way.
const BYTE_ORDER_MARK = '\uFEFF';

function save(text, name) {
  const address = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
