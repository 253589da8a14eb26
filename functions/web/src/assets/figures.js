// Figures of pins and accounts, as every page shows them.

import { Chart, DayTable } from './chart.js';
import { Choice, Failure, html, Notice, useState } from './parts.js';
import { t } from './texts.js';
import { clock } from './time.js';

const words = t.figures;

/** What Pinterest counts, by the names of the API. */
export const METRICS = ['impressions', 'saves', 'pin_clicks', 'outbound_clicks'];

export const metricOptions = METRICS.map((metric) => [metric, words.metrics[metric]]);

// What is plain from the state of things is no failure, and asking again does not change it.
const PLAIN = ['sandbox_without_figures', 'gone_from_pinterest', 'scope_missing', 'needs_reconnect', 'other_mode', 'not_permitted', 'pinterest_disabled'];

/** Why there are no figures: in a quiet box where that is how things stand. */
export function NoFigures({ error, retry }) {
  if (!error) return null;
  return PLAIN.includes(error.code)
    ? html`<${Notice} kind=${error.code === 'gone_from_pinterest' ? 'bad' : 'warn'}><p>${error.message}</p><//>`
    : html`<${Failure} error=${error} retry=${retry} />`;
}

/** The sum of a metric; null where no day has it. */
export function total(days, metric) {
  const known = days.map((day) => day.counts[metric]).filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0);
}

/** Numbers beside each other: `[[label, text, hint?]]`. */
export function Tiles({ tiles }) {
  return html`<dl class="tiles">${tiles.map(([label, text, hint]) => html`<div><dt>${label}</dt><dd>${text}</dd>${hint && html`<dd class="hint">${hint}</dd>`}</div>`)}</dl>`;
}

/** The days of a series: what is chosen as a chart, everything as a table. */
export function Days({ days, metrics = METRICS, metric, onMetric, label }) {
  const options = metrics.map((one) => [one, words.metrics[one]]);
  const counted = days.filter((day) => day.counts[metric] !== null);
  const bars = counted.map((day) => ({ date: day.date, value: day.counts[metric], isFinal: day.is_final }));
  return html`
    <${Choice} label=${words.metric} value=${metric} options=${options} onChange=${onMetric} />
    ${bars.length > 0 ? html`<${Chart} days=${bars} name=${words.metrics[metric]} />` : html`<p class="quiet">${words.none}</p>`}
    <${DayTable} days=${days} columns=${metrics.map((one) => [words.metrics[one], (day) => day.counts[one]])} label=${label} />
  `;
}

/** When Pinterest was asked, and that days are those of UTC. */
export function ReadAt({ at }) {
  return html`<p class="hint">${words.readAt(clock(at))}</p>`;
}

/** Which metric is looked at, kept as long as the page is open. */
export const useMetric = () => useState('impressions');
