// A pin of which nobody knows whether it is out: the candidates beside ours, and one click to settle it.

import { fromContent, PinPreview } from './compose-content.js';
import { errorOf } from './compose-errors.js';
import { zoneInUse } from './compose-time.js';
import { Refusal } from './compose.js';
import { Button, Field, html, useState } from './parts.js';
import { usePinAction } from './pin-actions.js';
import { t } from './texts.js';
import { exact } from './time.js';

const words = t.pin;

export function Review({ pin, picture, account, reload, onSaid }) {
  const acting = usePinAction(pin, reload, onSaid);
  const [other, setOther] = useState('');
  const [wrong, setWrong] = useState(null);
  const sent = pin.attempts.findLast((attempt) => attempt.outcome === 'unknown')?.at ?? null;
  const isIt = (id) => acting.run('POST', '/resolve', { published_as: id });
  const take = (event) => {
    event.preventDefault();
    const id = /^\s*(?:\S*\/pin\/)?(\d{1,32})\/?(?:[?#]\S*)?\s*$/.exec(other)?.[1];
    setWrong(id ? null : words.review.noDigits);
    if (id) isIt(id);
  };
  const near = (at) => {
    // Pinterest tells seconds only.
    const seconds = Math.round((Date.parse(at) - Date.parse(sent)) / 1000);
    return Math.abs(seconds) < 2 ? words.review.atOnce : words.review.seconds(seconds);
  };
  return html`
    <section class="card" aria-labelledby="review">
      <h2 id="review">${words.review.title}</h2>
      <p>${words.review.about}</p>
      <div class="compare">
        <div>
          <h3>${words.review.ours}</h3>
          ${sent && html`<p class="quiet">${words.review.sent(exact(sent, zoneInUse()))}</p>`}
          <${PinPreview} content=${fromContent(pin.content)} picture=${picture} account=${account} board=${pin.board_id} />
        </div>
        <div>
          <h3>${words.review.candidates}</h3>
          ${pin.candidates.length === 0 && html`<p class="quiet">${words.review.none}</p>`}
          <ul class="plain candidates">${pin.candidates.map((one) => html`<li key=${one.pinterest_pin_id}>
            <p><strong>${words.review.candidate(one.pinterest_pin_id)}</strong>
              ${one.created_at && html`<br />${words.review.created(exact(one.created_at, zoneInUse()))}
                <br /><span class="quiet">${sent && near(one.created_at)}</span>`}</p>
            <p><a href=${one.pinterest_url} target="_blank" rel="noopener">${words.review.look}</a></p>
            <${Button} kind="primary" busy=${acting.busy} aria-label=${words.review.thisOneOf(one.pinterest_pin_id)}
              onClick=${() => isIt(one.pinterest_pin_id)}>${words.review.thisOne}<//>
          </li>`)}</ul>
        </div>
      </div>
      <form onSubmit=${take} noValidate>
        <${Field} label=${words.review.another} error=${wrong ?? errorOf(acting.error?.errors ?? [], 'published_as')}>
          ${(given) => html`<input ...${given} inputmode="url" autocomplete="off" value=${other}
            onInput=${(event) => setOther(event.target.value)} />`}
        <//>
        <p><button type="submit" class="button">${words.review.take}</button></p>
      </form>
      <${Refusal} error=${acting.error} marked=${/^published_as/} />
      <${Button} busy=${acting.busy} onClick=${() => acting.run('POST', '/resolve', { publish_again: true })}>
        ${pin.candidates.length > 0 ? words.review.again : words.review.againNone}<//>
      <p class="hint">${words.review.againHint}</p>
    </section>
  `;
}
