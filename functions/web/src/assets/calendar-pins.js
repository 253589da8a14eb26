// The pins of the calendar: read week by week, changed at once on the page and put back where Pinwheel refuses.

import { all, ask, get } from './api.js';
import { addDays, inOrder, startOf } from './calendar-days.js';
import { useCallback, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';

const words = t.calendar;

// Pins go out while they are looked at.
const REFRESH_MS = 60_000;

// How long a pin takes to be out, and its index to show that.
const OUT_MS = 1_500;

// Boards are asked for at Pinterest, which counts that.
const BOARDS_MS = 600_000;

// A time that passed no longer ago than this is taken as now.
const TOLERANCE_MS = 60_000;

const MOVABLE = ['draft', 'scheduled', 'held', 'failed'];
const CANCELLABLE = ['draft', 'scheduled', 'held', 'failed', 'needs_review'];

export const isMovable = (pin) => MOVABLE.includes(pin.status);
export const isCancellable = (pin) => CANCELLABLE.includes(pin.status);
export const isFailed = (pin) => pin.status === 'failed';

export const titleOf = (pin) => pin.content.title || pin.content.description || words.untitled;

/** Why something was refused, in the words for the field where there are some. */
export function reasonOf(error) {
  return error.of?.('publish_at') ?? error.errors?.[0]?.message ?? error.message;
}

/**
 * The pins of those weeks and the drafts: `{known, isKnown, loading, error, reload, put, changes}`. Each week is
 * shown as soon as it is there; what is known of another time already is shown meanwhile.
 */
export function usePins(weeks, zone) {
  const known = useRef(new Map());
  const changed = useRef(new Map());
  const latest = useRef(null);
  const [state, setState] = useState({ version: 0, changes: 0, loading: true, error: null, at: null });
  const answered = useRef(new Set());
  const again = (rest) => setState((before) => ({ ...before, version: before.version + 1, ...rest }));

  const put = useCallback((...pins) => {
    for (const pin of pins) {
      known.current.set(pin.id, pin);
      changed.current.set(pin.id, performance.now());
    }
    setState((before) => ({ ...before, version: before.version + 1, changes: before.changes + 1 }));
  }, []);

  const key = `${weeks[0][0]} ${weeks.length} ${zone}`;
  const reload = useCallback(async () => {
    latest.current?.abort();
    const mine = new AbortController();
    latest.current = mine;
    setState((before) => ({ ...before, loading: true }));
    const parts = weeks.map((week) => ({ ...weekPart(week, zone), name: `${week[0]} ${zone}` }));
    parts.push(DRAFTS);
    const read = async (part) => {
      const since = performance.now();
      const pins = await all(part.path, { signal: mine.signal });
      if (mine.signal.aborted) return;
      replace(known.current, changed.current, pins, part, since);
      answered.current.add(part.name);
      again({});
    };
    try {
      await Promise.all(parts.map(read));
      if (!mine.signal.aborted) again({ loading: false, error: null, at: Date.now() });
    } catch (error) {
      if (!mine.signal.aborted) again({ loading: false, error });
    }
  }, [key]);

  useEffect(() => {
    reload();
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), REFRESH_MS);
    return () => (clearInterval(timer), latest.current?.abort());
  }, [key]);

  // What goes out while it is looked at is read when it has.
  useEffect(() => {
    const times = [...known.current.values()].filter((pin) => pin.status === 'scheduled').map((pin) => +new Date(pin.publish_at) - Date.now());
    const soonest = Math.min(...times.filter((time) => time > 0));
    if (soonest > REFRESH_MS) return undefined;
    const timer = setTimeout(reload, soonest + OUT_MS);
    return () => clearTimeout(timer);
  }, [state.version]);

  // Before a week was answered for, nobody knows what is in it.
  const isKnown = (first) => answered.current.has(`${first} ${zone}`);
  return { ...state, known: known.current, isKnown, knowsDrafts: answered.current.has(DRAFTS.name), reload, put };
}

const DRAFTS = { name: 'drafts', path: '/v1/pins?status=draft', holds: (pin) => pin.publish_at === null };

function weekPart(week, zone) {
  const from = startOf(week[0], zone);
  const to = startOf(addDays(week[6], 1), zone);
  const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), order: 'soonest' });
  const holds = ({ publish_at: at }) => at !== null && new Date(at) >= from && new Date(at) < to;
  return { path: `/v1/pins?${query}`, holds };
}

/** A pin as far as it is seen: signatures of the same picture differ from answer to answer. */
const shape = (pin) => JSON.stringify(pin.preview.expires_at ? { ...pin, preview: { ...pin.preview, url: pin.preview.url.split('?')[0] } } : pin);

/** Takes what was read in place of what was known of that part, but for what was changed here since the reading began. */
function replace(known, changed, pins, { holds }, since) {
  const isOlder = (id) => (changed.get(id) ?? -1) < since;
  const read = new Set(pins.map((pin) => pin.id));
  for (const pin of known.values()) {
    if (holds(pin) && !read.has(pin.id) && isOlder(pin.id)) known.delete(pin.id);
  }
  for (const pin of pins) {
    // What is as it was stays the same object, so that its card is not drawn again.
    const isNew = known.get(pin.id) === undefined || shape(known.get(pin.id)) !== shape(pin);
    if (isNew && isOlder(pin.id)) known.set(pin.id, pin);
  }
}

/** What is known of the pins between the days, in order; and the drafts without a time. */
export function within(known, from, to, zone) {
  const [start, end] = [+startOf(from, zone), +startOf(addDays(to, 1), zone)];
  const timed = [];
  const drafts = [];
  for (const pin of known.values()) {
    if (pin.publish_at === null) drafts.push(pin);
    else if (+new Date(pin.publish_at) >= start && +new Date(pin.publish_at) < end) timed.push(pin);
  }
  return { timed: inOrder(timed), drafts };
}

/** Moves a pin to a moment, or to none: `{pin, etag}`. Refuses where it is not as it was shown. */
export async function move(pin, at, { etag, signal } = {}) {
  if (at && +at < Date.now() - TOLERANCE_MS) throw new Error(words.move.past);
  const version = etag ?? (await versionOf(pin, signal));
  const body = { publish_at: at ? at.toISOString() : null };
  const done = await ask('PATCH', `/v1/pins/${pin.id}`, { body, headers: { 'if-match': version }, signal });
  return { pin: done.body, etag: done.etag };
}

export async function cancel(pin, { signal } = {}) {
  const version = await versionOf(pin, signal);
  return (await ask('DELETE', `/v1/pins/${pin.id}`, { headers: { 'if-match': version }, signal })).body;
}

export async function retry(pin, { signal } = {}) {
  const version = await versionOf(pin, signal);
  return (await ask('POST', `/v1/pins/${pin.id}/retry`, { body: {}, headers: { 'if-match': version }, signal })).body;
}

/** Pins in a list have no version; it is asked for, and that the pin is still the one which was looked at. */
async function versionOf(pin, signal) {
  const { body, etag } = await ask('GET', `/v1/pins/${pin.id}`, { signal });
  if (body.status === pin.status && body.publish_at === pin.publish_at) return etag;
  throw Object.assign(new Error(words.changedMeanwhile), { pin: body });
}

/** Names of accounts and boards: `{accounts, boards}`, two Maps by id that fill up; `isComplete` once nothing more comes. */
export function useNames() {
  const [names, setNames] = useState(remembered);
  useEffect(() => {
    let wanted = true;
    const learn = async () => {
      const { items } = await get('/v1/accounts');
      const accounts = new Map(items.map((account) => [account.id, account]));
      remembered = { ...remembered, accounts };
      if (wanted) setNames(remembered);
      await Promise.all(items.map((account) => boardsOf(account.id).then(() => wanted && setNames(remembered))));
      remembered = { ...remembered, isComplete: true };
      if (wanted) setNames(remembered);
    };
    // Without names, grey bars are shown; that the connection is gone is said by the pins already.
    learn().catch(() => {});
    return () => (wanted = false);
  }, []);
  return names;
}

let remembered = { accounts: new Map(), boards: new Map(), isComplete: false };
const readAt = new Map();

async function boardsOf(account) {
  if (Date.now() - (readAt.get(account) ?? 0) < BOARDS_MS) return;
  readAt.set(account, Date.now());
  try {
    const items = await all(`/v1/accounts/${account}/boards`);
    const boards = new Map(remembered.boards);
    for (const board of items) boards.set(board.id, { ...board, account });
    remembered = { ...remembered, boards };
  } catch {
    // Such as an account that was disconnected: nobody says what its boards are called.
  }
}
