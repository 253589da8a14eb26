// What pins that do well have, as Pinterest says it; nothing here keeps a pin back.

import { html } from './parts.js';
import { t } from './texts.js';

const words = t.compose.quality;
const count = (text) => [...text.trim()].length;

export function Quality({ content, picture: { state, width, height, kind } }) {
  const isKnown = ['shown', 'still'].includes(state) && width > 0;
  const has = {
    ...(isKnown && kind === 'image' ? { shape: Math.abs(width / height - 2 / 3) < 0.05, size: width >= 1_000 } : {}),
    long_title: count(content.title) >= 40,
    description: count(content.description) >= 100,
    link: content.link.trim() !== '',
    alt_text: content.alt_text.trim() !== '',
  };
  const names = Object.keys(has);
  return html`<h3>${words.title(names.filter((name) => has[name]).length, names.length)}</h3>
    <ul class="plain quality">${names.map((name) => html`<li key=${name} class=${has[name] ? 'has' : ''}>
      <span aria-hidden="true">${has[name] ? '✓' : '○'}</span> <span class="unseen">${has[name] ? words.yes : words.no}</span>${words[name]}</li>`)}</ul>`;
}
