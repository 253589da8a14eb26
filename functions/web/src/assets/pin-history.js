// What happened to a pin so far, folded to its last word.

import { zoneInUse } from './compose-time.js';
import { html, useState } from './parts.js';
import { late } from './pin-state.js';
import { t } from './texts.js';
import { exact } from './time.js';

const words = t.pin;

export function Timeline({ pin }) {
  const zone = zoneInUse();
  const [Told, setTold] = useState(null);
  const open = (event) => event.currentTarget.open && !Told && import('./pin-events.js').then((module) => setTold(() => module.default), () => {});
  const all = entries(pin);
  const told = pin.status === 'published' && pin.lateness_ms !== null ? words.timeline.published(late(pin.lateness_ms))
    : named(all[0]);
  return html`
    <details class="pin-history" onToggle=${open}>
      <summary>${words.timeline.title} <span class="quiet">· ${told}</span></summary>
      <ol class="plain timeline">
        ${all.map((entry) => html`<li>${entry.action
          ? html`<${Change} change=${entry} zone=${zone} />` : html`<${Attempt} attempt=${entry} zone=${zone} />`}</li>`)}
      </ol>
      ${Told && html`<${Told} pin=${pin} zone=${zone} />`}
    </details>
  `;
}

// What was tried and what people changed, the newest first.
function entries(pin) {
  return [...[...pin.attempts].reverse(), ...[...pin.history].reverse()].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

function named({ action, outcome }) {
  return action ? words.timeline.actions[action] ?? action : words.timeline.outcomes[outcome] ?? outcome;
}

function Change({ change, zone }) {
  const { at, by } = change;
  return html`
    <p><strong>${named(change)}</strong></p>
    <p class="quiet"><time datetime=${at}>${exact(at, zone)}</time>${by && ` · ${words.timeline.by(by)}`}</p>
  `;
}

function Attempt({ attempt, zone }) {
  const { at, kind, outcome, http_status, code, message, request_id, took_ms, by } = attempt;
  // What was seen on a board is told in our words, and so is what a person did.
  const told = outcome === 'unknown' && http_status !== null ? 'answeredUnclear' : outcome;
  const isTheirs = ['publish', 'take_down'].includes(kind) && http_status !== null;
  const details = [by && words.timeline.by(by), took_ms !== null && words.timeline.took(took_ms), request_id && words.timeline.request(request_id)].filter(Boolean);
  return html`
    <p><strong>${words.timeline.outcomes[told] ?? outcome}</strong> <span class="quiet">(${words.timeline.kinds[kind] ?? kind})</span></p>
    <p class="quiet"><time datetime=${at}>${exact(at, zone)}</time>${details.length > 0 && ` · ${details.join(' · ')}`}</p>
    ${!isTheirs && message && html`<p>${message}</p>`}
    ${http_status !== null && html`<p>${words.timeline.answer} ${words.timeline.status(http_status, code)}
      ${isTheirs && message && ` · ${message}`}</p>`}
  `;
}
