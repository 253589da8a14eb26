// A month: a cell a day, and beside it everything that is on the chosen day.

import { Card, Row } from './calendar-card.js';
import { addDays, addMonths, asUtc, clockChange, dayOf, startOf, weekOf, weeksOf } from './calendar-days.js';
import { Link } from './app.js';
import { html, useEffect, useRef } from './parts.js';
import { t } from './texts.js';
import { moment, write } from './time.js';

const words = t.calendar;

// What fits into a cell; the rest is told by their number.
const MOST_IN_CELL = 3;

// When a new pin is planned on another day than today.
const USUAL_HOUR = 9;

const DAY_NAME = { weekday: 'long', day: 'numeric', month: 'long' };

export const dayName = (day) => write(asUtc(day), DAY_NAME, 'UTC');

/** `days` is a Map from day to pins; `choose(day)` shows that day, of whichever month. */
export function Month({ day, today, days, desk, firstDay, compact, choose }) {
  const weeks = weeksOf(day, firstDay);
  const grid = useRef(null);
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
    <table class="month" ref=${grid} onKeyDown=${onKey}>
      <caption class="unseen">${words.day.grid}</caption>
      <thead><tr>${weeks[0].map((each) => html`<th scope="col">
        <span aria-hidden="true">${write(asUtc(each), { weekday: 'short' }, 'UTC')}</span>
        <span class="unseen">${write(asUtc(each), { weekday: 'long' }, 'UTC')}</span></th>`)}</tr></thead>
      <tbody>${weeks.map((week) => html`<tr key=${week[0]}>${week.map((each) => html`
        <${Cell} key=${each} day=${each} pins=${days.get(each) ?? NONE} desk=${desk} compact=${compact} choose=${choose}
          isToday=${each === today} isChosen=${each === day} isOther=${each.slice(0, 7) !== day.slice(0, 7)} />`)}</tr>`)}</tbody>
    </table>
  `;
}

const NONE = [];

function Cell({ day, pins, desk, compact, choose, isToday, isChosen, isOther }) {
  const most = pins.length === MOST_IN_CELL + 1 ? pins.length : MOST_IN_CELL;
  const shown = compact ? NONE : pins.slice(0, most);
  const change = clockChange(day, desk.zone);
  const classes = [isToday && 'today', isChosen && 'chosen', isOther && 'other'].filter(Boolean).join(' ');
  const open = () => (choose(day), requestAnimationFrame(() => document.getElementById('day-panel')?.focus()));
  return html`
    <td class=${classes} data-day=${day}>
      <div class="head">
        <button type="button" class="date" tabindex=${isChosen ? 0 : -1} data-chosen=${isChosen ? '' : null} onClick=${() => choose(day)}
          aria-current=${isToday ? 'date' : null} aria-pressed=${isChosen ? 'true' : 'false'}>
          <span class="number" aria-hidden="true">${Number(day.slice(8)).toLocaleString(navigator.language)}</span>
          <span class="unseen">${dayName(day)}, ${words.day.pins(pins.length)}</span>
          ${compact && pins.length > 0 && html`<${Dots} pins=${pins} />`}
        </button>
        ${change !== 0 && !compact && html`<span class="clocks" title=${words.day.clocks(change)}>${change > 0 ? '+' : '−'}${Math.abs(change)}′
          <span class="unseen">${words.day.clocks(change)}</span></span>`}
      </div>
      ${shown.length > 0 && html`<ul class="plain">
        ${shown.map((pin) => html`<${Card} key=${pin.id} pin=${pin} desk=${desk} tabbable=${isChosen} />`)}</ul>`}
      ${!compact && pins.length > shown.length && html`<button type="button" class="more" tabindex=${isChosen ? 0 : -1} onClick=${open}>
        ${words.day.more(pins.length - shown.length)}<span class="unseen">, ${dayName(day)}</span></button>`}
    </td>
  `;
}

/** On a narrow page: how many, and in which states. */
function Dots({ pins }) {
  const states = [...new Set(pins.map((pin) => pin.status))].slice(0, 3);
  return html`<span class="dots" aria-hidden="true">${states.map((state) => html`<span class=${`dot ${state}`}></span>`)}</span>
    <span class="total" aria-hidden="true">${pins.length}</span>`;
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

/** Everything that is on one day. */
export function DayPanel({ day, pins, total, desk }) {
  const change = clockChange(day, desk.zone);
  return html`
    <section class="card day-panel" aria-labelledby="day-panel">
      <h2 id="day-panel" tabindex="-1">${dayName(day)}</h2>
      <p class="quiet" aria-live="polite">${words.day.pins(pins.length)}${change !== 0 && html` · ${words.day.clocks(change)}`}</p>
      ${pins.length > 0 && html`<ul class="plain rows">${pins.map((pin) => html`<${Row} key=${pin.id} pin=${pin} desk=${desk} />`)}</ul>`}
      <${PlanDay} day=${day} zone=${desk.zone} isEmpty=${pins.length === 0} isFiltered=${total > pins.length} />
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
