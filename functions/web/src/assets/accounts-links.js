// Connect links: somebody without a sign-in connects an account; made, looked at and withdrawn here.

import { ask, get } from './api.js';
import { Button, Copy, Dialog, Failure, Field, Loaded, Tag, html, useAction, useData, useState } from './parts.js';
import { t } from './texts.js';
import { platform } from './texts-platform.js';
import { dateTime } from './time.js';

const words = platform.links;

const KINDS = { open: 'ok', used: 'neutral', expired: 'neutral', revoked: 'neutral' };
const FEW = 5;
const MOST = 100;

const inPlainWords = (error) => {
  const message = words.problems[error?.code];
  return message ? Object.assign(Object.create(error), { message }) : error;
};

export default function Links({ canConnect }) {
  const [most, setMost] = useState(FEW);
  const links = useData((signal) => get(`/v1/accounts/connect-links?limit=${most}`, { signal }), [most], { every: 30_000 });
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState(null);
  return html`
    <section class="card" aria-labelledby="links">
      <div class="row spread head">
        <h2 id="links">${words.title}</h2>
        ${canConnect && html`<${Button} onClick=${() => setMaking(true)}>${words.open}<//>`}
      </div>
      <p class="quiet">${words.about}</p>
      <${Loaded} of=${links}>
        ${({ items, next_cursor: next }) => html`
          ${items.length > 0 && html`<ul class="plain">${items.map((link) => html`<${Item} key=${link.id} link=${link} reload=${links.reload} />`)}</ul>`}
          ${next && most < MOST && html`<p><${Button} kind="plain" onClick=${() => setMost(MOST)}>${words.more}<//></p>`}`}
      <//>
      ${making && html`<${Make} onClose=${() => setMaking(false)} onDone=${(link) => (setMaking(false), setMade(link), links.reload())} />`}
      ${made && html`<${Made} link=${made} onClose=${() => setMade(null)} />`}
    </section>
  `;
}

/** How a link stands, in words. */
function told(link) {
  if (link.state === 'used') return words.told.used(link.username, dateTime(link.used_at));
  return words.told[link.state](dateTime(link.state === 'revoked' ? link.revoked_at : link.expires_at));
}

function Item({ link, reload }) {
  const revoking = useAction(async () => {
    await ask('DELETE', `/v1/accounts/connect-links/${link.id}`);
    await reload();
  });
  const what = link.expected_username ? `@${link.expected_username}` : words.anyone;
  const made = dateTime(link.created_at);
  return html`
    <li class="change row spread">
      <div class="grow">
        <p class="row"><${Tag} kind=${KINDS[link.state]}>${words.states[link.state]}<//> <strong>${what}</strong></p>
        <p class="quiet">${told(link)} · ${words.made_at(made)}</p>
        <${Failure} error=${inPlainWords(revoking.error)} />
      </div>
      ${link.state === 'open' && html`<${Button} kind="danger" busy=${revoking.busy} onClick=${revoking.run} aria-label=${words.revokeOf(what, made)}>${words.revoke}<//>`}
    </li>
  `;
}

function Make({ onClose, onDone }) {
  const [username, setUsername] = useState('');
  const [hours, setHours] = useState(72);
  const [back, setBack] = useState('');
  const making = useAction(async () => {
    const body = { expires_in_hours: hours };
    if (username.trim()) body.expected_username = username.trim();
    if (back.trim()) body.return_to = back.trim();
    onDone((await ask('POST', '/v1/accounts/connect-links', { body })).body);
  });
  const wrong = (name) => making.error?.of?.(name) ?? null;
  return html`
    <${Dialog} title=${words.open} onClose=${onClose}>
      <form novalidate onSubmit=${(event) => (event.preventDefault(), making.run())}>
        <${Field} label=${words.expected} hint=${words.expectedHint} error=${wrong('expected_username')} optional>
          ${(given) => html`<input ...${given} autocomplete="off" autocapitalize="off" spellcheck=${false} value=${username} onInput=${(event) => setUsername(event.target.value)} />`}
        <//>
        <${Field} label=${words.hours}>
          ${(given) => html`<select ...${given} value=${hours} onChange=${(event) => setHours(Number(event.target.value))}>
            ${words.hoursOptions.map(([value, label]) => html`<option value=${value} selected=${value === hours}>${label}</option>`)}</select>`}
        <//>
        <${Field} label=${words.back} hint=${words.backHint} error=${wrong('return_to') && words.problems.return_to} optional>
          ${(given) => html`<input ...${given} inputmode="url" autocomplete="off" spellcheck=${false} value=${back} onInput=${(event) => setBack(event.target.value)} />`}
        <//>
        ${making.error?.status !== 422 && html`<${Failure} error=${inPlainWords(making.error)} />`}
        <p class="row">
          <button class="button primary" type="submit" aria-disabled=${making.busy ? 'true' : null}>${words.create}</button>
          <${Button} onClick=${onClose}>${t.cancel}<//>
        </p>
      </form>
    <//>
  `;
}

/** The link, this once. */
function Made({ link, onClose }) {
  return html`
    <${Dialog} title=${words.made.title} onClose=${() => {}}>
      <p>${words.made.about}</p>
      <p class="row"><code class="secret">${link.url}</code> <${Copy} text=${link.url} label=${words.made.label} /></p>
      <p>${words.made.until(dateTime(link.expires_at))}</p>
      <p><${Button} kind="primary" onClick=${onClose}>${words.made.done}<//></p>
    <//>
  `;
}
