// The calendar: when what goes out, by month, week or list, and everything that planners do with many pins.

import { change, read } from './calendar-address.js';
import { Bar, Filters, filtered } from './calendar-filters.js';
import { asUtc, by, dayOf, daysBetween, firstDayOfWeek, groupByDay, inOrder, monthOf, moveAll, weekOf, weeksOf } from './calendar-days.js';
import { List } from './calendar-list.js';
import { DayPanel, Month, planAt } from './calendar-month.js';
import { MoveDialog, Toast, placed, refocus, useDragging, useMoves } from './calendar-move.js';
import { useNames, usePins, within, isMovable } from './calendar-pins.js';
import { Bulk, SelectionBar, moveTasks, useSelection } from './calendar-selection.js';
import { Week } from './calendar-week.js';
import { Link, go } from './app.js';
import { keepFiles, useDroppedFiles } from './drop.js';
import { Button, Failure, html, useCallback, useEffect, useState } from './parts.js';
import { useMemo } from './preact-htm.js';
import { t } from './texts.js';
import { fields, write } from './time.js';

const words = t.calendar;

const FIRST_DAY = firstDayOfWeek(navigator.language);
const NO_FILTERS = { account: '', board: '', states: [], text: '' };
const NARROW = matchMedia('(max-width: 47.99rem)');

export default function Calendar({ place }) {
  const shown = read(place.query);
  const { view, day, zone } = shown;
  const weeks = view === 'week' ? [weekOf(day, FIRST_DAY)] : weeksOf(day, FIRST_DAY);
  const store = usePins(weeks, zone, view === 'list');
  const names = useNames();
  const compact = useNarrow();

  const { pins, fitting, days, totals, drafts } = usePeriod(store, shown, weeks, names, place.query.toString());

  const selection = useSelection(fitting.shown);
  const [asked, setAsked] = useState(null);
  const [bulk, setBulk] = useState(null);
  const moves = useMoves({ put: store.put, zone });
  const onDrop = (pin, target) => {
    const next = placed(pin, target, zone);
    if (!next) return moves.say({ text: words.move.past, isBad: true });
    const others = selection.selected.has(pin.id) ? selection.chosen.filter((each) => isMovable(each) && each.publish_at) : [];
    if (others.length > 1 && pin.publish_at) {
      const given = together(pin, target, others, zone);
      const left = others.length - given.length;
      if (left > 0) moves.say({ text: words.bulk.past(left), isBad: true });
      return given.length > 0 && setBulk({ kind: 'move', given });
    }
    const isThere = pin.publish_at !== null && +next.at === +new Date(pin.publish_at);
    return isThere ? null : moves.moveTo(pin, next);
  };
  const dragging = useDragging({ say: moves.say, onDrop });
  const askMove = useCallback((pin) => setAsked(pin), []);
  const desk = { zone, names, selected: selection.selected, select: selection.select, askMove, lift: dragging.lift };

  const today = dayOf(Date.now(), zone);
  const choose = (next) => change(shown, { day: next, stay: next.slice(0, 7) === day.slice(0, 7) });
  const moved = (pin, next) => (setAsked(null), moves.moveTo(pin, next, { byDialog: true }));
  const heading = headingOf(view, day, weeks, compact);
  const common = { day, today, days, desk, firstDay: FIRST_DAY, compact, isKnown: store.isKnown };
  const [isOpen, setOpen] = useState(false);
  const openDay = (next) => (choose(next), setOpen(true), setTimeout(() => document.getElementById('day-panel')?.focus()));
  const closeDay = () => (setOpen(false), document.querySelector('.calendar [data-chosen]')?.focus());
  const isKnown = weeks.every(([first]) => store.isKnown(first)) && (view !== 'list' || store.knowsDrafts);
  useDroppedFiles(useCallback((files, event) => composeOn(files, event, zone), [zone]));
  return html`
    <div class=${`calendar ${view}`} ...${dragging.drops}>
      <${Bar} shown=${shown} today=${today} heading=${heading} compact=${compact} />
      <${Filters} shown=${shown} names=${names} counts=${fitting.counts} pins=${pins} compact=${compact}>
        <${Summary} isKnown=${isKnown} shown=${fitting.shown} total=${pins.length} selection=${selection} />
      <//>
      <${Failure} error=${store.error} retry=${store.reload} at=${store.at} />
      ${isKnown && !store.error && pins.length === 0 && html`<${Nothing} shown=${shown} heading=${heading} />`}
      ${view === 'month' && html`
        <${Month} ...${common} choose=${choose} open=${openDay} />
        ${(compact || isOpen) && html`<${DayPanel} day=${day} pins=${days.get(day) ?? []} total=${totals.get(day) ?? 0} desk=${desk}
          isLoading=${!store.isKnown(weekOf(day, FIRST_DAY)[0])} onClose=${compact ? null : closeDay} />`}`}
      ${view === 'week' && html`<${Week} ...${common} totals=${totals} />`}
      ${view === 'list' && html`<${List} ...${common} drafts=${drafts} isLoading=${!weeks.every(([first]) => store.isKnown(first))} />`}
      ${pins.length > 0 && fitting.shown.length === 0 && html`<p>${words.empty.filtered}
        ${' '}<${Button} kind="plain" onClick=${() => change(shown, NO_FILTERS)}>${words.filters.clear}<//></p>`}
      ${selection.chosen.length > 0 && html`<${SelectionBar} ...${selection} count=${fitting.shown.length}
        begin=${(kind, chosen) => setBulk({ kind, pins: chosen })} />`}
      <${Toast} notice=${moves.notice} say=${moves.say} />
      ${asked && html`<${MoveDialog} key=${asked.id} pin=${asked} zone=${zone} onMove=${moved} onClose=${() => setAsked(null)} />`}
      ${bulk && html`<${Bulk} ...${bulk} zone=${zone} put=${store.put} onClose=${() => (setBulk(null), refocus(null))} />`}
    </div>
  `;
}

/** What there is in the period, and what of it fits the filters. */
function usePeriod(store, shown, weeks, names, query) {
  const { view, day, zone } = shown;
  const [from, to] = view === 'list' ? [monthOf(day)[0], monthOf(day).at(-1)] : [weeks[0][0], weeks.at(-1)[6]];
  const period = useMemo(() => within(store.known, from, to, zone), [store.version, from, to, zone]);
  const pins = useMemo(() => (view === 'list' ? [...period.drafts, ...period.timed] : period.timed), [period, view]);
  const fitting = useMemo(() => filtered(pins, shown, names), [pins, query, names]);
  const days = useMemo(() => groupByDay(fitting.shown.filter((pin) => pin.publish_at !== null), zone), [fitting, zone]);
  const totals = useMemo(() => new Map([...groupByDay(period.timed, zone)].map(([each, list]) => [each, list.length])), [period, zone]);
  return { pins, fitting, days, totals, drafts: fitting.shown.filter((pin) => pin.publish_at === null) };
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
  const day = event.target.closest?.('[data-day]')?.dataset.day;
  const at = day && planAt(day, zone);
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
