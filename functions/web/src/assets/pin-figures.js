// How one published pin does.

import { get } from './api.js';
import { Days, METRICS, NoFigures, ReadAt, Tiles, useMetric } from './figures.js';
import { html, useData } from './parts.js';
import { t } from './texts.js';

const words = t.figures;

export function PinFigures({ pin }) {
  const [metric, setMetric] = useMetric();
  const figures = useData((signal) => get(`/v1/pins/${pin.id}/analytics`, { signal }), [pin.id]);
  return html`
    <section class="card" aria-labelledby="pin-figures">
      <h2 id="pin-figures">${words.ofPin}</h2>
      ${figures.loading && !figures.data && html`<p class="quiet" role="status"><span class="spinner" aria-hidden="true"></span> ${words.asking}</p>`}
      <${NoFigures} error=${figures.error} retry=${figures.reload} />
      ${figures.data && html`<${Shown} figures=${figures.data} metric=${metric} onMetric=${setMetric} />`}
    </section>
  `;
}

function Shown({ figures, metric, onMetric }) {
  const { days, totals, lifetime, read_at } = figures;
  const metrics = totals.video_views === null ? METRICS : [...METRICS, 'video_views'];
  if (days.length === 0) return html`<p>${words.notYet}</p><${ReadAt} at=${read_at} />`;
  const people = lifetime ? [[words.comments, lifetime.comments], [words.reactions, lifetime.reactions]] : [];
  const tiles = [...metrics.map((one) => [words.metrics[one], totals[one]]), ...people];
  return html`
    <${Tiles} tiles=${tiles.filter(([, count]) => count !== null).map(([label, count]) => [label, words.count(count)])} />
    <${Days} days=${days} metrics=${metrics} metric=${metric} onMetric=${onMetric} label=${words.byDay} />
    <${ReadAt} at=${read_at} />
  `;
}
