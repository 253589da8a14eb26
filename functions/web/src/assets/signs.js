// Signs for the states of pins, so that they are told apart without their colours.

import { html } from './parts.js';

const SIGNS = { draft: '✎', scheduled: '◷', publishing: '↻', published: '✓', held: '‖', failed: '✕', needs_review: '!', cancelled: '–' };

export function Sign({ state }) {
  return html`<span class="sign" aria-hidden="true">${SIGNS[state] ?? '?'}</span>`;
}
