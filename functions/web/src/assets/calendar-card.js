// One pin: as a tile in a month, as a card in a week, and as a row in a list.

import { PinLink } from './pin-link.js';
import { isMovable, titleOf } from './calendar-pins.js';
import { Skeleton, Tag, html } from './parts.js';
import { plain } from './plain.js';
import { useMemo } from './preact-htm.js';
import { Sign } from './signs.js';
import { t } from './texts.js';
import { Thumb, slidesOf } from './thumb.js';
import { clock, fields, moment, offsetText } from './time.js';

const words = t.calendar;

/** The time on the clock; of an hour that the clocks show twice, with the offset. */
function timeOf(at, zone) {
  const isTwice = moment(fields(at, zone), zone).kind === 'fold';
  return isTwice ? `${clock(at, zone)} (${offsetText(at, zone)})` : clock(at, zone);
}

/** `9:30` or `6:30p`: as short as a tile. */
export function shortTime(at, zone) {
  return clock(at, zone).replace(/^0(?=\d)/, '').replace(/\s?([ap])\.?m\.?/i, (_, half) => half.toLowerCase());
}

/** The name of a board; null while it is not known. */
export const boardOf = (pin, names) => names.boards.get(pin.board_id)?.name ?? (names.isComplete ? words.unknownBoard : null);
export const accountOf = (pin, names) => names.accounts.get(pin.account_id)?.username ?? (names.isComplete ? words.unknownAccount : null);

/** What tells accounts apart, where there are several: a colour by the order in which they were connected, and a letter. */
export function markOf(pin, names) {
  if (names.accounts.size < 2) return null;
  const index = [...names.accounts.keys()].indexOf(pin.account_id);
  const name = names.accounts.get(pin.account_id)?.username;
  return name ? { hue: index % 8, letter: name.slice(0, 1).toUpperCase(), name } : null;
}

/** A picture with its time, for a cell of a month or the drafts. `desk` is what all of them share: `{zone, names, selected, select, askMove, carry, lift}`. */
export function Tile({ pin, desk, tab = -1 }) {
  const { zone, names } = desk;
  const isSelected = desk.selected.has(pin.id);
  const mark = markOf(pin, names);
  const board = boardOf(pin, names);
  return useMemo(() => {
    const title = titleOf(pin);
    return html`
      <li class=${`tile ${pin.status} ${isSelected ? 'selected' : ''}`} data-pin=${pin.id} draggable="true"
        onDragStart=${(event) => desk.lift(event, pin)}>
        <${PinLink} id=${pin.id} draggable=${false} tabindex=${tab} data-item title=${pin.publish_at ? null : title}>
          <${Thumb} preview=${pin.preview} size="tile" status=${pin.status} mark=${mark} count=${slidesOf(pin)} />
          <span class="unseen">${title}, ${t.status[pin.status]}, </span><span class="when">${pin.publish_at && shortTime(pin.publish_at, zone)}</span>
        <//>
        <${Box} pin=${pin} desk=${desk} tab=${-1} isSelected=${isSelected} title=${title} />
        ${isMovable(pin) && html`<button type="button" class="tool" tabindex="-1" aria-label=${words.card.move(title)}
          title=${words.move.button} onClick=${() => desk.carry(pin)}>⇄</button>`}
      </li>
    `;
  }, [pin, zone, board, mark?.letter, isSelected, tab, desk.select]);
}

/** A card with its picture, for a day of a week. */
export function Card({ pin, desk }) {
  const { zone, names } = desk;
  const isSelected = desk.selected.has(pin.id);
  const board = boardOf(pin, names);
  const mark = markOf(pin, names);
  return useMemo(() => {
    const title = titleOf(pin);
    return html`
      <li class=${`pin ${pin.status} ${isSelected ? 'selected' : ''}`} data-pin=${pin.id} draggable="true"
        onDragStart=${(event) => desk.lift(event, pin)}>
        <${PinLink} id=${pin.id} draggable=${false} tabindex="-1" data-item title=${title}>
          <${Thumb} preview=${pin.preview} size="card" mark=${mark} count=${slidesOf(pin)} />
          <span class="lines">
            <span class="when"><${Sign} state=${pin.status} /> <span class="unseen">${t.status[pin.status]}, </span>${timeOf(pin.publish_at, zone)}</span>
            ${' '}<span class="what">${title}</span> <span class="board">${board ?? html`<${Skeleton} />`}</span>
          </span>
        <//>
        <span class="tools">
          <${Box} pin=${pin} desk=${desk} tab=${-1} isSelected=${isSelected} title=${title} />
          ${isMovable(pin) && html`<button type="button" class="tool" tabindex="-1" aria-label=${words.card.move(title)}
            title=${words.move.button} onClick=${() => desk.carry(pin)}>⇄</button>`}
        </span>
      </li>
    `;
  }, [pin, zone, board, mark?.letter, isSelected, desk.select]);
}

/** A row with everything a planner looks for. */
export function Row({ pin, desk, tab = null }) {
  const { zone, names } = desk;
  const isSelected = desk.selected.has(pin.id);
  const board = boardOf(pin, names);
  const account = accountOf(pin, names);
  const mark = markOf(pin, names);
  return useMemo(() => {
    const title = titleOf(pin);
    return html`
      <li class=${`row-pin ${pin.status} ${isSelected ? 'selected' : ''}`} data-pin=${pin.id} draggable="true"
        onDragStart=${(event) => desk.lift(event, pin)}>
        <${Box} pin=${pin} desk=${desk} tab=${tab} isSelected=${isSelected} title=${title} />
        <${Thumb} preview=${pin.preview} size="row" mark=${mark} count=${slidesOf(pin)} />
        <p class="when">${pin.publish_at && html`<time datetime=${pin.publish_at}>${timeOf(pin.publish_at, zone)}</time>`}</p>
        <div class="about">
          <p class="what"><${PinLink} id=${pin.id} draggable=${false} tabindex=${tab} data-item>${title}<//></p>
          <p class="quiet where">${board ?? html`<${Skeleton} />`}${account && ` · ${account}`}</p>
          ${(pin.reason ?? pin.warning) && html`<p class="why">${plain((pin.reason ?? pin.warning).message)}</p>`}
        </div>
        <p class="state"><${Tag} kind=${pin.status}><${Sign} state=${pin.status} /> ${t.status[pin.status]}<//></p>
        ${isMovable(pin) && html`<button type="button" class="button plain move" tabindex=${tab} aria-label=${words.card.move(title)}
          onClick=${() => desk.askMove(pin)}>${words.move.button}</button>`}
      </li>
    `;
  }, [pin, zone, board, account, mark?.letter, isSelected, tab, desk.select]);
}

function Box({ pin, desk, tab, isSelected, title }) {
  return html`<label class="box"><input type="checkbox" tabindex=${tab} checked=${isSelected} aria-label=${words.card.select(title)}
    onClick=${(event) => desk.select(pin, event.currentTarget.checked, event.shiftKey)} /></label>`;
}

/** Rows whose pins are not known yet. */
export function SkeletonRows({ count = 3 }) {
  return html`<ul class="plain rows" aria-hidden="true">${Array.from({ length: count }, () => html`<li class="row-pin skeleton-row">
    <span class="thumb thumb-row skeleton"></span><div class="about"><${Skeleton} /><${Skeleton} /></div></li>`)}</ul>`;
}
