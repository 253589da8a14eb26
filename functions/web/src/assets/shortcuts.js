// Single keys that go somewhere or do something, never in fields; they can be switched off.

import { Dialog, Button, html, useEffect, useRef, useState } from './parts.js';
import { recall, remember } from './browser-store.js';
import { t } from './texts.js';

const words = t.keys;

const KEPT = 'pinwheel.keys';

// How long the second key of two is waited for.
const SECOND_MS = 1_500;

const areOn = () => recall(KEPT) !== 'off';

/** Whether a key is typed into something. */
export function isTyping(event) {
  return Boolean(event.target.closest?.('input:not([type=checkbox], [type=radio], [type=button]), select, textarea, [contenteditable]'));
}

/** Whether a key may be taken as a shortcut. */
export function isShortcut(event) {
  return areOn() && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event) && !document.querySelector('dialog[open]');
}

/** Listens as long as the component is shown; `act` answers whether it took the key. */
export function useShortcuts(act) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const byKey = (event) => isShortcut(event) && latest.current(event.key, event) && event.preventDefault();
    addEventListener('keydown', byKey);
    return () => removeEventListener('keydown', byKey);
  }, []);
}

const PLACES = { h: '/', c: '/app/calendar', i: '/app/insights', a: '/app/accounts' };

/** The keys that work on every page, and the list of all. */
export function Shortcuts({ go, isOpen, open, close }) {
  const went = useRef(0);
  useShortcuts((key) => {
    const isSecond = Date.now() - went.current < SECOND_MS;
    went.current = 0;
    if (isSecond) return PLACES[key] ? (go(PLACES[key]), true) : false;
    if (key === 'g') return (went.current = Date.now()), true;
    if (key === 'c') return go('/app/create'), true;
    if (key === '?') return open(), true;
    return false;
  });
  return isOpen ? html`<${Keys} onClose=${close} />` : null;
}

function Keys({ onClose }) {
  const [isOn, setOn] = useState(areOn());
  const choose = () => (remember(KEPT, isOn ? 'off' : null), setOn(!isOn));
  return html`
    <${Dialog} title=${words.title} onClose=${onClose}>
      <label class="check"><input type="checkbox" checked=${isOn} onChange=${choose} /> ${words.on}</label>
      <div class="keys">${words.groups.map(([name, keys]) => html`<section><h3>${name}</h3>
        <dl>${keys.map(([pressed, what]) => html`<div><dt>${pressed.split(' ').map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`)}</dl></section>`)}</div>
      <p><${Button} kind="primary" onClick=${onClose}>${t.close}<//></p>
    <//>
  `;
}
