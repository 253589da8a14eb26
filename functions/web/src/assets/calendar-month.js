// A month: a cell a day, and beside it everything that is on the chosen day.

import { Row, SkeletonRows, Tile } from './calendar-card.js';
import { addDays, addMonths, asUtc, clockChange, dayOf, startOf, weekOf, weeksOf } from './calendar-days.js';
import { Link } from './app.js';
import { Peek, usePeek } from './calendar-peek.js';
import { Ghost, MOST_OF_DAY } from './calendar-slots.js';
import { Button, html, useEffect, useRef } from './parts.js';
import { t } from './texts.js';
import { Thumb } from './thumb.js';
import { moment, write } from './time.js';

const words = t.calendar;

// What fits into a cell: two rows of tiles. Where there are more, the last tile says how many.
const MOST_IN_CELL = 8;

// When a new pin is planned on another day than today.
const USUAL_HOUR = 9;

const DAY_NAME = { weekday: 'long', day: 'numeric', month: 'long' };

export const dayName = (day) => write(asUtc(day), DAY_NAME, 'UTC');

/** `Thu, Dec 3` */
export const dayShort = (day) => write(asUtc(day), { weekday: 'short', month: 'short', day: 'numeric' }, 'UTC');

/** `days` is a Map from day to pins; `choose(day)` shows that day, of whichever month, and `open(day)` everything on it. */
export function Month({ day, today, days, slots, desk, firstDay, compact, choose, open, isKnown }) {
  const weeks = weeksOf(day, firstDay);
  const grid = useRef(null);
  const peek = usePeek();
  const byKey = useRef(false);
  // The chosen day keeps the focus when the arrow keys lead to another month.
  useEffect(() => {
    if (byKey.current) grid.current.querySelector('[data-chosen]')?.focus();
    byKey.current = false;
  }, [day]);
  const onKey = (event) => {
    const to = event.target.matches('.date') ? target(event.key, day, firstDay) : null;
    if (!to) return;
    event.preventDefault();
    byKey.current = true;
    choose(to);
  };
  return html`
    <table class="month" ref=${grid} onKeyDown=${onKey} ...${peek.on}>
      <caption class="unseen">${words.day.grid}</caption>
      <thead><tr>${weeks[0].map((each) => html`<th scope="col">
        <span aria-hidden="true">${write(asUtc(each), { weekday: compact ? 'narrow' : 'short' }, 'UTC')}</span>
        <span class="unseen">${write(asUtc(each), { weekday: 'long' }, 'UTC')}</span></th>`)}</tr></thead>
      <tbody>${weeks.map((week) => html`<tr key=${week[0]} class=${week[6] < today && isKnown(week[0]) && !week.some((each) => days.has(each)) ? 'over-and-empty' : ''}>${week.map((each) => html`
        <${Cell} key=${each} day=${each} pins=${days.get(each) ?? NONE} slots=${slots.days.get(each) ?? NONE} desk=${desk} compact=${compact} choose=${choose} open=${open}
          isLoading=${!isKnown(week[0])} isPast=${each < today}
          isToday=${each === today} isChosen=${each === day} isOther=${each.slice(0, 7) !== day.slice(0, 7)} />`)}</tr>`)}</tbody>
    </table>
    <${Peek} of=${peek} days=${days} desk=${desk} />
  `;
}

const NONE = [];

function Cell({ day, pins, slots, desk, compact, choose, open, isToday, isChosen, isOther, isPast, isLoading }) {
  const most = pins.length > MOST_IN_CELL ? MOST_IN_CELL - 1 : MOST_IN_CELL;
  const shown = pins.slice(0, most);
  const rest = pins.length - shown.length;
  const ghosts = slots.slice(0, Math.max(0, Math.min(MOST_OF_DAY, MOST_IN_CELL - shown.length - (rest > 0 ? 1 : 0))));
  const more = slots.length - ghosts.length;
  const change = clockChange(day, desk.zone);
  const isUnknown = isLoading && pins.length === 0;
  const classes = [isToday && 'today', isChosen && 'chosen', isOther && 'other', isPast && 'past'].filter(Boolean).join(' ');
  const tab = isChosen ? 0 : -1;
  return html`
    <td class=${classes} data-day=${day}>
      <div class="head">
        <button type="button" class="date" tabindex=${tab} data-chosen=${isChosen ? '' : null} onClick=${() => (compact ? choose(day) : open(day))}
          aria-current=${isToday ? 'date' : null} aria-pressed=${isChosen ? 'true' : 'false'}>
          <span class="number" aria-hidden="true">${Number(day.slice(8)).toLocaleString(navigator.language)}</span>
          <span class="unseen">${dayName(day)}, ${isUnknown ? t.loading : words.day.pins(pins.length)}${slots.length > 0 && `, ${words.slots.count(slots.length)}`}</span>
          ${compact && html`<${Cover} pins=${pins} isLoading=${isUnknown} />`}
        </button>
        ${!compact && change !== 0 && html`<span class="clocks" title=${words.day.clocks(change)}>${change > 0 ? '+' : '−'}${Math.abs(change)}′
          <span class="unseen">${words.day.clocks(change)}</span></span>`}
        ${!compact && pins.length > 0 && html`<span class="quiet count" aria-hidden="true">${pins.length}</span>`}
      </div>
      ${!compact && isUnknown && html`<div class="pin-tiles" aria-hidden="true">${[1, 2].map(() => html`<span class="thumb thumb-tile skeleton"></span>`)}</div>`}
      ${!compact && (shown.length > 0 || ghosts.length > 0) && html`<ul class="plain pin-tiles">
        ${shown.map((pin) => html`<${Tile} key=${pin.id} pin=${pin} desk=${desk} />`)}
        ${rest > 0 && html`<li class="rest"><button type="button" class="more" tabindex="-1" data-item onClick=${() => open(day)}>
          <span aria-hidden="true">+${rest}</span><span class="unseen">${words.day.more(rest)}, ${dayName(day)}</span></button></li>`}
        ${ghosts.map((slot) => html`<${Ghost} key=${slot.at + slot.account_id} slot=${slot} desk=${desk} kind="tile" />`)}</ul>`}
      ${!compact && more > 0 && html`<button type="button" class="more-free" tabindex="-1" data-item onClick=${() => open(day)}>${words.slots.more(more)}<span class="unseen">, ${dayName(day)}</span></button>`}
    </td>
  `;
}

/** On a narrow page: the picture of the first pin, and how many there are. */
function Cover({ pins, isLoading }) {
  const worst = pins.find((pin) => ['failed', 'needs_review'].includes(pin.status));
  return html`<span class="cover" aria-hidden="true">
    ${isLoading ? html`<span class="thumb skeleton"></span>` : pins.length > 0 && html`<${Thumb} preview=${(worst ?? pins[0]).preview} size="cover" status=${worst?.status} />`}
    ${pins.length > 1 && html`<span class="total">${pins.length}</span>`}
  </span>`;
}

/** What a key leads to from a day, as in any grid of days. */
function target(key, day, firstDay) {
  const week = weekOf(day, firstDay);
  const steps = {
    ArrowLeft: () => addDays(day, -1),
    ArrowRight: () => addDays(day, 1),
    ArrowUp: () => addDays(day, -7),
    ArrowDown: () => addDays(day, 7),
    Home: () => week[0],
    End: () => week[6],
    PageUp: () => addMonths(day, -1),
    PageDown: () => addMonths(day, 1),
  };
  return steps[key]?.() ?? null;
}

/** Everything that is on one day; with `onClose` it lies over the side of the page. */
export function DayPanel({ day, pins, slots, total, desk, isLoading, onClose }) {
  const change = clockChange(day, desk.zone);
  const onKey = (event) => event.key === 'Escape' && onClose && (event.stopPropagation(), onClose());
  return html`
    <section class=${`card day-panel ${onClose ? 'sheet' : ''}`} aria-labelledby="day-panel" onKeyDown=${onKey}>
      <div class="row spread">
        <h2 id="day-panel" tabindex="-1">${dayName(day)}</h2>
        ${onClose && html`<${Button} kind="plain" aria-label=${words.day.close} title=${words.day.close} onClick=${onClose}>✕<//>`}
      </div>
      <p class="quiet" aria-live="polite">${isLoading ? t.loading : words.day.pins(pins.length)}${slots.length > 0 && html` · ${words.slots.count(slots.length)}`}${change !== 0 && html` · ${words.day.clocks(change)}`}</p>
      ${isLoading && pins.length === 0 && html`<${SkeletonRows} />`}
      ${pins.length > 0 && html`<ul class="plain rows">${pins.map((pin) => html`<${Row} key=${pin.id} pin=${pin} desk=${desk} />`)}</ul>`}
      ${slots.length > 0 && html`<ul class="plain ghosts">${slots.map((slot) => html`<${Ghost} key=${slot.at + slot.account_id} slot=${slot} desk=${desk} kind="panel" />`)}</ul>`}
      <${PlanDay} day=${day} zone=${desk.zone} isEmpty=${!isLoading && pins.length === 0} isFiltered=${total > pins.length} />
    </section>
  `;
}

/** What to do about a day: plan something for it, unless it has passed. */
export function PlanDay({ day, zone, isEmpty, isFiltered }) {
  const at = planAt(day, zone);
  const text = isFiltered ? words.day.nothingShown : at ? words.day.none : words.day.past;
  return html`
    ${isEmpty && html`<p>${text}</p>`}
    ${at && html`<p><${Link} class="button" href=${`/app/compose?at=${encodeURIComponent(at.toISOString())}`}>${words.day.plan}<//></p>`}
  `;
}

/** A time for a new pin on that day: in the morning, today within the next two hours; null where the day has passed. */
export function planAt(day, zone) {
  const now = Date.now();
  if (+startOf(addDays(day, 1), zone) <= now) return null;
  const [year, month, date] = day.split('-').map(Number);
  const usual = moment({ year, month, day: date, hour: USUAL_HOUR }, zone).at;
  if (+usual > now) return usual;
  const hour = 3_600_000;
  const next = new Date((Math.floor(now / hour) + 2) * hour);
  return dayOf(next, zone) === day ? next : new Date(Math.ceil((now + 300_000) / 300_000) * 300_000);
}
