// The drafts, below the days: dragged out to be scheduled, and in to be drafts again.

import { Tile } from './calendar-card.js';
import { html } from './parts.js';
import { t } from './texts.js';

const words = t.calendar.drafts;

export function Shelf({ drafts, desk, isKnown }) {
  return html`
    <section class="shelf" data-shelf aria-labelledby="shelf">
      <h2 id="shelf">${words.title} <span class="count">${isKnown ? drafts.length : '–'}</span></h2>
      ${drafts.length > 0 && html`<ul class="plain pin-tiles">${drafts.map((pin) => html`<${Tile} key=${pin.id} pin=${pin} desk=${desk} tab=${0} />`)}</ul>`}
      <p class="quiet">${drafts.length > 0 ? words.drag : isKnown ? words.empty : t.loading}</p>
    </section>
  `;
}
