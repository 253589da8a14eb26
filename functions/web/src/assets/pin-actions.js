// What can be done with a pin in the state it is in.

import { ask } from './api.js';
import { Link } from './app.js';
import { MARKED } from './compose-content.js';
import { publishAt, soon, timeObjections, WhenFields, zoneInUse } from './compose-time.js';
import { Refusal } from './compose.js';
import { announce, record } from './history.js';
import { Button, Dialog, html, useAction, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { say } from './toasts.js';

const words = t.pin;

// Another try gets further where somebody can have mended what these wait for.
const MENDED_BY_A_PERSON = ['link_blocked', 'not_permitted', 'spam_block', 'trial_tier', 'app_not_approved', 'daily_limit'];

// Another try without a change would end the same way.
const MENDED_BY_A_CHANGE = [
  'link_blocked', 'link_invalid', 'image_unreadable', 'image_too_small', 'board_not_found', 'section_not_found', 'not_permitted',
  'site_forbids_saving', 'rejected',
];

export function Actions({ pin, account, reload, onSaid, onEdit }) {
  const [asking, setAsking] = useState(null);
  const acting = usePinAction(pin, reload, (text) => (setAsking(null), onSaid(text)));
  const can = allowed(pin, account);
  // Taken back like every other change.
  const drafting = useAction(async () => {
    const { body: now } = await ask('PATCH', `/v1/pins/${pin.id}`, { body: { publish_at: null } });
    const text = t.calendar.move.asDraft(pin.content.title || words.untitled);
    const step = record(text, [{ before: pin, after: now }]);
    announce(now);
    say({ about: 'edit', text, step });
  });
  const isToBeChanged = MENDED_BY_A_CHANGE.includes(pin.reason?.code);
  const sure = asking && words.confirm[asking];
  const confirmed = { cancel: ['DELETE', ''], dismiss: ['DELETE', ''], takeDown: ['DELETE', '?on_pinterest=true'], now: ['PATCH', '', { publish_at: 'now' }] };
  return html`
    <div class="row">
      ${can.edit && html`<${Button} onClick=${onEdit}>${words.actions.edit}<//>`}
      ${can.retry && html`${pin.status !== 'failed' && html`<${Button} kind=${isToBeChanged ? '' : 'primary'} busy=${acting.busy}
          onClick=${() => acting.run('POST', '/retry', {})}>${words.actions.retry}<//>`}
        <${Button} onClick=${() => setAsking('retryAt')}>${words.actions.retryAt}<//>`}
      ${can.now && html`<${Button} onClick=${() => setAsking('now')}>${words.actions.publishNow}<//>`}
      <${Link} class="button" href=${`/app/compose?from=${pin.id}`}>${words.actions.like}<//>
      ${can.draft && html`<${Button} busy=${drafting.busy} onClick=${drafting.run}>${words.actions.draft}<//>`}
      ${can.cancel && html`<${Button} kind="danger" onClick=${() => setAsking('cancel')}>${words.actions.cancel}<//>`}
      ${can.dismiss && html`<${Button} kind="danger" onClick=${() => setAsking('dismiss')}>${words.actions.dismiss}<//>`}
      ${can.takeDown && html`<${Button} kind="danger" onClick=${() => setAsking('takeDown')}>${words.actions.takeDown}<//>`}
    </div>
    ${!asking && html`<${Refusal} error=${acting.error ?? drafting.error} />`}
    ${sure && html`<${Dialog} title=${sure.title} onClose=${() => (acting.clear(), setAsking(null))}>
      <p>${sure.about}</p>
      <${Refusal} error=${acting.error} />
      <p class="row">
        <${Button} kind=${asking === 'now' ? 'primary' : 'danger'} busy=${acting.busy}
          onClick=${() => acting.run(...confirmed[asking])}>${sure.yes}<//>
        <${Button} autofocus=${asking !== 'now'} onClick=${() => (acting.clear(), setAsking(null))}>${sure.no}<//>
      </p>
    <//>`}
    ${asking === 'retryAt' && html`<${RetryAt} acting=${acting} onClose=${() => (acting.clear(), setAsking(null))} />`}
  `;
}

/** What the state of a pin allows; the API decides in the end. */
export function allowed(pin, account) {
  const { status, reason } = pin;
  const isOpen = ['draft', 'scheduled', 'held'].includes(status);
  // What the whole account waits for is released with all of its pins.
  const isMendable = status === 'held' && MENDED_BY_A_PERSON.includes(reason?.code) && account?.hold?.code !== reason.code;
  return {
    edit: isOpen || status === 'failed',
    draft: ['scheduled', 'held'].includes(status),
    now: status === 'draft' || (status === 'scheduled' && !reason),
    retry: status === 'failed' || (status === 'scheduled' && reason !== null) || isMendable,
    cancel: isOpen,
    dismiss: status === 'failed' || status === 'needs_review',
    takeDown: status === 'published' && !pin.taken_down_at,
  };
}

/** Asks for something about the pin, under one key until it was answered, and reads the pin again. */
export function usePinAction(pin, reload, onDone) {
  const key = useRef(null);
  return useAction(async (method, path, body) => {
    key.current ??= crypto.randomUUID();
    const headers = method === 'POST' ? { 'idempotency-key': key.current } : {};
    try {
      announce((await ask(method, `/v1/pins/${pin.id}${path}`, { body, headers })).body);
      onDone(words.actions.done);
    } finally {
      await reload();
    }
    key.current = null;
  });
}

function RetryAt({ acting, onClose }) {
  const [time, setTime] = useState({ when: 'later', zone: zoneInUse(), at: soon(zoneInUse()) });
  const errors = acting.error?.errors ?? [];
  const submit = (event) => {
    event.preventDefault();
    if (timeObjections(time).length === 0) acting.run('POST', '/retry', { publish_at: publishAt(time) });
  };
  return html`<${Dialog} title=${words.retryAt.title} onClose=${onClose}>
    <form onSubmit=${submit} noValidate>
      <${WhenFields} value=${time} options=${['later']} errors=${errors} onChange=${(part) => (acting.clear(), setTime({ ...time, ...part }))} />
      <${Refusal} error=${acting.error} marked=${MARKED} />
      <p class="row"><button type="submit" class="button primary">${words.retryAt.go}</button>
        <${Button} onClick=${onClose}>${t.cancel}<//></p>
    </form>
  <//>`;
}
