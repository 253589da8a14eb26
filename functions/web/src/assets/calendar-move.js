// Moving one pin: by dragging it or in a dialog, at once on the page.

import { by, toDay, toHour } from './calendar-days.js';
import { markSlots, placeOf } from './calendar-carry.js';
import { planAt } from './calendar-month.js';
import { isMovable, move, reasonOf, titleOf } from './calendar-pins.js';
import { firstOf } from './calendar-slots.js';
import { record } from './history.js';
import { Button, Dialog, Field, html, useCallback, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { dateTime, fromInput, toInput } from './time.js';
import { say } from './toasts.js';

const words = t.calendar.move;

// What is offered where there is no time that is still to come: one of the next full five minutes.
const SOON_MS = 300_000;

const HOUR_MS = 3_600_000;

// As wide as the label beside the pointer gets.
const FLAG_WIDTH = 240;

/** `{moveTo, toDraft}`: moves pins, at once on the page, and says what came of it and how to take it back. */
export function useMoves({ put, zone }) {
  const change = async (pin, at, text, byDialog) => {
    put({ ...pin, publish_at: at?.toISOString() ?? null, status: at ? (pin.status === 'held' ? 'held' : 'scheduled') : 'draft' });
    try {
      const { pin: moved } = await move(pin, at);
      put(moved);
      const close = moved.notes.find(({ code }) => code === 'too_close')?.params;
      const step = record(text, [{ before: pin, after: moved }]);
      const actions = close ? [[words.moveTo(when(close.earliest)), () => moveTo(moved, { at: new Date(close.earliest) })]] : [];
      say({ about: 'move', text: close ? `${text} ${tooClose(moved, close)}` : text, isWarning: Boolean(close), step, actions });
    } catch (error) {
      put(error.pin ?? pin);
      say({ about: 'move', text: words.refused(titleOf(pin), reasonOf(error)), isBad: true });
    }
    if (byDialog) refocus(pin);
  };
  const when = (at) => dateTime(at, zone);
  const moveTo = (pin, { at, kind }, { byDialog = false } = {}) =>
    change(pin, at, [words.done(titleOf(pin), when(at)), words[kind]].filter(Boolean).join(' '), byDialog);
  const toDraft = (pin) => change(pin, null, words.asDraft(titleOf(pin)));
  return { moveTo, toDraft };
}

/** How far the pin is from the one that it is too close to, and how far the plan keeps such pins apart. */
function tooClose(pin, { title, at, earliest, alike }) {
  const apart = Math.abs(new Date(at) - new Date(pin.publish_at));
  const kept = Math.abs(new Date(earliest) - new Date(at));
  return words.tooClose(title || t.calendar.untitled, alike, span(apart), span(kept));
}

/** `2 days`, `6 hours` */
function span(ms) {
  const hours = Math.round(ms / HOUR_MS);
  return hours >= 24 ? t.days(Math.round(hours / 24)) : hours >= 1 ? t.hours(hours) : t.minutes(Math.round(ms / 60_000));
}

/** Why a pin in this state stays where it is. */
export function sayFixed(pin) {
  say({ about: 'move', text: words.cannot(titleOf(pin), words.fixed[pin.status] ?? ''), isBad: true });
}

/** What had the focus is drawn anew somewhere else, or gone: the focus goes with the pin, or stays close. */
export function refocus(pin) {
  const card = () => pin && document.querySelector(`main [data-pin="${pin.id}"] a`);
  const find = () => card() ?? document.getElementById('day-panel') ?? document.getElementById('main');
  setTimeout(() => document.activeElement === document.body && find().focus(), 100);
}

/** A date field, and steps for those who would have dragged. */
export function MoveDialog({ pin, zone, onMove, onClose }) {
  const isAhead = pin.publish_at !== null && +new Date(pin.publish_at) > Date.now();
  const start = isAhead ? pin.publish_at : new Date(Math.ceil(Date.now() / SOON_MS + 1) * SOON_MS);
  const [value, setValue] = useState(toInput(start, zone));
  const [exact, setExact] = useState({ at: new Date(start), kind: null });
  const [error, setError] = useState(null);
  const type = (text) => (setValue(text), setExact(fromInput(text, zone)), setError(null));
  const step = (amount) => {
    const next = by(exact?.at ?? start, amount, zone);
    setExact(next);
    setValue(toInput(next.at, zone));
    setError(null);
  };
  const submit = (event) => {
    event.preventDefault();
    if (!exact) return setError(words.missing);
    if (+exact.at < Date.now() - 60_000) return setError(words.past);
    return onMove(pin, exact);
  };
  return html`
    <${Dialog} title=${words.title(titleOf(pin))} onClose=${onClose}>
      <form onSubmit=${submit} novalidate>
        ${pin.status === 'failed' && html`<p>${words.failed}</p>`}
        <${Field} label=${words.at} hint=${[words.zone(zone), words[exact?.kind]].filter(Boolean).join('. ')} error=${error}>
          ${(given) => html`<input ...${given} type="datetime-local" value=${value} onInput=${(event) => type(event.target.value)} />`}
        <//>
        <fieldset>
          <legend>${words.steps}</legend>
          <div class="row move-steps">${words.step.map(([text, amount]) => html`<${Button} onClick=${() => step(amount)}>${text}<//>`)}</div>
          <p class="unseen" role="status">${exact ? dateTime(exact.at, zone) : ''}</p>
        </fieldset>
        <p class="row">
          <button type="submit" class="button primary">${words.button}</button>
          <${Button} onClick=${onClose}>${t.cancel}<//>
        </p>
      </form>
    <//>
  `;
}

/**
 * Dragging: `lift` is for what is dragged, `drops` for what holds it and the places. `onDrop(pin, place)` is called where a pin is let
 * go on one; a day that files are held over is marked as well. `label(pin, place)` is shown beside the pointer.
 */
export function useDragging({ onDrop, label }) {
  const lifted = useRef(null);
  const over = useRef(null);
  const flag = useRef(null);
  const latest = useRef(null);
  latest.current = { onDrop, label };
  const mark = (place) => {
    if (place?.element === over.current?.element) return;
    over.current?.element.classList.remove('over');
    over.current = place;
    place?.element.classList.add('over');
    if (flag.current) flag.current.textContent = place && lifted.current ? latest.current.label(lifted.current, place) : '';
  };
  const lift = useCallback((event, pin) => {
    if (!isMovable(pin)) {
      event.preventDefault();
      return sayFixed(pin);
    }
    lifted.current = pin;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', titleOf(pin));
    const calendar = event.target.closest('.calendar');
    // The browser takes the picture of what is dragged first.
    return setTimeout(() => lifted.current && (calendar?.classList.add('dragging'), markSlots(pin)));
  }, []);
  const end = (event) => {
    mark(null);
    lifted.current = null;
    event.currentTarget.classList.remove('dragging');
    markSlots(null);
  };
  const hasFiles = (event) => [...event.dataTransfer.types].includes('Files');
  const found = (event) => (lifted.current || hasFiles(event) ? placeOf(event.target, lifted.current) : null);
  const drops = {
    onDragOver: (event) => {
      const place = found(event);
      mark(place);
      if (!place) return;
      event.preventDefault();
      if (!lifted.current) return;
      event.dataTransfer.dropEffect = 'move';
      const isLeft = event.clientX > innerWidth - FLAG_WIDTH;
      Object.assign(flag.current.style, { top: `${event.clientY + 18}px`, left: `${event.clientX + (isLeft ? -FLAG_WIDTH : 14)}px` });
    },
    onDragLeave: (event) => event.currentTarget.contains(event.relatedTarget) || mark(null),
    onDrop: (event) => {
      // What is done with files, others say.
      if (!lifted.current) return mark(null);
      const place = found(event);
      if (!place) return;
      event.preventDefault();
      const pin = lifted.current;
      end(event);
      latest.current.onDrop(pin, place);
    },
    onDragEnd: end,
  };
  return { lift, drops, flag: html`<p class="drag-label" ref=${flag} aria-hidden="true"></p>` };
}

/** Where a pin comes to that is let go there: in that slot, on the day at its time; a draft in the first slot of the day that is free, else at a usual time. */
export function placed(pin, { day, hour, slot, isShelf }, zone, slots) {
  if (isShelf) return null;
  if (slot) return { at: new Date(slot), kind: null };
  if (pin.publish_at === null) {
    const free = firstOf(slots, day, pin.account_id);
    const at = free ? new Date(free.at) : planAt(day, zone);
    return at && { at, kind: null };
  }
  const next = hour === null ? toDay(pin.publish_at, day, zone) : toHour(pin.publish_at, day, hour, zone);
  return +next.at < Date.now() ? null : next;
}
