// The first page: what goes out next, what is late and why, what needs a person.

import { all, get, health } from './api.js';
import { Link } from './app.js';
import { Button, Loaded, Notice, Tag, html, useData, useState } from './parts.js';
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
  return html`
    <h1>${words.title}</h1>
    <${Loaded} of=${shown}>
      ${(data) => html`
        <${State} data=${data} who=${who} />
        <${Strip} pins=${data.next} />
        <div class="columns">
          <${Pins} title=${words.needs.title} none=${words.needs.none} pins=${data.needs} count=${data.count}
            query="status=needs_review&status=failed&status=held&order=newest" />
          ${data.waiting.length > 0 && html`<${Pins} title=${words.waiting.title} pins=${data.waiting} query="status=held&order=soonest" />`}
          <${Pins} title=${words.out.title} none=${words.out.none} pins=${data.out} query="status=published&order=newest" />
        </div>
      `}
    <//>
  `;
}

async function look(signal) {
  const now = new Date();
  const list = (query, most = 6) => get(`/v1/pins?limit=${most}&${query}`, { signal }).then((page) => page.items);
  const since = new Date(now - 30 * 86_400_000).toISOString();
  const [status, accounts, state, next, needs, held, overdue, out] = await Promise.all([
    get('/v1/status', { signal }),
    all('/v1/accounts', { signal }),
    health().catch(() => null),
    list(`status=scheduled&order=soonest&from=${now.toISOString()}`, 10),
    list('status=needs_review&status=failed&order=newest'),
    list('status=held&order=soonest'),
    list(`status=scheduled&status=publishing&order=soonest&from=${since}&to=${new Date(now - LATE_MS).toISOString()}`),
    list(`status=published&order=newest&to=${now.toISOString()}`),
  ]);
  const gone = accounts.filter((account) => account.state === 'disconnected');
  const left = await Promise.all(gone.map((account) => all(`/v1/pins?account_id=${account.id}&status=scheduled`, { most: 100, signal })));
  const [stuck, waiting] = [true, false].map((is) => [...overdue, ...held].filter((pin) => MENDED_BY_A_PERSON.includes(pin.reason?.code) === is));
  const { needs_review: doubts, failed } = status.attention;
  return {
    status, accounts, state, next, out,
    needs: [...stuck, ...needs].slice(0, 6),
    count: stuck.length + doubts + failed,
    waiting: waiting.slice(0, 6),
    gone: gone.map((account, index) => [account.username, left[index].length]).filter(([, count]) => count > 0),
  };
}

/** Whether everything goes as it should, and otherwise what to do first. */
function State({ data, who }) {
  const { status, accounts, state } = data;
  const reconnect = accounts.filter((account) => account.state === 'needs_reconnect');
  const living = accounts.filter((account) => account.state !== 'disconnected');
  const setUp = status.reasons.length > 0;
  return html`
    ${setUp && html`<${Notice} kind="warn" title=${words.setUp.title}>
      ${status.reasons.map((reason) => html`<p>${reason.message}</p>`)}
      ${who?.isAdmin && html`<p><${Link} href="/app/settings">${words.setUp.go}<//></p>`}
    <//>`}
    ${status.holding.map((hold) => html`<${Notice} kind="bad" title=${words.holding(since(hold.since))}>${hold.message}<//>`)}
    ${['late', 'unavailable'].includes(state?.status) && html`<${Notice} kind="bad" title=${words.late.title}>${words.late.about}<//>`}
    ${reconnect.length > 0 && html`<${Notice} kind="bad" title=${words.reconnect(reconnect.map((account) => account.username).join(', '))}>
      <p><${Link} href="/app/accounts">${words.reconnectGo}<//></p>
    <//>`}
    ${data.gone.map(([name, count]) => html`<${Notice} kind="bad" title=${words.gone(name, count)}><p><${Link} href="/app/accounts">${words.reconnectGo}<//></p><//>`)}
    ${!setUp && living.length === 0 && html`<${Notice} title=${accounts.length > 0 ? words.first.again(accounts.map((account) => account.username).join(', ')) : words.first.title}><p><${Link} href="/app/accounts">${words.first.go}<//></p><//>`}
    ${!setUp && living.length > 0 && data.next.length === 0 && data.out.length === 0 && html`<${Notice} title=${words.plan.title}><p><${Link} href="/app/compose">${words.plan.go}<//></p><//>`}
    ${status.mode === 'sandbox' && status.enabled && html`<p class="quiet">${words.sandbox}</p>`}
  `;
}

/** What goes out next, as a strip of pictures. */
function Strip({ pins }) {
  return html`
    <section class="card" aria-labelledby="next">
      <div class="row spread"><h2 id="next">${words.next.title}</h2>${pins.length > 0 && html`<${Link} href="/app/calendar">${words.next.all}<//>`}</div>
      ${pins.length === 0
        ? html`<p class="quiet">${words.next.none} <${Link} href="/app/compose">${words.next.create}<//></p>`
        : html`<ol class="plain strip">${pins.map((pin) => html`<li key=${pin.id}><${Link} href=${`/app/pins/${pin.id}`}>
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

function Every({ query }) {
  const every = useData((signal) => all(`/v1/pins?${query}`, { most: MOST, signal }), []);
  return html`<${Loaded} of=${every}>
    ${(pins) => html`<ul class="plain">${pins.map((pin) => html`<${Pin} key=${pin.id} pin=${pin} />`)}</ul>
      ${pins.length >= MOST && html`<p class="quiet">${words.most(pins.length)}</p>`}`}
  <//>`;
}

function Pin({ pin }) {
  const at = pin.published_at ?? pin.publish_at;
  return html`
    <li class="pin-row">
      <${Thumb} preview=${pin.preview} size="card" count=${slidesOf(pin)} />
      <div class="grow">
        <${Link} href=${`/app/pins/${pin.id}`}>${pin.content.title || words.untitled}<//>
        <br /><span class="quiet">${at ? html`<time datetime=${at} title=${relative(at)}>${dateTime(at)}</time>` : t.status.draft}</span>
        ${pin.reason && html`<br /><span class="quiet">${pin.reason.message}</span>`}
      </div>
      <${Tag} kind=${pin.status}><${Sign} state=${pin.status} /> ${t.status[pin.status]}<//>
    </li>
  `;
}
