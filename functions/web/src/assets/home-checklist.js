// The first steps, from an empty installation to the first pin: each with what is to be done where it stands.

import { ask } from './api.js';
import { connect } from './accounts.js';
import { Link } from './app.js';
import { recall, remember } from './browser-store.js';
import { Button, Copy, Failure, html, useAction, useState } from './parts.js';
import { t } from './texts.js';
import { HERE } from './time.js';

const words = t.home.checklist;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const TIMES = ['09:00', '14:00', '20:00'];

/** Shown until everything is done, or somebody does not want to see it any more. */
export function Checklist({ data, who, reload }) {
  const slot = `pinwheel.checklist.${who?.name ?? ''}`;
  const [isGone, setGone] = useState(() => recall(slot) === 'gone');
  const [opened, setOpened] = useState(null);
  const { status, living, slots, hasPins } = data;
  const connected = living.filter((account) => account.state === 'connected');
  const isReady = status.enabled && status.can_connect;
  const steps = [
    ['app', isReady || living.length > 0, () => html`<${SetUp} reasons=${status.reasons} who=${who} />`],
    ['connect', living.length > 0, () => html`<${Connect} status=${status} />`],
    ['boards', connected.some((account) => account.channels.length > 0), () => html`<p><${Link} class="button primary" href="/app/accounts">${words.boards.go}<//></p>`],
    ['times', slots.some(({ count }) => count > 0), () => html`<${Times} account=${connected[0]} reload=${reload} />`],
    ['pin', hasPins, () => html`<p><${Link} class="button primary" href="/app/create">${words.pin.go}<//></p>`],
  ];
  const done = steps.filter(([, is]) => is).length;
  const isUnknown = slots.some(({ isKnown }) => !isKnown);
  if (isGone || isUnknown || done === steps.length) return null;
  const next = opened ?? steps.find(([, is]) => !is)[0];
  return html`
    <section class="card checklist" aria-labelledby="checklist">
      <div class="row">
        <${Ring} part=${done / steps.length} />
        <h2 id="checklist" class="grow">${words.title} <span class="quiet">${words.count(done, steps.length)}</span></h2>
        <${Button} kind="plain" onClick=${() => (remember(slot, 'gone'), setGone(true))}>${words.dismiss}<//>
      </div>
      <ol class="plain">${steps.map(([name, isDone, action], index) => html`<li key=${name} class=${isDone ? 'done' : name === next ? 'next' : ''}>
        <h3><span class="mark" aria-hidden="true">${isDone ? '✓' : index + 1}</span> ${isDone
          ? html`${words[name].title}<span class="unseen"> (${words.done})</span>`
          : html`<button type="button" aria-expanded=${name === next ? 'true' : 'false'} onClick=${() => setOpened(name)}>${words[name].title}</button>`}</h3>
        ${!isDone && name === next && html`<p class="quiet">${words[name].about}</p>${action()}`}
      </li>`)}</ol>
    </section>
  `;
}

function Ring({ part }) {
  const round = 2 * Math.PI * 10;
  return html`<svg class="ring" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
    <circle cx="12" cy="12" r="10" /><circle class="part" cx="12" cy="12" r="10" stroke-dasharray=${`${part * round} ${round}`} transform="rotate(-90 12 12)" /></svg>`;
}

function SetUp({ reasons, who }) {
  if (who?.isAdmin) return html`<p><${Link} class="button primary" href="/app/settings">${t.home.setUp.go}<//></p>`;
  return html`${reasons.map((reason) => html`<p>${reason.message}</p>`)}
    <p>${words.app.ask}</p>
    <p class="row"><q class="grow">${words.app.sentence(location.origin)}</q> <${Copy} text=${words.app.sentence(location.origin)} label=${words.app.ask} /></p>`;
}

function Connect({ status }) {
  const connecting = useAction(() => connect(null, '/'));
  if (!status.can_connect) return html`${status.reasons.map((reason) => html`<p>${reason.message}</p>`)}`;
  return html`<p><${Button} kind="primary" busy=${connecting.busy} onClick=${connecting.run}>${words.connect.go}<//></p>
    <${Failure} error=${connecting.error} />`;
}

/** Three times a day by one click. */
function Times({ account, reload }) {
  const saving = useAction(async () => {
    const path = `/v1/accounts/${account.id}/plan`;
    const { body, etag } = await ask('GET', path);
    const slots = DAYS.flatMap((day) => TIMES.map((time) => ({ day, time })));
    await ask('PUT', path, { body: { ...body, time_zone: etag === '"0"' ? HERE : body.time_zone, slots }, headers: { 'if-match': etag } });
    await reload();
  });
  if (!account) return null;
  return html`<p class="row"><${Button} kind="primary" busy=${saving.busy} onClick=${saving.run}>${words.times.go}<//>
      <${Link} href="/app/accounts">${words.times.other}<//></p>
    <${Failure} error=${saving.error} />`;
}
