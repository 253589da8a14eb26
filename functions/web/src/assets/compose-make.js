// A new board or section, made where a pin is composed.

import { ask } from './api.js';
import { errorOf } from './compose-errors.js';
import { Button, Dialog, Failure, Field, html, useAction, useState } from './parts.js';
import { t } from './texts.js';

/** A button that asks for a name and makes a `what`, "board" or "section", at `path`; `onMade` gets it. */
export function Make({ what, path, canBeSecret, label, onMade }) {
  const words = t.compose.make[what];
  const [isAsking, setIsAsking] = useState(false);
  const [name, setName] = useState('');
  const [isSecret, setIsSecret] = useState(false);
  const making = useAction(async () => {
    const body = isSecret ? { name, privacy: 'SECRET' } : { name };
    const made = (await ask('POST', path, { body })).body;
    close();
    onMade(made);
  });
  const close = () => (making.clear(), setIsAsking(false), setName(''), setIsSecret(false));
  const wrong = errorOf(making.error?.errors ?? [], 'name');
  return html`
    <${Button} kind="plain" aria-label=${label} onClick=${() => setIsAsking(true)}>${words.open}<//>
    ${isAsking && html`<${Dialog} title=${words.title} onClose=${close}>
      <form onSubmit=${(event) => (event.preventDefault(), making.run())}>
        <${Field} label=${words.name} error=${wrong}>
          ${(given) => html`<input ...${given} autofocus value=${name} onInput=${(event) => setName(event.target.value)} />`}
        <//>
        ${canBeSecret && html`<p class="check">
          <input type="checkbox" id="make-secret" checked=${isSecret} onChange=${() => setIsSecret(!isSecret)} />
          <label for="make-secret">${words.secret}</label>
        </p>`}
        ${!wrong && html`<${Failure} error=${making.error} />`}
        <p class="row">
          <${Button} type="submit" kind="primary" busy=${making.busy}>${words.yes}<//>
          <${Button} onClick=${close}>${t.compose.make.no}<//>
        </p>
      </form>
    <//>`}
  `;
}
