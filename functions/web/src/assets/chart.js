// Counts by day as bars: read with a pointer, with the arrow keys, by a screen reader, and as the table behind it.

import { html, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { write } from './time.js';

const words = t.chart;

const HEIGHT = 190;
const EDGE = { top: 10, right: 2, bottom: 22, left: 46 };

// How many pixels a date below the bars takes.
const LABEL_PX = 92;

/** The day of a date such as `2027-01-15`, which Pinterest counts in UTC. */
const dayOf = (date, options) => write(`${date}T00:00:00Z`, options, 'UTC');
const shortDay = (date) => dayOf(date, { day: 'numeric', month: 'short' });
const longDay = (date) => dayOf(date, { weekday: 'short', day: 'numeric', month: 'short' });

/** The round number at or above `most`, with at most four steps up to it. */
export function scale(most) {
  if (most <= 4) return { top: 4, step: 1 };
  const size = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 2.5, 5, 10].map((of) => of * size).find((step) => Number.isInteger(step) && step * 4 >= most) ?? size * 10;
  return { top: Math.ceil(most / step) * step, step };
}

/** How wide an element is, in pixels. */
function useWidth(element) {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const measure = () => element.current && setWidth(Math.max(240, Math.floor(element.current.clientWidth)));
    const seen = new ResizeObserver(measure);
    seen.observe(element.current);
    measure();
    return () => seen.disconnect();
  }, []);
  return width;
}

/** `days` is `[{date, value, isFinal}]`, `name` what is counted. */
export function Chart({ days, name }) {
  const box = useRef(null);
  const width = useWidth(box);
  const [at, setAt] = useState(days.length - 1);
  const shown = Math.min(at, days.length - 1);
  const inner = width - EDGE.left - EDGE.right;
  const each = inner / days.length;
  const { top, step } = scale(Math.max(...days.map((day) => day.value)));
  const y = (value) => EDGE.top + (HEIGHT - EDGE.top - EDGE.bottom) * (1 - value / top);
  const within = (index) => Math.max(0, Math.min(days.length - 1, index));
  const move = (event) => {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7, Home: -days.length, End: days.length };
    if (!(event.key in steps)) return;
    event.preventDefault();
    setAt((before) => within(Math.min(before, days.length - 1) + steps[event.key]));
  };
  const point = (event) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    setAt(within(Math.floor((event.clientX - left - EDGE.left) / each)));
  };
  const told = words.day(longDay(days[shown].date), days[shown].value, name, days[shown].isFinal);
  const every = Math.max(1, Math.ceil(days.length / Math.max(1, Math.floor(inner / LABEL_PX))));
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  return html`
    <div class="chart" ref=${box}>
      <p class="chart-day" aria-hidden="true">${told}</p>
      <div class="chart-box" tabindex="0" role="slider" aria-label=${words.label(name)} aria-valuemin="1" aria-valuemax=${days.length}
        aria-valuenow=${shown + 1} aria-valuetext=${told} onKeyDown=${move} onPointerMove=${point} onPointerDown=${point}>
        <svg width=${width} height=${HEIGHT} viewBox=${`0 0 ${width} ${HEIGHT}`} aria-hidden="true" focusable="false">
          ${lines.map((value) => html`<g key=${value}>
            <line class="chart-line" x1=${EDGE.left} x2=${width - EDGE.right} y1=${y(value)} y2=${y(value)} />
            <text class="chart-text" x=${EDGE.left - 6} y=${y(value) + 4} text-anchor="end">${words.short(value)}</text></g>`)}
          ${days.map((day, index) => html`<rect key=${day.date}
            class=${`chart-bar ${day.isFinal ? '' : 'open'} ${index === shown ? 'at' : ''}`}
            x=${EDGE.left + each * index + Math.min(1, each / 8)} width=${Math.max(1, each - Math.min(2, each / 4))}
            y=${y(day.value)} height=${Math.max(day.value > 0 ? 1 : 0, y(0) - y(day.value))} />`)}
          ${days.map((day, index) => index % every === 0 && index * each < inner - LABEL_PX / 2 && html`<text key=${`t${day.date}`} class="chart-text"
            x=${EDGE.left + each * index} y=${HEIGHT - 6}>${shortDay(day.date)}</text>`)}
        </svg>
      </div>
      ${days.some((day) => !day.isFinal) && html`<p class="hint"><span class="chart-key open" aria-hidden="true"></span> ${words.open}</p>`}
    </div>
  `;
}

/** The same numbers to be read one by one: `columns` is `[[name, of]]`, where `of` says what a day has. */
export function DayTable({ days, columns, label }) {
  return html`
    <details class="chart-table">
      <summary>${words.table}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${label}>
        <table class="figures">
          <caption class="unseen">${label}</caption>
          <thead><tr><th scope="col">${words.date}</th>${columns.map(([name]) => html`<th scope="col">${name}</th>`)}</tr></thead>
          <tbody>
            ${[...days].reverse().map((day) => html`<tr key=${day.date}>
              <th scope="row">${longDay(day.date)}${!day.is_final && html` <span class="quiet">${words.notFinal}</span>`}</th>
              ${columns.map(([, of]) => html`<td>${words.count(of(day))}</td>`)}
            </tr>`)}
          </tbody>
        </table>
      </div>
    </details>
  `;
}
