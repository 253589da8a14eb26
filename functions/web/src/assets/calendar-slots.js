// Free posting times in the calendar, where a pin can be created or dropped; only from now on.

import { get } from './api.js';
import { Link } from './app.js';
import { addDays, groupByDay, startOf } from './calendar-days.js';
import { markOf, shortTime } from './calendar-card.js';
import { html, useEffect, useMemo, useState } from './parts.js';
import { t } from './texts.js';

const words = t.calendar.slots;

/** How many of a day are shown one by one. */
export const MOST_OF_DAY = 3;

// After a change they are asked for again once the last of several is through.
const AGAIN_MS = 800;

const MINUTE_MS = 60_000;

// Pins of other states go out at their time, or went, so their slot is taken.
const LEAVES_SLOT_FREE = ['draft', 'failed', 'cancelled'];

const minuteOf = (account, at) => `${account} ${Math.floor(+new Date(at) / MINUTE_MS)}`;

/**
 * The free posting times of those days: a Map from day to `{at, account_id}`, and all of them in order. `pins` are those of the
 * period, so that a slot is gone at once when a pin is dropped on it; `changes` counts what was changed on the page.
 */
export function useSlots({ from, to, zone, names, account, pins, changes }) {
  const [found, setFound] = useState([]);
  const living = [...names.accounts.values()].filter(({ id, state }) => state !== 'disconnected' && (!account || id === account));
  const ids = living.map(({ id }) => id).join(' ');
  useEffect(() => {
    const [start, end] = [startOf(from, zone), startOf(addDays(to, 1), zone)];
    if (!ids || +end <= Date.now()) return setFound([]);
    const asking = new AbortController();
    const query = new URLSearchParams({ from: new Date(Math.max(+start, Date.now())).toISOString(), to: end.toISOString() });
    const read = async (id) => {
      const { items } = await get(`/v1/accounts/${id}/slots?${query}`, { signal: asking.signal });
      return items.filter(({ state }) => state === 'free').map(({ at }) => ({ at, account_id: id }));
    };
    // Without them the days show their pins all the same.
    const load = () => Promise.all(ids.split(' ').map(read)).then((all) => setFound(all.flat()), () => {});
    const timer = setTimeout(load, changes > 0 ? AGAIN_MS : 0);
    return () => (clearTimeout(timer), asking.abort());
  }, [ids, from, to, zone, changes]);
  return useMemo(() => {
    const isTaken = new Set(pins.filter(({ status }) => !LEAVES_SLOT_FREE.includes(status)).map((pin) => minuteOf(pin.account_id, pin.publish_at)));
    const free = found.filter(({ at, account_id }) => +new Date(at) > Date.now() && !isTaken.has(minuteOf(account_id, at)));
    const days = groupByDay(free, zone, (slot) => slot.at);
    return { days, inOrder: [...days.keys()].sort().flatMap((day) => days.get(day)) };
  }, [found, pins, zone]);
}

/** The first slot of that day that a pin of the account can take. */
export const firstOf = (slots, day, account) => (slots.days.get(day) ?? []).find((slot) => slot.account_id === account) ?? null;

/** The address of a new pin in that slot. */
const createAt = ({ at }) => `/app/create?at=${encodeURIComponent(at)}`;

/** A slot as a tile of a month, or as a row of a day. */
export function Ghost({ slot, desk, kind }) {
  const mark = markOf(slot, desk.names);
  const time = shortTime(slot.at, desk.zone);
  const badge = mark && html`<span class=${`badge mark hue-${mark.hue}`} title=${mark.name} aria-hidden="true">${mark.letter}</span>`;
  return html`<li class=${`ghost ${kind}`} data-slot=${slot.at} data-account=${slot.account_id}>
    <${Link} href=${createAt(slot)} draggable=${false} data-item tabindex=${kind === 'panel' ? null : -1}>
      ${kind === 'tile'
        ? html`<span class="outline" aria-hidden="true">+${badge}</span><span class="when">${time}</span><span class="unseen"> ${words.free}</span>`
        : html`<span class="when">${time}</span><span class="grow">${words.free}</span>${badge}<span aria-hidden="true">+</span>`}
      <span class="unseen">${mark && ` (${mark.name})`}: ${words.create}</span>
    <//>
  </li>`;
}
