// What the calendar shows, as it is written in the address: so back, forward and links work.

import { go } from './app.js';
import { recall, remember } from './browser-store.js';
import { dayOf, isDay } from './calendar-days.js';
import { HERE } from './time.js';

export const VIEWS = ['month', 'week', 'list'];
const ZONE = 'pinwheel.zone';

// Who looks at the calendar, and what they looked at last.
let owner = '';
const slotOf = () => `pinwheel.calendar.${owner}`;

/**
 * `{view, day, zone, account, board, states, text}` of the query; where it says nothing at all, what `name` looked at last. The day of
 * another day's visit is not gone back to.
 */
export function read(query, name = owner) {
  owner = name;
  const zone = [query.get('zone'), localStorage.getItem(ZONE), HERE].find(isZone);
  const today = dayOf(Date.now(), zone);
  if ([...query.keys()].every((each) => each === 'pin')) {
    const kept = recall(slotOf());
    if (kept && VIEWS.includes(kept.view)) return { ...kept.shown, view: kept.view, zone, day: kept.on === today && isDay(kept.shown.day) ? kept.shown.day : today, text: '' };
  }
  return {
    view: VIEWS.includes(query.get('view')) ? query.get('view') : 'month',
    day: isDay(query.get('day')) ? query.get('day') : today,
    zone,
    account: query.get('account') ?? '',
    board: query.get('board') ?? '',
    states: (query.get('state') ?? '').split(',').filter(Boolean),
    text: query.get('q') ?? '',
  };
}

/** The address of what is shown. */
function address({ view, day, zone, account, board, states, text }) {
  const query = new URLSearchParams();
  if (view !== 'month') query.set('view', view);
  query.set('day', day);
  if (zone !== HERE) query.set('zone', zone);
  if (account) query.set('account', account);
  if (board) query.set('board', board);
  if (states.length > 0) query.set('state', states.join(','));
  if (text) query.set('q', text);
  return `/app/calendar?${query}`;
}

/** Shows something else: another view, month or week is gone to, everything else replaces the address. */
export function change(shown, changes) {
  const isAnother = changes.view !== undefined || (changes.day !== undefined && changes.stay !== true);
  const { view, stay, ...next } = { ...shown, ...changes };
  remember(slotOf(), { view, shown: next, on: dayOf(Date.now(), next.zone) });
  go(address({ ...next, view }), { replace: !isAnother });
}

/** Remembers the zone for the next time. */
export function keepZone(zone) {
  if (zone === HERE) localStorage.removeItem(ZONE);
  else localStorage.setItem(ZONE, zone);
}

function isZone(zone) {
  try {
    return Boolean(zone && new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}
