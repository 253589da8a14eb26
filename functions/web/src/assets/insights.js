// How an account does: its last weeks, its best pins, and which boards and slots did well.

import { all, get } from './api.js';
import { go, Link } from './app.js';
import { Days, METRICS, NoFigures, ReadAt, Tiles, metricOptions, total, useMetric } from './figures.js';
import { Export } from './insights-export.js';
import { Groups } from './insights-groups.js';
import { Choice, Field, html, Loaded, Notice, useData, useState } from './parts.js';
import { t } from './texts.js';
import { Thumb } from './thumb.js';

const words = t.insights;
const DAY_MS = 86_400_000;

// How many pins are compared at most: four answers of five hundred.
const MOST_PINS = 2_000;

export default function Insights({ place }) {
  const accounts = useData((signal) => all('/v1/accounts', { signal }));
  return html`
    <h1>${words.title}</h1>
    <${Loaded} of=${accounts}>
      ${(list) => {
        const usable = list.filter((account) => account.state !== 'disconnected');
        const account = usable.find((one) => one.id === place.query.get('account')) ?? usable[0];
        if (!account) return html`<${Notice}><p>${words.noAccount} <${Link} href="/app/accounts">${words.connect}<//></p><//>`;
        return html`
          ${usable.length > 1 && html`<${Field} label=${words.account}>
            ${(given) => html`<select ...${given} class="short" value=${account.id} onChange=${(event) => go(`/app/insights?account=${event.target.value}`, { replace: true })}>
              ${usable.map((one) => html`<option value=${one.id} selected=${one.id === account.id}>${one.username} (${t.mode[one.mode]})</option>`)}
            </select>`}
          <//>`}
          <${OfAccount} key=${account.id} account=${account} />
        `;
      }}
    <//>
  `;
}

function OfAccount({ account }) {
  const [metric, setMetric] = useMetric();
  const [period, setPeriod] = useState('30');
  const series = useData((signal) => get(`/v1/accounts/${account.id}/analytics`, { signal }), [account.id]);
  const pins = useData((signal) => ownPins(account.id, signal), [account.id]);
  if (series.error && !series.data) return html`<${NoFigures} error=${series.error} retry=${series.reload} />`;
  if (!series.data) return html`<p class="quiet" role="status"><span class="spinner" aria-hidden="true"></span> ${t.figures.asking}</p>`;
  const { days, to, read_at } = series.data;
  const now = Date.parse(`${to}T00:00:00Z`);
  const from = (count) => new Date(now - (count - 1) * DAY_MS).toISOString().slice(0, 10);
  const recent = days.filter((day) => day.date >= from(30));
  const before = days.filter((day) => day.date < from(30) && day.date >= from(60));
  const shown = period === '30' ? recent : days;
  const tiles = METRICS.map((one) => {
    const [is, was] = [total(shown, one), total(before, one)];
    return [t.figures.metrics[one], t.figures.count(is), period === '30' ? words.change(is, was) : null];
  });
  const start = period === '30' ? from(30) : series.data.from;
  return html`
    <section class="card" aria-labelledby="account-figures">
      <div class="row spread"><h2 id="account-figures">${account.username}</h2>
        <${Choice} label=${words.period} value=${period} options=${Object.entries(words.periods)} onChange=${setPeriod} /></div>
      <${Tiles} tiles=${tiles} />
      ${period !== '30' && html`<p class="hint">${words.noEarlier}</p>`}
      <${Days} days=${shown} metric=${metric} onMetric=${setMetric} label=${t.figures.byDay} />
      <${ReadAt} at=${read_at} />
    </section>
    <${Best} account=${account} from=${start} to=${to} metric=${metric} onMetric=${setMetric} pins=${pins.data?.items ?? []} />
    <${Groups} account=${account} metric=${metric} onMetric=${setMetric} pins=${pins} />
    <${Export} account=${account} />
  `;
}

/** The pins that were published here in the last 90 days, with their figures. */
async function ownPins(account, signal) {
  const items = [];
  const from = new Date(Date.now() - 90 * DAY_MS).toISOString();
  let [cursor, unread] = [null, []];
  do {
    const query = new URLSearchParams({ account_id: account, from, order: 'newest', limit: '500', ...(cursor && { cursor }) });
    const page = await get(`/v1/pins/analytics?${query}`, { signal });
    items.push(...page.items);
    unread = page.unread;
    cursor = page.next_cursor;
  } while (cursor && items.length < MOST_PINS);
  return { items, unread, isAll: !cursor };
}

function Best({ account, from, to, metric, onMetric, pins }) {
  const path = `/v1/accounts/${account.id}/top-pins?from=${from}&to=${to}&sort_by=${metric}&limit=12`;
  const best = useData((signal) => get(path, { signal }), [path]);
  const own = new Map(pins.map((pin) => [pin.pinterest_pin_id, pin]));
  return html`
    <section class="card" aria-labelledby="best-pins">
      <h2 id="best-pins">${words.best.title}</h2>
      <p class="quiet">${words.best.about}</p>
      <${Choice} label=${words.best.by} value=${metric} options=${metricOptions} onChange=${onMetric} />
      <${NoFigures} error=${best.error} retry=${best.reload} />
      ${best.data?.items.length === 0 && html`<p class="quiet">${words.best.none}</p>`}
      <ol class="plain best">
        ${best.data?.items.map((pin) => html`<${BestPin} key=${pin.pinterest_pin_id} pin=${pin} own=${own.get(pin.pinterest_pin_id)} metric=${best.data.sort_by} />`)}
      </ol>
    </section>
  `;
}

/** A pin with its picture: ours where it was published here, otherwise Pinterest's. */
function BestPin({ pin, own, metric }) {
  const preview = own?.preview ?? { url: pin.image_url, kind: 'image', color: null, expires_at: null };
  const title = own?.title ?? pin.title ?? words.best.untitled;
  return html`
    <li>
      ${own
        ? html`<${Link} href=${`/app/pins/${own.pin_id}`} class="best-title"><${Thumb} preview=${preview} size="best" />${title}<//>`
        : html`<a href=${pin.pinterest_url} target="_blank" rel="noopener" class="best-title"><${Thumb} preview=${preview} size="best" />${title}</a>`}
      <p><strong>${t.figures.count(pin.counts[metric])}</strong> ${t.figures.metrics[metric].toLowerCase()}</p>
      <p class="hint">${own
        ? html`<${Link} href=${`/app/compose?from=${own.pin_id}`} aria-label=${`${words.best.like}: ${title}`}>${words.best.like}<//>`
        : words.best.elsewhere}</p>
    </li>
  `;
}
