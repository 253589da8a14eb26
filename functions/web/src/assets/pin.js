// One pin: how it stands and why, what happened so far, and what can be done now.

import { ask, get } from './api.js';
import { asMedia, fromContent, PinPreview, usePicture } from './compose-content.js';
import { recall } from './browser-store.js';
import { Notes } from './compose-notes.js';
import { BoardName, sectionsOf } from './compose-place.js';
import { zoneInUse } from './compose-time.js';
import { Link } from './app.js';
import { html, Loaded, Notice, Skeleton, Tag, useData, useEffect, useRef, useState } from './parts.js';
import { Actions } from './pin-actions.js';
import { Edit } from './pin-edit.js';
import { PinFigures } from './pin-figures.js';
import { Review } from './pin-review.js';
import { inWords } from './pin-state.js';
import { Sign } from './signs.js';
import { t } from './texts.js';
import { exact } from './time.js';

const words = t.pin;

export default function Pin({ place, who }) {
  const [every, setEvery] = useState(null);
  // Whose changes are kept, also after their session has ended.
  const [owner] = useState(who?.name ?? '');
  const stored = useData(async (signal) => {
    if (!place.id) throw new Error(words.noId);
    const { body, etag } = await ask('GET', `/v1/pins/${encodeURIComponent(place.id)}`, { signal });
    return { pin: body, etag };
  }, [place.id], { every });
  const accountId = stored.data?.pin.account_id;
  const readAccount = (signal) => (accountId ? get(`/v1/accounts/${accountId}`, { signal }) : null);
  // What holds the account may have changed with the state of its pin.
  const account = useData(readAccount, [accountId, stored.data?.pin.status]);
  useEffect(() => setEvery(stored.data && pace(stored.data.pin)), [stored.data]);
  const title = stored.data ? (stored.data.pin.content.title ?? words.untitled) : words.title;
  useEffect(() => {
    document.title = `${title} · Pinwheel`;
  }, [title]);
  return html`
    <h1>${title}</h1>
    <${Loaded} of=${stored}>
      ${({ pin, etag }) => html`<${Shown} pin=${pin} etag=${etag} account=${account.data} owner=${owner} reload=${stored.reload} />`}
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
  // What had the focus is gone after an action.
  const told = useRef(null);
  useEffect(() => {
    if (said) told.current.focus();
  }, [said]);
  return html`
    <div class="one-pin">
      <div class="main">
        <section class="card" aria-labelledby="state">
          <h2 id="state" class="unseen">${words.facts.state}</h2>
          <${State} pin=${pin} account=${account} />
          ${!editing && html`<${Actions} pin=${pin} account=${account} reload=${reload} onSaid=${setSaid} onEdit=${edit} />`}
          <p class="said" ref=${told} tabindex="-1" role="status">${said}</p>
        </section>
        ${editing && html`<${Edit} slot=${slot} pin=${pin} etag=${etag} owner=${owner} reload=${reload} picture=${picture}
          onTyped=${setTyped} onClose=${close} />`}
      </div>
      ${pin.status !== 'needs_review' && html`<div class="beside">
        <${PinPreview} content=${seen.content} picture=${picture} account=${account} board=${seen.board_id} />
      </div>`}
      <div class="end">
        ${pin.status === 'needs_review' && html`<${Review} pin=${pin} picture=${picture} account=${account} reload=${reload} onSaid=${setSaid} />`}
        ${pin.status === 'published' && !pin.taken_down_at && html`<${PinFigures} pin=${pin} />`}
        <${Facts} pin=${pin} account=${account} />
        <${Timeline} pin=${pin} />
      </div>
    </div>
  `;
}

function State({ pin, account }) {
  const isToGoOut = ['scheduled', 'held'].includes(pin.status) && account && account.state !== 'connected';
  return html`
    <div role="status">
      <p class="row"><${Tag} kind=${pin.status}><${Sign} state=${pin.status} /> ${t.status[pin.status]}<//>
        ${pin.mode === 'sandbox' && html`<${Tag} kind="neutral">${t.mode.sandbox}<//>`}</p>
      <p class="state">${inWords(pin)}</p>
    </div>
    ${pin.reason && html`<p class="quiet">${pin.reason.message}</p>`}
    ${pin.warning && html`<${Notice} kind="warn"><p>${pin.warning.message}</p><//>`}
    <${Notes} pin=${pin} />
    ${isToGoOut && html`<${Notice} kind="bad" title=${words.accountGone[account.state](account.username)}>
      <p><${Link} href="/app/accounts">${words.accounts}<//></p><//>`}
    ${pin.taken_down_at && html`<${Notice} kind="warn"><p>${words.takenDown(exact(pin.taken_down_at, zoneInUse()))}</p><//>`}
    ${pin.pinterest_url && html`<p><a href=${pin.pinterest_url} target="_blank" rel="noopener">${words.onPinterest}</a></p>`}
  `;
}

function Facts({ pin, account }) {
  const zone = zoneInUse();
  const { link, media, alt_text, ai_disclosures } = pin.content;
  const facts = [
    [words.facts.account, account ? account.username : '…'],
    [words.facts.board, html`<${BoardName} account=${pin.account_id} board=${pin.board_id} />${!pin.board_verified && ` (${words.facts.unseen})`}`],
    pin.section_id && [words.facts.section, html`<${SectionName} pin=${pin} />`],
    [words.facts.time, pin.publish_at ? `${exact(pin.publish_at, zone)} (${zone})` : words.facts.noTime],
    pin.published_at && [words.facts.published, `${exact(pin.published_at, zone)} (${zone})`],
    link && [words.facts.link, html`<a href=${link} target="_blank" rel="noopener noreferrer">${link}</a>`],
    [words.facts.picture, shown(media)],
    alt_text && [words.facts.alt, alt_text],
    ai_disclosures.length > 0 && [words.facts.ai, ai_disclosures.map((word) => t.compose.ai[word]).join('. ')],
  ];
  return html`<section class="card" aria-labelledby="facts"><h2 id="facts">${words.facts.title}</h2>
    <dl class="facts">${facts.filter(Boolean).map(([name, fact]) => html`<dt>${name}</dt><dd>${fact}</dd>`)}</dl></section>`;
}

function shown(media) {
  if (media.url) return html`<a href=${media.url} target="_blank" rel="noopener noreferrer">${media.url}</a>`;
  if (media.items) return words.facts.carousel(media.items.length);
  return words.facts.video[media.upload] ?? words.facts.file;
}

function SectionName({ pin }) {
  const sections = useData(() => sectionsOf(pin.account_id, pin.board_id), [pin.account_id, pin.board_id]);
  if (!sections.data && !sections.error) return html`<${Skeleton} />`;
  return sections.data?.find((one) => one.id === pin.section_id)?.name ?? words.facts.unknownSection;
}

function Timeline({ pin }) {
  const zone = zoneInUse();
  return html`
    <section class="card" aria-labelledby="timeline">
      <h2 id="timeline">${words.timeline.title}</h2>
      <ol class="plain timeline">
        ${[...pin.attempts].reverse().map((attempt) => html`<li><${Attempt} attempt=${attempt} zone=${zone} /></li>`)}
        <li><strong>${words.timeline.created}</strong><br /><span class="quiet">${exact(pin.created_at, zone)}</span></li>
      </ol>
    </section>
  `;
}

function Attempt({ attempt, zone }) {
  const { at, kind, outcome, http_status, code, message, request_id, took_ms } = attempt;
  // What was seen on a board is told in our words, and so is what a person did.
  const told = outcome === 'unknown' && http_status !== null ? 'answeredUnclear' : outcome;
  const isTheirs = ['publish', 'take_down'].includes(kind) && http_status !== null;
  const details = [took_ms !== null && words.timeline.took(took_ms), request_id && words.timeline.request(request_id)].filter(Boolean);
  return html`
    <p><strong>${words.timeline.outcomes[told] ?? outcome}</strong> <span class="quiet">(${words.timeline.kinds[kind] ?? kind})</span></p>
    <p class="quiet"><time datetime=${at}>${exact(at, zone)}</time>${details.length > 0 && ` · ${details.join(' · ')}`}</p>
    ${!isTheirs && message && html`<p>${message}</p>`}
    ${http_status !== null && html`<p>${words.timeline.answer} ${words.timeline.status(http_status, code)}
      ${isTheirs && message && ` · ${message}`}</p>`}
  `;
}
