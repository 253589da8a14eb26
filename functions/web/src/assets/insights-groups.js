// What did well by board and by slot of the plan: means of pins, each with how many pins it rests on.

import { boardsOf } from './compose-place.js';
import { NoFigures, metricOptions } from './figures.js';
import { Choice, html, useData } from './parts.js';
import { t } from './texts.js';

const words = t.insights.groups;

// A younger pin has not had the time that others had.
const YOUNGEST_DAYS = 7;

// A mean of fewer says little.
const FEW = 5;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const isOldEnough = (pin) => Date.now() - Date.parse(pin.published_at) >= YOUNGEST_DAYS * 86_400_000;

/** Groups of pins with their mean, the best first; groups that rest on few pins come last. `keyOf` answers null for no group. */
export function grouped(pins, metric, keyOf) {
  const groups = new Map();
  for (const pin of pins) {
    const [key, count] = [keyOf(pin), pin.last_90_days?.[metric] ?? null];
    if (key === null || count === null) continue;
    const group = groups.get(key) ?? { key, pins: 0, sum: 0 };
    groups.set(key, { key, pins: group.pins + 1, sum: group.sum + count });
  }
  const all = [...groups.values()].map((group) => ({ ...group, mean: group.sum / group.pins, isFew: group.pins < FEW }));
  return all.sort((one, two) => one.isFew - two.isFew || two.mean - one.mean);
}

export function Groups({ account, metric, onMetric, pins }) {
  const boards = useData(() => boardsOf(account.id), [account.id]);
  const boardName = (id) => boards.data?.find((board) => board.id === id)?.name ?? words.unknownBoard;
  const slotName = (key) => {
    const [day, time] = key.split(' ');
    return words.slot(words.days[DAYS.indexOf(day)], time);
  };
  const counted = pins.data?.items.filter(isOldEnough) ?? [];
  const unread = pins.data?.unread.find((one) => one.account_id === account.id);
  const bySlot = (pin) => (pin.slot ? `${pin.slot.day} ${pin.slot.time}` : null);
  return html`
    <section class="card" aria-labelledby="groups">
      <h2 id="groups">${words.title}</h2>
      <p class="quiet">${words.about(YOUNGEST_DAYS)}</p>
      <${Choice} label=${words.by} value=${metric} options=${metricOptions} onChange=${onMetric} />
      <${NoFigures} error=${pins.error} retry=${pins.reload} />
      ${!pins.data && !pins.error && html`<p class="quiet" role="status"><span class="spinner" aria-hidden="true"></span> ${t.figures.asking}</p>`}
      ${unread && html`<p class="error">${unread.message}</p>`}
      ${pins.data && !pins.data.isAll && html`<p class="hint">${words.notAll(pins.data.items.length)}</p>`}
      ${pins.data && !unread && html`<div class="columns">
        <${Table} title=${words.boards} first=${words.board} groups=${grouped(counted, metric, (pin) => pin.board_id)} name=${boardName} metric=${metric} pins=${counted} />
        <${Table} title=${words.slots} first=${words.time} groups=${grouped(counted, metric, bySlot)} name=${slotName} metric=${metric} pins=${counted} none=${words.noSlots} />
      </div>`}
      <p class="hint">${words.noHours}</p>
    </section>
  `;
}

function Table({ title, first, groups, name, metric, pins, none }) {
  const isCounted = pins.length === 0 || pins.some((pin) => pin.last_90_days?.[metric] !== null && pin.last_90_days);
  if (groups.length === 0) {
    return html`<div><h3>${title}</h3><p class="quiet">${!isCounted ? words.notCounted : (pins.length > 0 && none) || words.none(YOUNGEST_DAYS)}</p></div>`;
  }
  const most = Math.max(...groups.map((group) => group.mean), 1);
  return html`
    <div>
      <h3>${title}</h3>
      <table class="figures groups">
        <thead><tr><th scope="col">${first}</th><th scope="col">${words.mean(t.figures.metrics[metric].toLowerCase())}</th><th scope="col">${words.pins}</th></tr></thead>
        <tbody>
          ${groups.map((group) => html`<tr key=${group.key} class=${group.isFew ? 'few' : ''}>
            <th scope="row">${name(group.key)}${group.isFew && html` <span class="quiet">${words.few}</span>`}
              <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width=${(100 * group.mean) / most} height="4" /></svg></th>
            <td>${t.figures.mean(group.mean)}</td><td>${t.figures.count(group.pins)}</td>
          </tr>`)}
        </tbody>
      </table>
    </div>
  `;
}
