// One pin: as a card in a month or a week, and as a row in a list.

import { Link } from './app.js';
import { isMovable, titleOf } from './calendar-pins.js';
import { Tag, canBeShown, html, useState } from './parts.js';
import { useMemo } from './preact-htm.js';
import { t } from './texts.js';
import { clock, fields, moment, offsetText } from './time.js';

const words = t.calendar;

// So that states are told apart without their colours.
const SIGNS = { draft: '✎', scheduled: '◷', publishing: '↻', published: '✓', held: '‖', failed: '✕', needs_review: '!', cancelled: '–' };

export function Sign({ state }) {
  return html`<span class="sign" aria-hidden="true">${SIGNS[state] ?? '?'}</span>`;
}

/** The time on the clock; of an hour that the clocks show twice, with the offset. */
function timeOf(at, zone) {
  const isTwice = moment(fields(at, zone), zone).kind === 'fold';
  return isTwice ? `${clock(at, zone)} (${offsetText(at, zone)})` : clock(at, zone);
}

export const boardOf = (pin, names) => names.boards.get(pin.board_id)?.name ?? pin.board_id;
export const accountOf = (pin, names) => names.accounts.get(pin.account_id)?.username ?? pin.account_id;

/** A small card. `desk` is what the cards share: `{zone, names, selected, select, askMove, lift}`. */
export function Card({ pin, desk, tabbable = true }) {
  const { zone, names } = desk;
  const isSelected = desk.selected.has(pin.id);
  const board = boardOf(pin, names);
  return useMemo(() => {
    const title = titleOf(pin);
    const time = timeOf(pin.publish_at, zone);
    const tab = tabbable ? null : -1;
    return html`
      <li class=${`pin ${pin.status} ${isSelected ? 'selected' : ''}`} data-pin=${pin.id} draggable="true"
        onDragStart=${(event) => desk.lift(event, pin)}>
        <${Link} href=${`/app/pins/${pin.id}`} draggable=${false} tabindex=${tab} title=${title}>
          <span class="when"><${Sign} state=${pin.status} /> <span class="unseen">${t.status[pin.status]}, </span>${time}</span>
          ${' '}<span class="what">${title}</span> <span class="board">${board}</span>
        <//>
        <span class="tools">
          <${Box} pin=${pin} desk=${desk} tab=${tab} isSelected=${isSelected} title=${title} />
          ${isMovable(pin) && html`<button type="button" class="tool" tabindex=${tab} aria-label=${words.card.move(title)}
            title=${words.move.button} onClick=${() => desk.askMove(pin)}>⇄</button>`}
        </span>
      </li>
    `;
  }, [pin, zone, board, isSelected, tabbable, desk.select]);
}

/** A row with everything a planner looks for. */
export function Row({ pin, desk }) {
  const { zone, names } = desk;
  const isSelected = desk.selected.has(pin.id);
  const board = boardOf(pin, names);
  const account = accountOf(pin, names);
  return useMemo(() => {
    const title = titleOf(pin);
    return html`
      <li class=${`row-pin ${pin.status} ${isSelected ? 'selected' : ''}`} data-pin=${pin.id} draggable="true"
        onDragStart=${(event) => desk.lift(event, pin)}>
        <${Box} pin=${pin} desk=${desk} isSelected=${isSelected} title=${title} />
        <p class="when">${pin.publish_at && html`<time datetime=${pin.publish_at}>${timeOf(pin.publish_at, zone)}</time>`}</p>
        <${Picture} pin=${pin} />
        <div class="about">
          <p class="what"><${Link} href=${`/app/pins/${pin.id}`} draggable=${false}>${title}<//></p>
          <p class="quiet where">${board} · ${account}</p>
          ${(pin.reason ?? pin.warning) && html`<p class="why">${(pin.reason ?? pin.warning).message}</p>`}
        </div>
        <p class="state"><${Tag} kind=${pin.status}><${Sign} state=${pin.status} /> ${t.status[pin.status]}<//></p>
        ${isMovable(pin) && html`<button type="button" class="button plain move" aria-label=${words.card.move(title)}
          onClick=${() => desk.askMove(pin)}>${words.move.button}</button>`}
      </li>
    `;
  }, [pin, zone, board, account, isSelected, desk.select]);
}

function Box({ pin, desk, tab, isSelected, title }) {
  return html`<label class="box"><input type="checkbox" tabindex=${tab} checked=${isSelected} aria-label=${words.card.select(title)}
    onClick=${(event) => desk.select(pin, event.currentTarget.checked, event.shiftKey)} /></label>`;
}

function Picture({ pin }) {
  const [failed, setFailed] = useState(false);
  const { media } = pin.content;
  const source = media?.url ?? media?.cover_image_url;
  if (!source || failed || !canBeShown(source)) return html`<span class="picture" aria-hidden="true"></span>`;
  return html`<img class="picture" src=${source} alt="" loading="lazy" decoding="async" draggable=${false} onError=${() => setFailed(true)} />`;
}
