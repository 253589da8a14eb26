// One pin, as a page of its own or in a sheet beside another: how it stands and why, what can be done now, and all that it says.

import { ask, get } from './api.js';
import { asMedia, fromContent, PinPreview, usePicture } from './compose-content.js';
import { recall } from './browser-store.js';
import { Notes } from './compose-notes.js';
import { zoneInUse } from './compose-time.js';
import { Link } from './app.js';
import { useChangedPins } from './history.js';
import { Button, html, Loaded, Notice, Tag, useCallback, useData, useEffect, useRef, useState } from './parts.js';
import { Actions, allowed } from './pin-actions.js';
import { Edit } from './pin-edit.js';
import { Fields } from './pin-fields.js';
import { Fix } from './pin-fix.js';
import { PinFigures } from './pin-figures.js';
import { Timeline } from './pin-history.js';
import { Review } from './pin-review.js';
import { causeOf, inWords } from './pin-state.js';
import { plain } from './plain.js';
import { Sign } from './signs.js';
import { t } from './texts.js';
import { Thumb, slidesOf } from './thumb.js';
import { exact } from './time.js';

const words = t.pin;

/** `head` gets the title once it is known. */
export function PinView({ id, who, head }) {
  const [every, setEvery] = useState(null);
  // Whose changes are kept, also after their session has ended.
  const [owner] = useState(who?.name ?? '');
  const stored = useData(async (signal) => {
    if (!id) throw new Error(words.noId);
    const { body, etag } = await ask('GET', `/v1/pins/${encodeURIComponent(id)}`, { signal });
    return { pin: body, etag };
  }, [id], { every });
  useChangedPins(useCallback((...pins) => pins.some((pin) => pin.id === id) && stored.reload(), [id, stored.reload]));
  const accountId = stored.data?.pin.account_id;
  const readAccount = (signal) => (accountId ? get(`/v1/accounts/${accountId}`, { signal }) : null);
  // What holds the account may have changed with the state of its pin.
  const account = useData(readAccount, [accountId, stored.data?.pin.status]);
  useEffect(() => setEvery(stored.data && pace(stored.data.pin)), [stored.data]);
  return html`
    ${head(stored.data ? (stored.data.pin.content.title ?? words.untitled) : words.title)}
    <${Loaded} of=${stored}>
      ${({ pin, etag }) => html`<${Shown} key=${pin.id} pin=${pin} etag=${etag} account=${account.data} owner=${owner} reload=${stored.reload} />`}
    <//>
  `;
}

/** How often a pin is read again, in milliseconds; never where nothing goes on. */
function pace(pin) {
  const next = Date.parse(pin.next_attempt_at ?? pin.held_until ?? pin.publish_at) - Date.now();
  if (['draft', 'published', 'cancelled'].includes(pin.status)) return null;
  if (pin.status === 'publishing' || (pin.status === 'scheduled' && next < 60_000)) return 2_000;
  return pin.status === 'held' && next < 60_000 ? 5_000 : 20_000;
}

function Shown({ pin, etag, account, owner, reload }) {
  const slot = `pinwheel.edit.${owner}.${pin.id}`;
  const [editing, setEditing] = useState(() => recall(slot) !== null);
  const [said, setSaid] = useState('');
  // While it is changed, it looks as it is to be.
  const [typed, setTyped] = useState(null);
  const seen = typed ?? { content: fromContent(pin.content), board_id: pin.board_id };
  const isSame = JSON.stringify(asMedia(seen.content)) === JSON.stringify(asMedia(fromContent(pin.content)));
  const picture = usePicture(seen.content, isSame && pin.preview.expires_at ? pin.preview : null);
  const edit = () => (setSaid(''), setEditing(true));
  const close = (text) => (setEditing(false), setTyped(null), setSaid(text));
  const can = allowed(pin, account).edit;
  const isFailed = pin.status === 'failed';
  const isInReview = pin.status === 'needs_review';
  // What had the focus is gone after an action.
  const told = useRef(null);
  useEffect(() => {
    if (said) told.current.focus();
  }, [said]);
  return html`
    <div class=${`pin-view ${editing ? 'editing' : ''}`}>
      <div class="pin-picture">
        ${editing
          ? html`<${PinPreview} content=${seen.content} picture=${picture} account=${account} board=${seen.board_id} />`
          : html`<${Thumb} preview=${pin.preview} size="large" count=${slidesOf(pin)} alt=${pin.content.alt_text || t.compose.preview.alt} />
            ${can && !isFailed && html`<p><${Button} onClick=${edit}>${words.actions.replace}<//></p>`}`}
      </div>
      <div class="pin-main">
        <section aria-labelledby="state">
          <h2 id="state" class=${isFailed ? 'cause' : 'unseen'}>${isFailed ? causeOf(pin) : words.facts.state}</h2>
          <${State} pin=${pin} account=${account} />
        </section>
        <div class="pin-do">
          ${isFailed && !editing && html`<${Fix} pin=${pin} etag=${etag} reload=${reload} onSaid=${setSaid} />`}
          ${!editing && html`<${Actions} pin=${pin} account=${account} reload=${reload} onSaid=${setSaid} onEdit=${edit} />`}
          <p class="said" ref=${told} tabindex="-1" role="status">${said}</p>
        </div>
        ${editing
          ? html`<${Edit} slot=${slot} pin=${pin} etag=${etag} owner=${owner} reload=${reload} picture=${picture} onTyped=${setTyped} onClose=${close} />`
          : html`${isInReview && html`<${Review} pin=${pin} picture=${picture} account=${account} reload=${reload} onSaid=${setSaid} />`}
            <${Fields} pin=${pin} etag=${etag} account=${account} can=${can} reload=${reload} />`}
        ${pin.status === 'published' && !pin.taken_down_at && html`<${PinFigures} pin=${pin} />`}
        <${Timeline} pin=${pin} />
      </div>
    </div>
  `;
}

function State({ pin, account }) {
  const isToGoOut = ['scheduled', 'held'].includes(pin.status) && account && account.state !== 'connected';
  return html`
    <div role="status">
      <p class="state"><${Tag} kind=${pin.status}><${Sign} state=${pin.status} /> ${t.status[pin.status]}<//>
        ${pin.mode === 'sandbox' && html` <${Tag} kind="neutral">${t.mode.sandbox}<//>`} ${pin.status === 'failed' ? pin.reason && plain(pin.reason.message) : inWords(pin)}</p>
    </div>
    ${pin.reason && pin.status !== 'failed' && html`<p class="quiet">${plain(pin.reason.message)}</p>`}
    ${pin.warning && html`<${Notice} kind="warn"><p>${plain(pin.warning.message)}</p><//>`}
    <${Notes} pin=${pin} />
    ${isToGoOut && html`<${Notice} kind="bad" title=${words.accountGone[account.state](account.username)}>
      <p><${Link} href="/app/accounts">${words.accounts}<//></p><//>`}
    ${pin.taken_down_at && html`<${Notice} kind="warn"><p>${words.takenDown(exact(pin.taken_down_at, zoneInUse()))}</p><//>`}
    ${pin.pinterest_url && html`<p><a href=${pin.pinterest_url} target="_blank" rel="noopener">${words.onPinterest}</a></p>`}
  `;
}
