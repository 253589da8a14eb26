// The calendar: when what goes out, by month, week or list, and everything that planners do with many pins.

import { change, read, VIEWS } from './calendar-address.js';
import { Bar, Filters, filtered } from './calendar-filters.js';
import { asUtc, by, dayOf, daysBetween, firstDayOfWeek, groupByDay, inOrder, monthOf, moveAll, weekOf, weeksOf } from './calendar-days.js';
import { labelOf, placeOf, useCarry } from './calendar-carry.js';
import { useCalendarKeys } from './calendar-keys.js';
import { List } from './calendar-list.js';
import { DayPanel, Month, planAt } from './calendar-month.js';
import { MoveDialog, placed, refocus, sayFixed, useDragging, useMoves } from './calendar-move.js';
import { useNames, usePins, within, isMovable } from './calendar-pins.js';
import { Bulk, SelectionBar, moveTasks, useSelection } from './calendar-selection.js';
import { Shelf } from './calendar-shelf.js';
import { useSlots } from './calendar-slots.js';
import { Week } from './calendar-week.js';
import { Link, go } from './app.js';
import { keepFiles, useDroppedFiles } from './drop.js';
import { useChangedPins } from './history.js';
import { Button, Failure, html, useCallback, useEffect, useMemo, useRef, useState } from './parts.js';
import { useShortcuts } from './shortcuts.js';
import { t } from './texts.js';
import { openPin } from './pin-link.js';
import { fields, write } from './time.js';
import { say } from './toasts.js';

const words = t.calendar;

const FIRST_DAY = firstDayOfWeek(navigator.language);
const NO_FILTERS = { account: '', board: '', states: [], text: '' };
const NARROW = matchMedia('(max-width: 47.99rem)');

const NO_SLOTS = { days: new Map(), inOrder: [] };

export default function Calendar({ place, who }) {
  const shown = read(place.query, who?.name ?? '');
  const { view, day, zone } = shown;
  const weeks = view === 'week' ? [weekOf(day, FIRST_DAY)] : weeksOf(day, FIRST_DAY);
  const store = usePins(weeks, zone);
  const names = useNames();
  const compact = useNarrow();
  useChangedPins(store.put);

  const { pins, fitting, days, totals, timed, drafts } = usePeriod(store, shown, weeks, names, place.query.toString());
  const free = useSlots({ from: weeks[0][0], to: weeks.at(-1)[6], zone, names, account: shown.account, pins: timed, changes: store.changes });
  // Beside pins of some states, or that have some words, free times would only be in the way.
  const slots = shown.states.length > 0 || shown.text ? NO_SLOTS : free;

  const selection = useSelection(view === 'list' ? fitting.shown : [...fitting.shown, ...drafts], fitting.shown);
  const [asked, setAsked] = useState(null);
  const [bulk, setBulk] = useState(null);
  const moves = useMoves({ put: store.put, zone });
  const placing = (pin, target) => placed(pin, target, zone, free);
  const onDrop = (pin, target) => {
    const chosen = selection.selected.has(pin.id) ? selection.chosen.filter((each) => isMovable(each) && each.publish_at) : [];
    if (target.isShelf) return pin.publish_at && (chosen.length > 1 ? setBulk({ kind: 'draft', given: chosen.map((each) => ({ pin: each })) }) : moves.toDraft(pin));
    const next = placing(pin, target);
    if (!next) return say({ about: 'move', text: words.move.past, isBad: true });
    if (chosen.length > 1 && pin.publish_at && !target.slot) {
      const given = together(pin, target, chosen, zone);
      const left = chosen.length - given.length;
      if (left > 0) say({ about: 'move', text: words.bulk.past(left), isBad: true });
      return given.length > 0 && setBulk({ kind: 'move', given });
    }
    const isThere = pin.publish_at !== null && +next.at === +new Date(pin.publish_at);
    return isThere ? null : moves.moveTo(pin, next);
  };
  const dragging = useDragging({ onDrop, label: (pin, target) => labelOf(target, placing(pin, target)?.at, zone) });
  const askMove = useCallback((pin) => setAsked(pin), []);

  const today = dayOf(Date.now(), zone);
  const choose = (next) => change(shown, { day: next, stay: next.slice(0, 7) === day.slice(0, 7) });
  const carrying = useCarry({ day, zone, slots: free, choose, askMove, say: sayFixed, placed: placing,
    drop: (pin, target) => (onDrop(pin, target), refocus(pin)) });
  const latestCarry = useRef(null);
  latestCarry.current = carrying.carry;
  const carry = useCallback((pin) => latestCarry.current(pin), []);
  const desk = { zone, names, selected: selection.selected, select: selection.select, askMove, carry, lift: dragging.lift };

  const pinOf = (id) => store.known.get(id);
  const keys = useCalendarKeys(view, {
    x: (id, event) => selection.select(pinOf(id), !selection.selected.has(id), event.shiftKey),
    m: (id) => carry(pinOf(id)),
    e: openPin,
    d: (id) => go(`/app/compose?from=${id}`),
    Delete: (id) => setBulk({ kind: 'cancel', pins: [pinOf(id)] }),
  });
  useShortcuts((key) => {
    if (key === 't') return change(shown, { day: today }), true;
    if (VIEWS[Number(key) - 1]) return change(shown, { view: VIEWS[Number(key) - 1] }), true;
    const search = key === '/' && document.querySelector('.filters input[type=search]');
    return Boolean(search) && (search.focus(), true);
  });
  const moved = (pin, next) => (setAsked(null), moves.moveTo(pin, next, { byDialog: true }));
  const heading = headingOf(view, day, weeks, compact);
  const common = { day, today, days, slots, desk, firstDay: FIRST_DAY, compact, isKnown: store.isKnown };
  const [isOpen, setOpen] = useState(false);
  const openDay = (next) => (choose(next), setOpen(true), setTimeout(() => document.getElementById('day-panel')?.focus()));
  const closeDay = () => (setOpen(false), document.querySelector('.calendar [data-chosen]')?.focus());
  const isKnown = weeks.every(([first]) => store.isKnown(first)) && (view !== 'list' || store.knowsDrafts);
  useDroppedFiles(useCallback((files, event) => composeOn(files, event, zone), [zone]));
  return html`
    <div class=${`calendar ${view} ${carrying.carried ? 'carrying' : ''}`} ref=${keys.root} onKeyDown=${keys.onKeyDown} onFocusIn=${keys.onFocusIn}
      onClickCapture=${carrying.onClickCapture} ...${dragging.drops}>
      <${Bar} shown=${shown} today=${today} heading=${heading} compact=${compact} />
      <${Filters} shown=${shown} names=${names} counts=${fitting.counts} pins=${pins} compact=${compact}>
        <${Summary} isKnown=${isKnown} shown=${fitting.shown} total=${pins.length} selection=${selection} />
      <//>
      <${Failure} error=${store.error} retry=${store.reload} at=${store.at} />
      ${isKnown && !store.error && pins.length === 0 && html`<${Nothing} shown=${shown} heading=${heading} />`}
      ${view === 'month' && html`
        <${Month} ...${common} choose=${choose} open=${openDay} />
        ${(compact || isOpen) && html`<${DayPanel} day=${day} pins=${days.get(day) ?? []} slots=${slots.days.get(day) ?? []} total=${totals.get(day) ?? 0} desk=${desk}
          isLoading=${!store.isKnown(weekOf(day, FIRST_DAY)[0])} onClose=${compact ? null : closeDay} />`}`}
      ${view === 'week' && html`<${Week} ...${common} totals=${totals} />`}
      ${view === 'list' && html`<${List} ...${common} drafts=${drafts} isLoading=${!weeks.every(([first]) => store.isKnown(first))} />`}
      ${pins.length > 0 && fitting.shown.length === 0 && html`<p>${words.empty.filtered}
        ${' '}<${Button} kind="plain" onClick=${() => change(shown, NO_FILTERS)}>${words.filters.clear}<//></p>`}
      ${view !== 'list' && html`<${Shelf} drafts=${drafts} desk=${desk} isKnown=${store.knowsDrafts} />`}
      ${selection.chosen.length > 0 && html`<${SelectionBar} ...${selection} count=${fitting.shown.length}
        begin=${(kind, chosen) => setBulk(kind === 'draft' ? { kind, given: chosen.map((pin) => ({ pin })) } : { kind, pins: chosen })} />`}
      ${carrying.shown}
      ${dragging.flag}
      ${asked && html`<${MoveDialog} key=${asked.id} pin=${asked} zone=${zone} onMove=${moved} onClose=${() => setAsked(null)} />`}
      ${bulk && html`<${Bulk} ...${bulk} zone=${zone} put=${store.put} onClose=${() => (setBulk(null), refocus(null))} />`}
    </div>
  `;
}

/** What there is in the period, and what of it fits the filters; a list shows the drafts among the rest. */
function usePeriod(store, shown, weeks, names, query) {
  const { view, day, zone } = shown;
  const [from, to] = view === 'list' ? [monthOf(day)[0], monthOf(day).at(-1)] : [weeks[0][0], weeks.at(-1)[6]];
  const period = useMemo(() => within(store.known, from, to, zone), [store.version, from, to, zone]);
  const pins = useMemo(() => (view === 'list' ? [...period.drafts, ...period.timed] : period.timed), [period, view]);
  const fitting = useMemo(() => filtered(pins, shown, names), [pins, query, names]);
  const days = useMemo(() => groupByDay(fitting.shown.filter((pin) => pin.publish_at !== null), zone), [fitting, zone]);
  const totals = useMemo(() => new Map([...groupByDay(period.timed, zone)].map(([each, list]) => [each, list.length])), [period, zone]);
  const drafts = useMemo(() => filtered(period.drafts, view === 'list' ? shown : { ...shown, states: [] }, names).shown, [period, query, names, view]);
  return { pins, fitting, days, totals, timed: period.timed, drafts };
}

function Summary({ isKnown, shown, total, selection }) {
  return html`
    <div class="summary">
      <p role="status">${isKnown ? words.count(shown.length, total) : total === 0 ? words.refreshing : words.soFar(shown.length)}</p>
      ${shown.length > 0 && selection.chosen.length === 0 && html`<${Button} kind="plain" onClick=${selection.selectAll}>${words.bulk.all(shown.length)}<//>`}
    </div>
  `;
}

/** Files that are let go on a day become a pin of that day, elsewhere one of the usual time. */
function composeOn(files, event, zone) {
  const { day, slot } = placeOf(event.target, null) ?? {};
  const at = slot ? new Date(slot) : day && planAt(day, zone);
  keepFiles(files);
  const path = files.length > 1 ? '/app/create' : '/app/compose';
  go(at ? `${path}?at=${encodeURIComponent(at.toISOString())}` : path);
}

function Nothing({ shown, heading }) {
  const at = planAt(shown.day, shown.zone);
  return html`
    <div class="notice">
      <p class="title">${words.empty.none(heading)}</p>
      <p><${Link} class="button" href=${at ? `/app/compose?at=${encodeURIComponent(at.toISOString())}` : '/app/compose'}>${words.empty.plan}<//></p>
    </div>
  `;
}

/** Pins that were chosen together are moved together: by as many days, and in a week by as many hours. */
function together(pin, { day, hour }, others, zone) {
  const days = daysBetween(dayOf(pin.publish_at, zone), day);
  const hours = hour === null ? 0 : hour - fields(pin.publish_at, zone).hour;
  const sorted = inOrder(others);
  return moveTasks(sorted, moveAll(sorted, (at) => by(at, { days, hours }, zone)));
}

function headingOf(view, day, weeks, compact) {
  if (view !== 'week') return write(asUtc(day), { month: compact ? 'short' : 'long', year: 'numeric' }, 'UTC');
  const format = new Intl.DateTimeFormat(navigator.language, { day: 'numeric', month: 'short', year: compact ? undefined : 'numeric', timeZone: 'UTC', calendar: 'gregory' });
  return format.formatRange(asUtc(weeks[0][0]), asUtc(weeks[0][6]));
}

function useNarrow() {
  const [is, setIs] = useState(NARROW.matches);
  useEffect(() => {
    const look = () => setIs(NARROW.matches);
    NARROW.addEventListener('change', look);
    return () => NARROW.removeEventListener('change', look);
  }, []);
  return is;
}
