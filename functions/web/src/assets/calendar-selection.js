// Many pins at once: which are chosen, and what is done with them.

import { allToDay, by, dayOf, inOrder, isDay, moveAll } from './calendar-days.js';
import { runMany } from './calendar-bulk.js';
import { cancel, isCancellable, isFailed, isMovable, move, reasonOf, retry, titleOf } from './calendar-pins.js';
import { canGoBack, record } from './history.js';
import { undoAndSay } from './toasts.js';
import { Button, Choice, Dialog, Field, html, useCallback, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { dateTime } from './time.js';

const words = t.calendar.bulk;

// The page behind is drawn anew this often while many are changed, not for each.
const SHOW_MS = 250;

/** `{selected, chosen, select, selectAll, clear}`: `chosen` are those that are shown as well, so nothing unseen is changed; all are those of the `period`. */
export function useSelection(shown, period) {
  const [selected, setSelected] = useState(new Set());
  const latest = useRef(null);
  const list = useRef(shown);
  list.current = shown;
  const select = useCallback((pin, isOn, isRange) => {
    const ids = list.current.map((each) => each.id);
    const [one, two] = [ids.indexOf(latest.current), ids.indexOf(pin.id)].sort((a, b) => a - b);
    const range = isRange && one >= 0 ? ids.slice(one, two + 1) : [pin.id];
    latest.current = pin.id;
    setSelected((before) => {
      const after = new Set(before);
      for (const id of range) isOn ? after.add(id) : after.delete(id);
      return after;
    });
  }, []);
  return {
    selected,
    chosen: shown.filter((pin) => selected.has(pin.id)),
    select,
    selectAll: () => setSelected(new Set(period.map((pin) => pin.id))),
    clear: () => setSelected(new Set()),
  };
}

/** What can be done with the chosen ones; stays in sight. */
export function SelectionBar({ chosen, count, selectAll, clear, begin }) {
  const failed = chosen.filter(isFailed);
  const draftable = chosen.filter((pin) => isMovable(pin) && pin.publish_at !== null);
  return html`
    <section class="selection" aria-label=${words.label}>
      <p role="status"><strong>${words.selected(chosen.length)}</strong></p>
      <${Button} kind="primary" onClick=${() => begin('move', chosen)}>${words.move}<//>
      ${draftable.length > 0 && html`<${Button} onClick=${() => begin('draft', draftable)}>${words.draft}<//>`}
      <${Button} kind="danger" onClick=${() => begin('cancel', chosen)}>${words.cancel}<//>
      ${failed.length > 0 && html`<${Button} onClick=${() => begin('retry', failed)}>${words.retry(failed.length)}<//>`}
      ${chosen.length < count && html`<${Button} kind="plain" onClick=${selectAll}>${words.allOf(count)}<//>`}
      <${Button} kind="plain" onClick=${clear}>${words.none}<//>
    </section>
  `;
}

/** The dialog: what is to be done, how it goes on, and what came of it. `given` are tasks that need no question. */
export function Bulk({ kind, pins, given, zone, put, onClose }) {
  const [run, setRun] = useState(given ? { kind, tasks: given } : null);
  if (run) return html`<${Running} ...${run} put=${put} onClose=${onClose} />`;
  const Form = { move: MoveForm, cancel: CancelForm, retry: RetryForm }[kind];
  return html`<${Form} pins=${pins} zone=${zone} onClose=${onClose} begin=${(tasks) => setRun({ kind, tasks })} />`;
}

/** Each pin with the moment that it is moved to; those that would come to a time that has passed are left out. */
export function moveTasks(pins, times) {
  const tasks = pins.map((pin, index) => ({ pin, at: times[index] }));
  return tasks.filter(({ at }) => +at > Date.now());
}

function MoveForm({ pins, zone, begin, onClose }) {
  const [form, setForm] = useState({ how: 'by', sign: '1', days: '1', hours: '0', day: dayOf(Date.now() + 86_400_000, zone) });
  const set = (name) => (value) => setForm({ ...form, [name]: value });
  const typed = (name) => (event) => set(name)(event.target.value);
  const movable = inOrder(pins.filter((pin) => isMovable(pin) && pin.publish_at !== null));
  const drafts = pins.filter((pin) => pin.publish_at === null);
  const times = timesOf(movable, form, zone);
  const tasks = times ? moveTasks(movable, times) : [];
  const submit = (event) => (event.preventDefault(), tasks.length > 0 && begin(tasks));
  const number = (name) => html`<${Field} label=${words[name]}>${(given) => html`<input ...${given} type="number" min="0" step="1" inputmode="numeric"
    value=${form[name]} onInput=${typed(name)} />`}<//>`;
  return html`
    <${Dialog} title=${words.moveTitle(pins.length)} onClose=${onClose}>
      <form onSubmit=${submit} novalidate>
        <${Choice} label=${words.how} value=${form.how} options=${words.hows} onChange=${set('how')} />
        ${form.how === 'by'
          ? html`<${Choice} label=${words.direction} value=${form.sign} options=${words.directions} onChange=${set('sign')} />
              <div class="columns two">${number('days')}${number('hours')}</div>`
          : html`<${Field} label=${words.day}>${(given) => html`<input ...${given} type="date" value=${form.day} onInput=${typed('day')} />`}<//>`}
        <${LeftOut} pins=${pins.filter((pin) => !isMovable(pin))} say=${words.leftOut} />
        ${drafts.length > 0 && html`<p>${words.drafts(drafts.length)}</p>`}
        <div role="status">
          ${tasks.length > 0 && html`<p>${words.first(...fromTo(tasks[0], zone))}
            ${tasks.length > 1 && html`<br />${words.last(...fromTo(tasks.at(-1), zone))}`}</p>`}
          ${movable.length === 0 && html`<p>${words.nothing}</p>`}
          ${times && tasks.length < movable.length && html`<p class="error">${words.past(movable.length - tasks.length)}</p>`}
        </div>
        <p class="row">
          ${tasks.length > 0 && html`<button type="submit" class="button primary">${words.doMove(tasks.length)}</button>`}
          <${Button} onClick=${onClose}>${t.cancel}<//>
        </p>
      </form>
    <//>
  `;
}

function timesOf(pins, { how, sign, days, hours, day }, zone) {
  if (how === 'day') return isDay(day) ? allToDay(pins, day, zone) : null;
  const amount = { days: Number(sign) * Math.trunc(Number(days)), hours: Number(sign) * Number(hours) };
  const isAny = Number.isFinite(amount.days) && Number.isFinite(amount.hours) && (amount.days !== 0 || amount.hours !== 0);
  return isAny && Math.abs(amount.days) < 1_000 ? moveAll(pins, (at) => by(at, amount, zone)) : null;
}

const fromTo = ({ pin, at }, zone) => [dateTime(pin.publish_at, zone), dateTime(at, zone)];

function LeftOut({ pins, say }) {
  if (pins.length === 0) return null;
  const counts = new Map();
  for (const { status } of pins) counts.set(status, (counts.get(status) ?? 0) + 1);
  return html`<p>${say(pins.length, [...counts].map(([status, count]) => `${count} ${t.status[status].toLowerCase()}`).join(', '))}</p>`;
}

function CancelForm({ pins, begin, onClose }) {
  const open = pins.filter(isCancellable);
  const title = open.length > 0 ? words.cancelTitle(open.length) : words.nothingToCancel;
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      ${open.length > 0 && html`<p>${words.cancelAbout(open.length)}</p>`}
      <${LeftOut} pins=${pins.filter((pin) => !isCancellable(pin))} say=${words.leftOutOfCancel} />
      <p class="row">
        ${open.length > 0 && html`<${Button} kind="danger" onClick=${() => begin(open.map((pin) => ({ pin })))}>${words.doCancel(open.length)}<//>`}
        <${Button} autofocus onClick=${onClose}>${open.length > 0 ? words.keep : t.close}<//>
      </p>
    <//>
  `;
}

function RetryForm({ pins, begin, onClose }) {
  return html`
    <${Dialog} title=${words.retryTitle(pins.length)} onClose=${onClose}>
      <p>${words.retryAbout}</p>
      <p class="row">
        <${Button} kind="primary" onClick=${() => begin(pins.map((pin) => ({ pin })))}>${words.doRetry(pins.length)}<//>
        <${Button} onClick=${onClose}>${t.cancel}<//>
      </p>
    <//>
  `;
}

const ACTS = {
  move: ({ pin, at }) => move(pin, at),
  draft: ({ pin }) => move(pin, null),
  cancel: async ({ pin }) => ({ pin: await cancel(pin) }),
  retry: async ({ pin }) => ({ pin: await retry(pin) }),
};

function Running({ kind, tasks, put, onClose }) {
  const [results, setResults] = useState([]);
  const [isOver, setOver] = useState(false);
  const stop = useRef(new AbortController());
  useEffect(() => {
    const waiting = [];
    const show = () => {
      const fresh = waiting.splice(0);
      if (fresh.length === 0) return;
      put(...fresh.map(({ done, error }) => done?.pin ?? error?.pin).filter(Boolean));
      setResults((before) => [...before, ...fresh]);
    };
    const timer = setInterval(show, SHOW_MS);
    const end = () => (clearInterval(timer), show(), setOver(true));
    runMany(tasks, ACTS[kind], { signal: stop.current.signal, onEach: (result) => waiting.push(result) }).then(end);
    // Whoever leaves the page leaves what was begun, and begins no more.
    return () => (clearInterval(timer), stop.current.abort());
  }, []);
  const done = results.filter((result) => result.done);
  const failed = results.filter((result) => result.error);
  const stopped = results.filter((result) => result.isStopped).length;
  const back = ['move', 'draft'].includes(kind) ? done.filter(({ task }) => canGoBack(task.pin)) : [];
  const step = useRef(null);
  if (isOver && back.length > 0) step.current ??= record(words.done[kind](done.length), done.map(({ task, done: { pin } }) => ({ before: task.pin, after: pin })));
  const title = { move: words.moveTitle, draft: words.draftTitle, cancel: words.doCancel, retry: words.doRetry }[kind](tasks.length);
  return html`
    <${Dialog} title=${title} onClose=${() => isOver && onClose()}>
      <progress max=${tasks.length} value=${results.length} aria-label=${title}></progress>
      <p role="status">${isOver ? words.done[kind](done.length) : words.progress(results.length, tasks.length)}</p>
      ${failed.length > 0 && html`<p class="error">${words.failed(failed.length)}</p>
        <div class="bulk-failed" role="region" tabindex="0" aria-label=${words.failed(failed.length)}>
          <ul>${failed.map(({ task, error }) => html`<li><strong>${titleOf(task.pin)}</strong>: ${reasonOf(error)}</li>`)}</ul>
        </div>`}
      ${stopped > 0 && html`<p>${words.stopped(stopped)}</p>`}
      ${isOver && back.length > 0 && back.length < done.length && html`<p class="quiet">${words.notBack(done.length - back.length)}</p>`}
      <p class="row">
        ${isOver ? html`<${Button} kind="primary" onClick=${onClose}>${t.close}<//>` : html`<${Button} onClick=${() => stop.current.abort()}>${words.stop}<//>`}
        ${isOver && back.length > 0 && html`<${Button} onClick=${() => (onClose(), undoAndSay(step.current))}>${words.undoAll(back.length, done.length)}<//>`}
      </p>
    <//>
  `;
}
