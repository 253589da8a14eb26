// Moving one pin: by dragging it or in a dialog, at once on the page, and undone for some seconds after.

import { by, toDay, toHour } from './calendar-days.js';
import { planAt } from './calendar-month.js';
import { isMovable, move, reasonOf, titleOf } from './calendar-pins.js';
import { Button, Dialog, Field, html, useCallback, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { dateTime, fromInput, toInput } from './time.js';

const words = t.calendar.move;

// How long a move can be undone from the page, and longer while the message is pointed at or has the focus.
const UNDO_MS = 12_000;

// What is offered where there is no time that is still to come: one of the next full five minutes.
const SOON_MS = 300_000;

const KEY = /mac|iphone|ipad/i.test(navigator.platform) ? '⌘Z' : 'Ctrl+Z';

/** `{notice, say, moveTo}`: moves pins, and says what came of it. */
export function useMoves({ put, zone }) {
  const [notice, say] = useState(null);
  const undo = async (moved, etag, former) => {
    say({ text: t.loading });
    try {
      const back = await move(moved, former.publish_at ? new Date(former.publish_at) : null, { etag });
      put(back.pin);
      say({ text: former.publish_at ? words.undone(titleOf(moved)) : words.asDraft(titleOf(moved)) });
    } catch (error) {
      say({ text: words.notUndone(titleOf(moved), reasonOf(error)), isBad: true });
    }
    refocus(former);
  };
  const moveTo = async (pin, { at, kind }, { byDialog = false } = {}) => {
    put({ ...pin, publish_at: at.toISOString(), status: pin.status === 'held' ? 'held' : 'scheduled' });
    try {
      const { pin: moved, etag } = await move(pin, at);
      put(moved);
      const text = [words.done(titleOf(pin), dateTime(at, zone)), words[kind]].filter(Boolean).join(' ');
      say({ text, undo: isUndoable(pin) ? () => undo(moved, etag, pin) : null });
    } catch (error) {
      put(error.pin ?? pin);
      say({ text: words.refused(titleOf(pin), reasonOf(error)), isBad: true });
    }
    if (byDialog) refocus(pin);
  };
  return { notice, say, moveTo };
}

/** A failed pin cannot fail again by itself, and nothing goes back to a time that has passed. */
export function isUndoable(pin) {
  return pin.status !== 'failed' && (pin.publish_at === null || +new Date(pin.publish_at) > Date.now());
}

/** Why a pin in this state stays where it is. */
function sayFixed(pin, say) {
  say({ text: words.cannot(titleOf(pin), words.fixed[pin.status] ?? ''), isBad: true });
}

/** What was done, and the way back; announced, and reached by keyboard. */
export function Toast({ notice, say }) {
  const shown = useRef(null);
  useEffect(() => {
    if (!notice) return undefined;
    let timer = setTimeout(leave, UNDO_MS);
    return () => clearTimeout(timer);
    // Not while somebody points at it or is in it.
    function leave() {
      if (shown.current.matches(':hover, :focus-within')) timer = setTimeout(leave, UNDO_MS / 4);
      else say(null);
    }
  }, [notice]);
  useEffect(() => {
    if (!notice?.undo) return undefined;
    const byKey = (event) => {
      const isTyping = event.target.matches?.('input:not([type=checkbox], [type=radio]), select, textarea');
      if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || isTyping) return;
      event.preventDefault();
      notice.undo();
    };
    addEventListener('keydown', byKey);
    return () => removeEventListener('keydown', byKey);
  }, [notice]);
  return html`
    <div class="toasts">
      <div role="status" ref=${shown}>
        ${notice && html`<div class=${`toast ${notice.isBad ? 'bad' : ''}`}>
          <p>${notice.text}</p>
          ${notice.undo && html`<${Button} aria-keyshortcuts="Control+Z Meta+Z" onClick=${notice.undo}>${words.undo} <kbd>${KEY}</kbd><//>`}
          <button type="button" class="button plain" onClick=${() => say(null)}>${t.close}</button>
        </div>`}
      </div>
    </div>
  `;
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
 * Dragging: `lift` is for what is dragged, `drops` for what holds it and the places (elements with data-day, and data-hour).
 * `onDrop(pin, {day, hour})` is called where a pin is let go on one; a day that files are held over is marked as well.
 */
export function useDragging({ say, onDrop }) {
  const lifted = useRef(null);
  const over = useRef(null);
  const latest = useRef(onDrop);
  latest.current = onDrop;
  const mark = (place) => {
    over.current?.classList.remove('over');
    over.current = place;
    place?.classList.add('over');
  };
  const lift = useCallback((event, pin) => {
    if (!isMovable(pin)) {
      event.preventDefault();
      return sayFixed(pin, say);
    }
    lifted.current = pin;
    event.dataTransfer.effectAllowed = 'move';
    return event.dataTransfer.setData('text/plain', titleOf(pin));
  }, []);
  const hasFiles = (event) => [...event.dataTransfer.types].includes('Files');
  const placeOf = (event) => (lifted.current || hasFiles(event) ? event.target.closest?.('[data-day]') : null);
  const drops = {
    onDragOver: (event) => {
      const place = placeOf(event);
      if (place !== over.current) mark(place);
      if (!place) return;
      event.preventDefault();
      if (lifted.current) event.dataTransfer.dropEffect = 'move';
    },
    onDragLeave: (event) => event.currentTarget.contains(event.relatedTarget) || mark(null),
    onDrop: (event) => {
      // What is done with files, others say.
      if (!lifted.current) return mark(null);
      const place = placeOf(event);
      if (!place) return;
      event.preventDefault();
      const { day, hour } = place.dataset;
      latest.current(lifted.current, { day, hour: hour === undefined ? null : Number(hour) });
      lifted.current = null;
      mark(null);
    },
    onDragEnd: () => (mark(null), (lifted.current = null)),
  };
  return { lift, drops };
}

/** Where a pin comes to that is let go there; a draft gets a usual time. */
export function placed(pin, { day, hour }, zone) {
  if (pin.publish_at !== null) return hour === null ? toDay(pin.publish_at, day, zone) : toHour(pin.publish_at, day, hour, zone);
  const at = planAt(day, zone);
  return at ? { at, kind: null } : null;
}

