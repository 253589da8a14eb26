// What was done, and the way back: said at the lower edge of whatever page is shown, three at most.

import { Button, Dialog, html, useEffect, useRef, useState } from './parts.js';
import { redo, undo, useSteps } from './history.js';
import { isTyping } from './shortcuts.js';
import { t } from './texts.js';
import { relative } from './time.js';

const words = t.history;

const SHOWN_MS = 10_000;
const MOST = 3;

const KEY = /mac|iphone|ipad/i.test(navigator.platform) ? '⌘Z' : 'Ctrl+Z';

let notices = [];
let redraw = () => {};

const change = (next) => ((notices = next.slice(-MOST)), redraw((count) => count + 1));

/**
 * Says something: `text`, whether it `isBad`, the `step` that can be taken back, and `actions`, which are `[label, act]` each. What was
 * said under the same `about` gives way.
 */
export function say({ about = null, ...notice }) {
  const id = crypto.randomUUID();
  change([...notices.filter((each) => about === null || each.about !== about), { id, about, ...notice }]);
  return id;
}

const leave = (id) => change(notices.filter((each) => each.id !== id));

async function sayWhat(acting) {
  const told = await acting;
  if (told) say({ about: 'undo', ...told });
}

/** Takes the last step back, or that one, and says so. */
export const undoAndSay = (step) => sayWhat(undo(step));

export function Toasts() {
  const [, set] = useState(0);
  redraw = set;
  useEffect(() => {
    const byKey = (event) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.altKey || isTyping(event)) return;
      event.preventDefault();
      sayWhat(event.shiftKey ? redo() : undo());
    };
    addEventListener('keydown', byKey);
    return () => removeEventListener('keydown', byKey);
  }, []);
  return html`<div class="toasts" role="status">${notices.map((notice) => html`<${Toast} key=${notice.id} notice=${notice} />`)}</div>`;
}

function Toast({ notice: { id, text, isBad, step, actions = [] } }) {
  const shown = useRef(null);
  const { steps } = useSteps();
  useEffect(() => {
    let timer = setTimeout(end, SHOWN_MS);
    return () => clearTimeout(timer);
    // Not while somebody points at it or is in it.
    function end() {
      if (shown.current?.matches(':hover, :focus-within')) timer = setTimeout(end, SHOWN_MS / 4);
      else leave(id);
    }
  }, []);
  // What was taken back another way needs no offer.
  const isGone = Boolean(step) && !steps.includes(step);
  useEffect(() => isGone && leave(id), [isGone]);
  const isLast = steps[0] === step;
  return html`<div class=${`toast ${isBad ? 'bad' : ''}`} ref=${shown}>
    <p>${text}</p>
    ${step && steps.includes(step) && html`<${Button} aria-keyshortcuts=${isLast ? 'Control+Z Meta+Z' : null} onClick=${() => (leave(id), undoAndSay(step))}>
      ${words.undo}${isLast && html` <kbd>${KEY}</kbd>`}<//>`}
    ${actions.map(([label, act]) => html`<${Button} onClick=${() => (leave(id), act())}>${label}<//>`)}
    <button type="button" class="button plain" aria-label=${t.close} title=${t.close} onClick=${() => leave(id)}>✕</button>
  </div>`;
}

/** The steps that can be taken back, whenever. */
export function HistoryDialog({ onClose }) {
  const { steps, canRedo } = useSteps();
  return html`
    <${Dialog} title=${words.title} onClose=${onClose}>
      ${steps.length === 0 && html`<p>${words.none}</p>`}
      <ol class="plain steps-back">${steps.map((step) => html`<li key=${step.id} class="row spread">
        <span class="grow">${step.text}<br /><span class="quiet">${relative(step.at)}</span></span>
        <${Button} aria-label=${words.undoOf(step.text)} onClick=${() => undoAndSay(step)}>${words.undo}<//></li>`)}</ol>
      <p class="row">${canRedo && html`<${Button} onClick=${() => sayWhat(redo())}>${words.redo}<//>`}
        <${Button} kind="primary" onClick=${onClose}>${t.close}<//></p>
    <//>
  `;
}
