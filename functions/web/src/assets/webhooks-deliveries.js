// What was sent to a webhook, and what its server answered.

import { ask, get } from './api.js';
import { Button, Failure, Loaded, Tag, html, useAction, useData, useEffect, useState } from './parts.js';
import { platform } from './texts-platform.js';
import { exact, relative } from './time.js';
import { inPlainWords } from './webhooks-forms.js';

const words = platform.webhooks.deliveries;
const { types } = platform.webhooks;

const STEP = 20;
const MOST = 100;
const KINDS = { delivered: 'ok', pending: 'warn', failed: 'bad' };

/** What the server answered, and why that was not enough. */
export function toldOf({ http_status: status, took_ms: ms, error }) {
  const answered = status !== null && words.answered(status, ms);
  return [answered, error && (words.errors[error.code] ?? error.message)].filter(Boolean).join(' ');
}

/** `sent` changes whenever something was sent besides. */
export function Deliveries({ webhook, sent }) {
  const [most, setMost] = useState(STEP);
  const path = `/v1/webhooks/${webhook.id}/deliveries`;
  const shown = useData((signal) => get(`${path}?limit=${most}`, { signal }), [webhook.id, most], { every: 5_000 });
  useEffect(() => {
    if (sent > 0) shown.reload();
  }, [sent]);
  return html`
    <div class="deliveries">
      <${Loaded} of=${shown}>
        ${({ items, next_cursor: next }) => items.length === 0
          ? html`<p class="quiet">${words.none}</p>`
          : html`<ol class="plain">
              ${items.map((delivery) => html`<${Delivery} key=${delivery.event_id} delivery=${delivery} path=${path} isOn=${webhook.enabled} reload=${shown.reload} />`)}
            </ol>
            ${next && most < MOST && html`<p><${Button} kind="plain" onClick=${() => setMost(MOST)}>${words.more}<//></p>`}`}
      <//>
    </div>
  `;
}

function Delivery({ delivery, path, isOn, reload }) {
  const replaying = useAction(async () => {
    await ask('POST', `${path}/${delivery.event_id}/replay`);
    await reload();
  });
  const what = types[delivery.type] ?? delivery.type;
  const at = exact(delivery.at);
  const isWaiting = delivery.status === 'pending';
  return html`
    <li class="delivery">
      <div class="row spread">
        <p class="row"><${Tag} kind=${KINDS[delivery.status]}>${words.statuses[delivery.status] ?? delivery.status}<//> <strong>${what}</strong></p>
        ${isOn && html`<${Button} busy=${replaying.busy} onClick=${replaying.run} aria-label=${words.againOf(what, at)}>${words.again}<//>`}
      </div>
      <p class="quiet"><time datetime=${delivery.at}>${at}</time>${delivery.tries > 0 && ` · ${words.tries(delivery.tries)}`}</p>
      ${toldOf(delivery) && html`<p>${toldOf(delivery)}</p>`}
      ${delivery.answer && html`<details><summary>${words.body}</summary><pre>${delivery.answer}</pre></details>`}
      ${isWaiting && (delivery.next_at
        ? html`<p class="quiet">${words.next(relative(delivery.next_at))}</p>`
        : html`<p class="quiet">${words.behind}</p>`)}
      <${Failure} error=${inPlainWords(replaying.error)} />
    </li>
  `;
}
