// A week: a column a day with its pins in order, or on request a row an hour; on a narrow page one day below the other.

import { Link } from './app.js';
import { Card, Row, SkeletonRows } from './calendar-card.js';
import { asUtc, clockChange, isSkipped, weekOf } from './calendar-days.js';
import { PlanDay, dayName, planAt } from './calendar-month.js';
import { Ghost, MOST_OF_DAY } from './calendar-slots.js';
import { html, useState } from './parts.js';
import { t } from './texts.js';
import { clock, fields, write } from './time.js';

const words = t.calendar;

// More than this in one hour is folded away.
const MOST_IN_HOUR = 5;

const HOURS_KEPT = 'pinwheel.hours';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export function Week({ day, today, days, slots, desk, firstDay, compact, totals, isKnown }) {
  const week = weekOf(day, firstDay);
  const [hours, setHours] = useState(() => localStorage.getItem(HOURS_KEPT) === 'yes');
  const choose = (is) => (localStorage.setItem(HOURS_KEPT, is ? 'yes' : 'no'), setHours(is));
  if (compact) return html`<${Days} week=${week} days=${days} slots=${slots} totals=${totals} desk=${desk} isLoading=${!isKnown(week[0])} />`;
  return html`
    <label class="check hours"><input type="checkbox" checked=${hours} onChange=${() => choose(!hours)} /> ${words.day.hours}</label>
    ${hours ? html`<${HourTable} week=${week} today=${today} days=${days} desk=${desk} />`
      : html`<div class="week-days">${week.map((each) => html`<${Column} key=${each} day=${each} pins=${days.get(each) ?? []} slots=${slots.days.get(each) ?? []} desk=${desk}
          isToday=${each === today} isPast=${each < today} isLoading=${!isKnown(week[0])} isFiltered=${(totals.get(each) ?? 0) > (days.get(each) ?? []).length} />`)}</div>`}
  `;
}

/** A day with its pins one below the other. */
function Column({ day, pins, slots, desk, isToday, isPast, isLoading, isFiltered }) {
  const change = clockChange(day, desk.zone);
  const at = planAt(day, desk.zone);
  return html`
    <section class=${`column ${isToday ? 'today' : ''} ${isPast ? 'past' : ''}`} aria-labelledby=${`day-${day}`} data-day=${day}>
      <h2 id=${`day-${day}`} aria-current=${isToday ? 'date' : null}>${write(asUtc(day), { weekday: 'short' }, 'UTC')} <span class="number">${Number(day.slice(8)).toLocaleString(navigator.language)}</span>
        <span class="quiet count">${isLoading && pins.length === 0 ? '–' : pins.length}<span class="unseen"> ${isLoading && pins.length === 0 ? t.loading : words.day.pins(pins.length)}, ${dayName(day)}</span></span></h2>
      ${change !== 0 && html`<p class="clocks">${words.day.clocks(change)}</p>`}
      ${isLoading && pins.length === 0 && [1, 2].map(() => html`<span class="pin skeleton" aria-hidden="true"></span>`)}
      ${pins.length > 0 && html`<ul class="plain">${pins.map((pin) => html`<${Card} key=${pin.id} pin=${pin} desk=${desk} />`)}</ul>`}
      ${isFiltered && pins.length === 0 && html`<p class="quiet">${words.day.nothingShown}</p>`}
      <${Ghosts} slots=${slots} desk=${desk} />
      ${at && html`<${Link} class="add" draggable=${false} tabindex="-1" data-item href=${`/app/compose?at=${encodeURIComponent(at.toISOString())}`} aria-label=${`${words.day.plan}: ${dayName(day)}`}>+<//>`}
    </section>
  `;
}

function Ghosts({ slots, desk }) {
  const [isOpen, setOpen] = useState(false);
  const rest = slots.length - MOST_OF_DAY;
  if (slots.length === 0) return null;
  return html`<ul class="plain ghosts">${(isOpen ? slots : slots.slice(0, MOST_OF_DAY)).map((slot) => html`<${Ghost} key=${slot.at + slot.account_id} slot=${slot} desk=${desk} kind="row" />`)}</ul>
    ${rest > 0 && !isOpen && html`<button type="button" class="more-free" tabindex="-1" data-item onClick=${() => setOpen(true)}>${words.slots.more(rest)}</button>`}`;
}

function HourTable({ week, today, days, desk }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${words.views.options[1][1]}>
      <table class="week">
        <thead><tr>
          <th scope="col"><span class="unseen">${words.day.hour}</span></th>
          ${week.map((each) => html`<${DayHead} key=${each} day=${each} count=${days.get(each)?.length ?? 0} isToday=${each === today} zone=${desk.zone} />`)}
        </tr></thead>
        <tbody>${HOURS.map((hour) => html`<${Hour} key=${hour} hour=${hour} week=${week} today=${today} desk=${desk}
          cells=${inHour(week, days, hour, desk.zone)} />`)}</tbody>
      </table>
    </div>
  `;
}

function DayHead({ day, count, isToday, zone }) {
  const change = clockChange(day, zone);
  return html`<th scope="col" class=${isToday ? 'today' : ''} aria-current=${isToday ? 'date' : null}>
    ${write(asUtc(day), { weekday: 'short', day: 'numeric', month: 'short' }, 'UTC')}
    <span class="quiet count">${words.day.pins(count)}</span>
    ${change !== 0 && html`<span class="clocks">${words.day.clocks(change)}</span>`}
  </th>`;
}

function inHour(week, days, hour, zone) {
  return week.map((day) => (days.get(day) ?? []).filter((pin) => fields(pin.publish_at, zone).hour === hour));
}

function Hour({ hour, week, today, cells, desk }) {
  return html`<tr>
    <th scope="row">${clock(Date.UTC(2026, 0, 1, hour), 'UTC')}</th>
    ${week.map((day, index) => html`<${HourCell} key=${day} day=${day} hour=${hour} pins=${cells[index]} isToday=${day === today} desk=${desk} />`)}
  </tr>`;
}

function HourCell({ day, hour, pins, isToday, desk }) {
  const [isOpen, setOpen] = useState(false);
  if (isSkipped(day, hour, desk.zone)) return html`<td class="skipped"><span class="quiet">${words.day.skipped}</span></td>`;
  const most = pins.length === MOST_IN_HOUR + 1 ? pins.length : MOST_IN_HOUR;
  const shown = isOpen ? pins : pins.slice(0, most);
  const rest = pins.length - most;
  return html`<td class=${isToday ? 'today' : ''} data-day=${day} data-hour=${hour}>
    ${shown.length > 0 && html`<ul class="plain">${shown.map((pin) => html`<${Card} key=${pin.id} pin=${pin} desk=${desk} />`)}</ul>`}
    ${rest > 0 && html`<button type="button" class="more" aria-expanded=${isOpen ? 'true' : 'false'} onClick=${() => setOpen(!isOpen)}>
      ${isOpen ? words.day.fewer : words.day.more(rest)}</button>`}
  </td>`;
}

function Days({ week, days, slots, totals, desk, isLoading }) {
  return week.map((day) => {
    const pins = days.get(day) ?? [];
    return html`<section key=${day} class="card day" aria-labelledby=${`day-${day}`} data-day=${day}>
      <h2 id=${`day-${day}`}>${dayName(day)}</h2>
      <p class="quiet">${isLoading && pins.length === 0 ? t.loading : words.day.pins(pins.length)}</p>
      ${isLoading && pins.length === 0 && html`<${SkeletonRows} count=${1} />`}
      <ul class="plain rows">${pins.map((pin) => html`<${Row} key=${pin.id} pin=${pin} desk=${desk} tab=${-1} />`)}</ul>
      <${Ghosts} slots=${slots.days.get(day) ?? []} desk=${desk} />
      <${PlanDay} day=${day} zone=${desk.zone} isEmpty=${!isLoading && pins.length === 0} isFiltered=${(totals.get(day) ?? 0) > pins.length} />
    </section>`;
  });
}
