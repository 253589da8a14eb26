// The first page: what goes out next, what is late and why, what needs a person.

import { all, get, health } from './api.js';
import { Link } from './app.js';
import { useChangedPins } from './history.js';
import { Checklist } from './home-checklist.js';
import { Avatar, Button, Loaded, Notice, Tag, html, useCallback, useData, useState } from './parts.js';
import { fieldToFix } from './pin-fix.js';
import { openPin, PinLink } from './pin-link.js';
import { causeOf } from './pin-state.js';
import { plain } from './plain.js';
import { Sign } from './signs.js';
import { t } from './texts.js';
import { Thumb, slidesOf } from './thumb.js';
import { dateTime, relative, since, soonTime } from './time.js';

const words = t.home;

// Each look is eight requests; the page of a pin is for watching it go out.
const EVERY_MS = 30_000;

// Nobody reads further than that.
const MOST = 200;

// What a pin waits for that does not pass by itself.
const MENDED_BY_A_PERSON = [
  'link_blocked', 'not_permitted', 'spam_block', 'needs_reconnect', 'account_disconnected', 'image_unreachable', 'token_key_missing',
];

// A pin that is that late is told; what is due goes out within a second as a rule.
const LATE_MS = 60_000;

export default function Home({ who }) {
  const shown = useData(look, [], { every: EVERY_MS });
  useChangedPins(useCallback(() => shown.reload(), [shown.reload]));
  return html`
    <h1>${words.title}</h1>
    <${Loaded} of=${shown}>
      ${(data) => html`
        <${State} data=${data} who=${who} />
        <${Checklist} data=${data} who=${who} reload=${shown.reload} />
        <div class="home">
          <div class="home-main">
            <${Needs} data=${data} />
            <${Strip} pins=${data.next} />
            ${data.waiting.length > 0 && html`<${Pins} title=${words.waiting.title} pins=${data.waiting} query="status=held&order=soonest" />`}
            <${Pins} title=${words.out.title} none=${words.out.none} pins=${data.out} query="status=published&order=newest" />
          </div>
          <${Week} data=${data} />
        </div>
      `}
    <//>
  `;
}

async function look(signal) {
  const now = new Date();
  const list = (query, most = 6) => get(`/v1/pins?limit=${most}&${query}`, { signal }).then((page) => page.items);
  const since = new Date(now - 30 * 86_400_000).toISOString();
  const [status, accounts, state, next, needs, held, overdue, out, drafts] = await Promise.all([
    get('/v1/status', { signal }),
    all('/v1/accounts', { signal }),
    health().catch(() => null),
    list(`status=scheduled&order=soonest&from=${now.toISOString()}`, 10),
    list('status=needs_review&status=failed&order=newest'),
    list('status=held&order=soonest'),
    list(`status=scheduled&status=publishing&order=soonest&from=${since}&to=${new Date(now - LATE_MS).toISOString()}`),
    list(`status=published&order=newest&to=${now.toISOString()}`),
    list('status=draft', 1),
  ]);
  const gone = accounts.filter((account) => account.state === 'disconnected');
  const living = accounts.filter((account) => account.state !== 'disconnected');
  const [left, slots] = await Promise.all([
    Promise.all(gone.map((account) => all(`/v1/pins?account_id=${account.id}&status=scheduled`, { most: 100, signal }))),
    slotsOf(living, now, signal),
  ]);
  const [stuck, waiting] = [true, false].map((is) => [...overdue, ...held].filter((pin) => MENDED_BY_A_PERSON.includes(pin.reason?.code) === is));
  const { needs_review: doubts, failed } = status.attention;
  return {
    status, accounts, living, state, next, out, slots,
    hasPins: [next, needs, held, overdue, out, drafts].some((pins) => pins.length > 0),
    needs: [...stuck, ...needs].slice(0, 6),
    count: stuck.length + doubts + failed,
    waiting: waiting.slice(0, 6),
    gone: gone.map((account, index) => [account.username, left[index].length]).filter(([, count]) => count > 0),
  };
}

/** The posting times of the next seven days by account: how many there are, and how many a pin has. */
async function slotsOf(accounts, now, signal) {
  const to = new Date(+now + 7 * 86_400_000).toISOString();
  const found = await Promise.all(accounts.map(({ id }) => get(`/v1/accounts/${id}/slots?to=${to}`, { signal }).then(({ items }) => items, () => null)));
  return accounts.map((account, index) => ({
    account,
    isKnown: found[index] !== null,
    count: found[index]?.filter(({ state }) => state !== 'full').length ?? 0,
    taken: found[index]?.filter(({ state }) => state === 'taken').length ?? 0,
  }));
}

/** Whether everything goes as it should, and otherwise what to do first. */
function State({ data, who }) {
  const { status, accounts, state } = data;
  const reconnect = accounts.filter((account) => account.state === 'needs_reconnect');
  const isNew = data.living.length === 0;
  return html`
    ${status.reasons.length > 0 && !isNew && html`<${Notice} kind="warn" title=${words.setUp.title}>
      ${status.reasons.map((reason) => html`<p>${reason.message}</p>`)}
      ${who?.isAdmin && html`<p><${Link} href="/app/settings">${words.setUp.go}<//></p>`}
    <//>`}
    ${status.holding.map((hold) => html`<${Notice} kind="bad" title=${words.holding(since(hold.since))}>${hold.message}<//>`)}
    ${['late', 'unavailable'].includes(state?.status) && html`<${Notice} kind="bad" title=${words.late.title}>${words.late.about}<//>`}
    ${reconnect.length > 0 && html`<${Notice} kind="bad" title=${words.reconnect(reconnect.map((account) => account.username).join(', '))}>
      <p><${Link} href="/app/accounts">${words.reconnectGo}<//></p>
    <//>`}
    ${data.gone.map(([name, count]) => html`<${Notice} kind="bad" title=${words.gone(name, count)}><p><${Link} href="/app/accounts">${words.reconnectGo}<//></p><//>`)}
    ${status.mode === 'sandbox' && status.enabled && html`<${Notice}>${words.sandbox}<//>`}
  `;
}

/** What needs a person: the picture, why, and the one thing to do about it. */
function Needs({ data }) {
  const [isOpen, setOpen] = useState(false);
  const { needs, count } = data;
  if (count === 0 && !data.hasPins) return null;
  return html`
    <section class="card" aria-labelledby="needs">
      <h2 id="needs">${words.needs.title}${count > 0 ? ` (${count})` : ''}</h2>
      ${needs.length === 0 && html`<p class="quiet">${words.needs.none}</p>`}
      ${isOpen ? html`<${Every} query="status=needs_review&status=failed&status=held&order=newest" Shown=${Need} accounts=${data.accounts} />`
        : html`<ul class="plain">${needs.map((pin) => html`<${Need} key=${pin.id} pin=${pin} accounts=${data.accounts} />`)}</ul>
          ${count > needs.length && html`<p><${Button} onClick=${() => setOpen(true)}>${words.more}<//></p>`}`}
    </section>
  `;
}

const NEED_RECONNECT = ['needs_reconnect', 'account_disconnected'];

function Need({ pin, accounts }) {
  const name = accounts.find(({ id }) => id === pin.account_id)?.username ?? '';
  const isAccount = NEED_RECONNECT.includes(pin.reason?.code);
  const isInReview = pin.status === 'needs_review';
  const cause = isInReview ? words.fix.doubt : causeOf(pin);
  const label = isInReview ? words.fix.review : words.fix[fieldToFix(pin)] ?? words.fix.open;
  return html`
    <li class="need">
      <${Thumb} preview=${pin.preview} size="card" count=${slidesOf(pin)} />
      <div class="grow">
        <h3 class=${pin.status}><${Sign} state=${pin.status} /> ${cause}</h3>
        <p><${PinLink} id=${pin.id}>${pin.content.title || words.untitled}<//><br />
          <span class="quiet">${pin.publish_at ? dateTime(pin.publish_at) : t.status.draft}${name && ` · ${name}`}</span></p>
      </div>
      ${isAccount
        ? html`<${Link} class="button" href="/app/accounts">${words.reconnect(name)}<//>`
        : html`<${Button} onClick=${() => openPin(pin.id)} aria-label=${`${label}: ${pin.content.title || words.untitled}`}>${label}<//>`}
    </li>
  `;
}

/** How full the posting times of the next days are, by account. */
function Week({ data }) {
  if (data.living.length === 0) return null;
  return html`
    <section class="card home-week" aria-labelledby="week">
      <h2 id="week">${words.week.title}</h2>
      <ul class="plain">${data.slots.map(({ account, isKnown, count, taken }) => html`<li key=${account.id}>
        <div class="row"><${Avatar} account=${account} /><div class="grow"><strong>${account.username}</strong><br />
          <span class="quiet">${!isKnown ? '–' : count === 0 ? words.week.noSlots : words.week.filled(taken, count)}</span></div></div>
        ${count > 0 && html`<progress max=${count} value=${taken} aria-label=${`${account.username}: ${words.week.filled(taken, count)}`}></progress>`}
        ${isKnown && (count === 0
          ? html`<p><${Link} href="/app/accounts">${words.week.add}<//></p>`
          : taken < count && html`<p><${Link} href="/app/create">${words.week.fill}<//></p>`)}
      </li>`)}</ul>
    </section>
  `;
}

/** What goes out next, as a strip of pictures. */
function Strip({ pins }) {
  return html`
    <section class="card" aria-labelledby="next">
      <div class="row spread"><h2 id="next">${words.next.title}</h2>${pins.length > 0 && html`<${Link} href="/app/calendar">${words.next.all}<//>`}</div>
      ${pins.length === 0
        ? html`<p class="quiet">${words.next.none} <${Link} href="/app/create">${words.next.create}<//></p>`
        : html`<ol class="plain strip">${pins.map((pin) => html`<li key=${pin.id}><${PinLink} id=${pin.id}>
            <${Thumb} preview=${pin.preview} size="strip" count=${slidesOf(pin)} />
            <span class="strip-when"><time datetime=${pin.publish_at} title=${relative(pin.publish_at)}>${soonTime(pin.publish_at)}</time></span>
            <span class="strip-title">${pin.content.title || words.untitled}</span><//></li>`)}</ol>`}
    </section>
  `;
}

function Pins({ title, none, pins, count, query }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <section class="card">
      <h2>${title}${count > 0 ? ` (${count})` : ''}</h2>
      ${pins.length === 0 && html`<p class="quiet">${none}</p>`}
      ${isOpen
        ? html`<${Every} query=${query} />`
        : html`<ul class="plain">${pins.slice(0, 5).map((pin) => html`<${Pin} key=${pin.id} pin=${pin} />`)}</ul>
            ${pins.length > 5 && html`<p><${Button} onClick=${() => setOpen(true)}>${words.more}<//></p>`}`}
    </section>
  `;
}

function Every({ query, Shown = Pin, ...rest }) {
  const every = useData((signal) => all(`/v1/pins?${query}`, { most: MOST, signal }), []);
  return html`<${Loaded} of=${every}>
    ${(pins) => html`<ul class="plain">${pins.map((pin) => html`<${Shown} key=${pin.id} pin=${pin} ...${rest} />`)}</ul>
      ${pins.length >= MOST && html`<p class="quiet">${words.most(pins.length)}</p>`}`}
  <//>`;
}

function Pin({ pin }) {
  const at = pin.published_at ?? pin.publish_at;
  return html`
    <li class="pin-row">
      <${Thumb} preview=${pin.preview} size="card" count=${slidesOf(pin)} />
      <div class="grow">
        <${PinLink} id=${pin.id}>${pin.content.title || words.untitled}<//>
        <br /><span class="quiet">${at ? html`<time datetime=${at} title=${relative(at)}>${dateTime(at)}</time>` : t.status.draft}</span>
        ${pin.reason && html`<br /><span class="quiet">${plain(pin.reason.message)}</span>`}
        ${pin.pinterest_url && html`<br /><a class="quiet" href=${pin.pinterest_url} target="_blank" rel="noopener">${words.onPinterest} <span aria-hidden="true">↗</span></a>`}
      </div>
      ${pin.status !== 'published' && html`<${Tag} kind=${pin.status}><${Sign} state=${pin.status} /> ${t.status[pin.status]}<//>`}
    </li>
  `;
}
