// Webhooks: where events are sent, how that goes, and what to do where it doesn't.

import { all, ask, get } from './api.js';
import { Link } from './app.js';
import { Button, Failure, Loaded, Notice, Tag, html, useAction, useData, useState } from './parts.js';
import { platform } from './texts-platform.js';
import { dateTime, relative } from './time.js';
import { Deliveries, toldOf } from './webhooks-deliveries.js';
import { Form, Recover, Remove, Rotate, Secret, inPlainWords } from './webhooks-forms.js';

const words = platform.webhooks;

const GIVEN_UP_MS = 5 * 86_400_000;
const TEST_PAUSE_MS = 700;
const TEST_MOST = 28;

export default function Webhooks({ who }) {
  const shown = useData(
    async (signal) => {
      const [status, own, others] = await Promise.all([
        get('/v1/status', { signal }),
        all('/v1/webhooks', { signal }),
        who?.isAdmin ? all('/v1/webhooks?scope=installation', { signal }) : [],
      ]);
      return { status, webhooks: [...own, ...others].toSorted((one, two) => one.created_at.localeCompare(two.created_at)) };
    },
    [],
    { every: 30_000 },
  );
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState(null);
  const onDone = (webhook) => (setAdding(false), setMade(webhook), shown.reload());
  return html`
    <div class="row spread head">
      <h1>${words.title}</h1>
      ${shown.data && html`<${Button} kind="primary" onClick=${() => setAdding(true)}>${words.add}<//>`}
    </div>
    <p class="quiet">${words.about}</p>
    <${Loaded} of=${shown}>
      ${({ status, webhooks }) => html`
        ${!status.events && html`<${Notice} kind="warn" title=${words.off}>
          <p>${who?.isAdmin ? words.offAdmin : words.offAbout}</p>
          ${who?.isAdmin && html`<p><${Link} href="/app/settings">${words.offGo}<//></p>`}
        <//>`}
        ${webhooks.length === 0
          ? html`<p class="quiet">${words.none}</p>`
          : html`<ul class="plain">${webhooks.map((webhook) => html`<${Webhook} key=${webhook.id} webhook=${webhook} reload=${shown.reload} />`)}</ul>`}
      `}
    <//>
    ${adding && html`<${Form} isAdmin=${who?.isAdmin} onClose=${() => setAdding(false)} onDone=${onDone} />`}
    ${made && html`<${Secret} secret=${made.secret} onClose=${() => setMade(null)} />`}
  `;
}

function stateOf({ enabled, disabled_reason: reason, failing_since: failing }) {
  if (!enabled) return reason?.code === 'requested' ? ['paused', 'neutral'] : ['off', 'bad'];
  return failing ? ['failing', 'warn'] : ['on', 'ok'];
}

/** How it stands, in sentences. */
function sentences(webhook) {
  const { disabled_reason: reason, disabled_at: at, failing_since: failing, former_secret_until: until, pending } = webhook;
  const name = reason?.code === 'failing' ? 'given_up' : reason?.code;
  return [
    reason && (words.told[name]?.(dateTime(at)) ?? reason.message),
    webhook.enabled && failing && words.told.failing(dateTime(failing), relative(+new Date(failing) + GIVEN_UP_MS)),
    webhook.enabled && pending > 0 && words.told.pending(pending),
    until && words.told.both(dateTime(until)),
  ].filter(Boolean);
}

function Webhook({ webhook, reload }) {
  const [open, setOpen] = useState(null);
  const [listed, setListed] = useState(false);
  const [secret, setSecret] = useState(null);
  const [said, setSaid] = useState('');
  const [isBad, setIsBad] = useState(false);
  const [sent, setSent] = useState(0);
  const path = `/v1/webhooks/${webhook.id}`;
  const testing = useAction(async () => {
    setSaid(words.test.sending);
    setIsBad(false);
    try {
      const { body } = await ask('POST', `${path}/test`);
      const told = await answerTo(path, body.event_id);
      setSaid(told.text);
      setIsBad(told.isBad);
      setSent((count) => count + 1);
      reload();
    } catch (error) {
      setSaid('');
      throw error;
    }
  });
  const switching = useAction(async (enabled) => {
    await ask('PATCH', path, { body: { enabled } });
    setSaid(enabled ? words.resumed : '');
    setIsBad(false);
    reload();
  });
  const [state, kind] = stateOf(webhook);
  const close = () => setOpen(null);
  const error = testing.error ?? switching.error;
  return html`
    <li class="card webhook">
      <h2 class="url">${webhook.url}</h2>
      <p class="row"><${Tag} kind=${kind}>${words.states[state]}<//>
        ${webhook.scope === 'installation' && html`<${Tag} kind="neutral">${words.installation}<//>`}</p>
      ${sentences(webhook).map((sentence) => html`<p class=${['off', 'failing'].includes(state) ? 'error' : 'quiet'}>${sentence}</p>`)}
      <dl class="facts">
        <dt>${words.gets}</dt>
        <dd>${webhook.types.length === 0 ? words.all : webhook.types.map((type) => words.types[type] ?? type).join(' · ')}</dd>
        <dt>${words.created}</dt><dd>${dateTime(webhook.created_at)}</dd>
      </dl>
      <div class="row acts">
        ${!webhook.enabled && html`<${Button} kind="primary" busy=${switching.busy} onClick=${() => switching.run(true)}>${words.actions.resume}<//>`}
        ${webhook.enabled && html`<${Button} busy=${testing.busy} onClick=${testing.run}>${words.actions.test}<//>`}
        <${Button} aria-expanded=${listed ? 'true' : 'false'} onClick=${() => setListed(!listed)}>${listed ? words.actions.hide : words.actions.deliveries}<//>
        <${Button} onClick=${() => setOpen('edit')}>${words.actions.edit}<//>
        <${Button} onClick=${() => setOpen('rotate')}>${words.actions.rotate}<//>
        ${webhook.enabled && html`<${Button} busy=${switching.busy} onClick=${() => switching.run(false)}>${words.actions.pause}<//>
          <${Button} onClick=${() => setOpen('recover')}>${words.actions.recover}<//>`}
        <${Button} kind="danger" onClick=${() => setOpen('remove')}>${words.actions.remove}<//>
      </div>
      <p class=${isBad ? 'error' : 'said'} role="status">${said}</p>
      <${Failure} error=${inPlainWords(error)} />
      ${listed && html`<${Deliveries} webhook=${webhook} sent=${sent} />`}
      ${open === 'edit' && html`<${Form} webhook=${webhook} onClose=${close} onDone=${() => (close(), reload())} />`}
      ${open === 'rotate' && html`<${Rotate} path=${path} onClose=${close} onDone=${(made) => (close(), setSecret(made), reload())} />`}
      ${open === 'remove' && html`<${Remove} path=${path} url=${webhook.url} onClose=${close} onDone=${() => (close(), reload())} />`}
      ${open === 'recover' && html`<${Recover} path=${path} onClose=${close} onDone=${() => (close(), setSaid(words.recover.done), setIsBad(false), setListed(true), setSent(sent + 1))} />`}
      ${secret && html`<${Secret} secret=${secret} rotated onClose=${() => setSecret(null)} />`}
    </li>
  `;
}

/** Waits for what becomes of the test, and says it. */
async function answerTo(path, event) {
  for (let look = 0; look < TEST_MOST; look += 1) {
    await new Promise((done) => setTimeout(done, TEST_PAUSE_MS));
    const { items } = await get(`${path}/deliveries?limit=10`);
    const delivery = items.find((each) => each.event_id === event);
    if (delivery && delivery.status !== 'pending') {
      const isBad = delivery.status !== 'delivered';
      return { text: words.test[isBad ? 'failed' : 'ok'](toldOf(delivery)), isBad };
    }
  }
  return { text: words.test.waiting, isBad: false };
}
