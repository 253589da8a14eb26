// What asks before something is done with a webhook.

import { ask } from './api.js';
import { Button, Choice, Copy, Dialog, Failure, Field, html, useAction, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { platform } from './texts-platform.js';
import { fromInput, toInput } from './time.js';

const words = platform.webhooks;

const OF_INSTALLATION = ['publishing.paused', 'publishing.resumed'];
const TYPES = Object.keys(words.types).filter((type) => type !== 'webhook.test');

/** The error with its sentence in the words of these pages. */
export function inPlainWords(error) {
  const message = words.problems[error?.code];
  return message ? Object.assign(Object.create(error), { message }) : error;
}

/** Adds a webhook, or changes it. */
export function Form({ webhook = null, isAdmin, onClose, onDone }) {
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [scope, setScope] = useState(webhook?.scope ?? 'owner');
  const [isAll, setIsAll] = useState(!webhook || webhook.types.length === 0);
  const [picked, setPicked] = useState(webhook?.types ?? []);
  const [isIncomplete, setIsIncomplete] = useState(false);
  // The same request under the same name, so that trying again after a lost answer adds no second one.
  const [key] = useState(() => crypto.randomUUID());
  const form = useRef(null);
  const offered = TYPES.filter((type) => scope === 'installation' || !OF_INSTALLATION.includes(type) || picked.includes(type));
  const saving = useAction(async () => {
    const types = isAll ? [] : picked.filter((type) => offered.includes(type));
    const isMissing = !isAll && types.length === 0;
    setIsIncomplete(isMissing);
    if (isMissing) return;
    const { body } = webhook
      ? await ask('PATCH', `/v1/webhooks/${webhook.id}`, { body: { url: url.trim(), types } })
      : await ask('POST', '/v1/webhooks', { body: { url: url.trim(), types, scope }, headers: { 'idempotency-key': `${key}.${await digest([url, types, scope])}` } });
    onDone(body);
  });
  const wrong = (name) => saving.error?.of?.(name) ?? null;
  const toggle = (type) => setPicked(picked.includes(type) ? picked.filter((each) => each !== type) : [...picked, type]);
  useEffect(() => {
    if (saving.error || isIncomplete) form.current?.querySelector('[aria-invalid], .types input')?.focus();
  }, [saving.error, isIncomplete]);
  const marked = wrong('url') ?? wrong('types') ?? wrong('scope');
  return html`
    <${Dialog} title=${webhook ? words.form.edit : words.form.add} onClose=${onClose}>
      <form ref=${form} novalidate onSubmit=${(event) => (event.preventDefault(), saving.run())}>
        <${Field} label=${words.form.url} hint=${words.form.urlHint} error=${wrong('url')}>
          ${(given) => html`<input ...${given} type="url" inputmode="url" autocomplete="off" spellcheck=${false} placeholder="https://" value=${url} onInput=${(event) => setUrl(event.target.value)} />`}
        <//>
        ${isAdmin && !webhook && html`<${Choice} label=${words.form.scope} value=${scope} options=${words.form.scopes} onChange=${setScope} />`}
        <fieldset class="types">
          <legend>${words.form.which}</legend>
          <div class="check"><input type="radio" name="types" id="types-all" checked=${isAll} onChange=${() => setIsAll(true)} /><label for="types-all">${words.form.all}</label></div>
          <div class="check"><input type="radio" name="types" id="types-some" checked=${!isAll} onChange=${() => setIsAll(false)} /><label for="types-some">${words.form.some}</label></div>
          ${!isAll && html`<div class="some">${offered.map((type) => html`
            <div class="check" key=${type}><input type="checkbox" id=${`type-${type}`} checked=${picked.includes(type)} onChange=${() => toggle(type)} />
              <label for=${`type-${type}`}>${words.types[type]}</label></div>`)}</div>`}
          ${(isIncomplete || wrong('types')) && html`<p class="error" role="alert">${wrong('types') ?? words.form.none}</p>`}
        </fieldset>
        ${!marked && html`<${Failure} error=${inPlainWords(saving.error)} />`}
        <p class="row">
          <button class="button primary" type="submit" aria-disabled=${saving.busy ? 'true' : null}>${webhook ? t.save : words.form.save}</button>
          <${Button} onClick=${onClose}>${t.cancel}<//>
        </p>
      </form>
    <//>
  `;
}

/** What is sent under one name is one request; other fields are another. */
async function digest(fields) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(fields))));
  return Array.from(bytes.slice(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The secret, this once. */
export function Secret({ secret, rotated = false, onClose }) {
  return html`
    <${Dialog} title=${words.secret.title} onClose=${() => {}}>
      <p>${words.secret.about}</p>
      <p class="row"><code class="secret">${secret}</code> <${Copy} text=${secret} label=${words.secret.label} /></p>
      ${rotated && html`<p>${words.secret.both}</p>`}
      <p>${words.secret.how} <a href="https://www.standardwebhooks.com" target="_blank" rel="noopener">${words.secret.libraries}</a></p>
      <p><${Button} kind="primary" onClick=${onClose}>${words.secret.done}<//></p>
    <//>
  `;
}

/** Asks before `act`, whose answer goes to `onDone`. */
function Ask({ title, children, yes, kind = 'primary', act, onClose, onDone }) {
  const acting = useAction(async () => onDone(await act()));
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      ${children}
      <${Failure} error=${inPlainWords(acting.error)} />
      <p class="row">
        <${Button} kind=${kind} busy=${acting.busy} onClick=${() => acting.run()}>${yes}<//>
        <${Button} autofocus onClick=${onClose}>${t.cancel}<//>
      </p>
    <//>
  `;
}

export function Rotate({ path, onClose, onDone }) {
  const act = async () => (await ask('POST', `${path}/secret`)).body.secret;
  return html`<${Ask} title=${words.rotate.title} yes=${words.rotate.yes} act=${act} onClose=${onClose} onDone=${onDone}><p>${words.rotate.about}</p><//>`;
}

export function Remove({ path, url, onClose, onDone }) {
  return html`<${Ask} title=${words.remove.title} yes=${words.remove.yes} kind="danger" act=${() => ask('DELETE', path)} onClose=${onClose} onDone=${onDone}>
    <p class="url"><strong>${url}</strong></p><p>${words.remove.about}</p><//>`;
}

/** Has everything sent again that was not accepted since a time. */
export function Recover({ path, onClose, onDone }) {
  const [since, setSince] = useState(toInput(Date.now() - 86_400_000));
  const [isWrong, setIsWrong] = useState(false);
  const sending = useAction(async () => {
    const moment = fromInput(since);
    setIsWrong(!moment);
    if (!moment) return;
    await ask('POST', `${path}/recover`, { body: { since: moment.at.toISOString() } });
    onDone();
  });
  const wrong = isWrong ? words.recover.invalid : (sending.error?.of?.('since') ?? null);
  return html`
    <${Dialog} title=${words.recover.title} onClose=${onClose}>
      <p>${words.recover.about}</p>
      <form novalidate onSubmit=${(event) => (event.preventDefault(), sending.run())}>
        <${Field} label=${words.recover.since} hint=${words.recover.hint} error=${wrong}>
          ${(given) => html`<input ...${given} type="datetime-local" value=${since} onInput=${(event) => setSince(event.target.value)} />`}
        <//>
        ${!wrong && html`<${Failure} error=${inPlainWords(sending.error)} />`}
        <p class="row">
          <button class="button primary" type="submit" aria-disabled=${sending.busy ? 'true' : null}>${words.recover.yes}</button>
          <${Button} onClick=${onClose}>${t.cancel}<//>
        </p>
      </form>
    <//>
  `;
}
