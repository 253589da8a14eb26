// A month as a list: the drafts, then the days that have pins. Rows out of sight are not laid out (content-visibility in
// the sheet), which is what keeps a thousand of them quick.

import { Row, SkeletonRows } from './calendar-card.js';
import { monthOf } from './calendar-days.js';
import { dayName } from './calendar-month.js';
import { html } from './parts.js';
import { t } from './texts.js';

const words = t.calendar;

export function List({ day, today, days, drafts, desk, isLoading }) {
  const filled = monthOf(day).filter((each) => days.has(each));
  return html`
    <div class="list">
      ${drafts.length > 0 && html`<section class="card day" aria-labelledby="drafts">
        <h2 id="drafts">${words.drafts.title} <span class="quiet count">${words.day.pins(drafts.length)}</span></h2>
        <p class="quiet">${words.drafts.about}</p>
        <${Rows} pins=${drafts} desk=${desk} kind="drafts" />
      </section>`}
      ${isLoading && filled.length === 0 && html`<section class="card day"><${SkeletonRows} count=${6} /></section>`}
      ${filled.map((each) => html`<${Day} key=${each} day=${each} pins=${days.get(each)} isToday=${each === today} desk=${desk} />`)}
    </div>
  `;
}

function Day({ day, pins, isToday, desk }) {
  return html`<section class=${isToday ? 'card day today' : 'card day'} aria-labelledby=${`day-${day}`} data-day=${day}>
    <h2 id=${`day-${day}`} aria-current=${isToday ? 'date' : null}>${dayName(day)} <span class="quiet count">${words.day.pins(pins.length)}</span></h2>
    <${Rows} pins=${pins} desk=${desk} />
  </section>`;
}

function Rows({ pins, desk, kind = '' }) {
  return html`<ul class=${`plain rows ${kind}`}>${pins.map((pin) => html`<${Row} key=${pin.id} pin=${pin} desk=${desk} tab=${-1} />`)}</ul>`;
}
