// Small drawings beside words, in the colour of the text around them.

import { html } from './parts.js';

const PATHS = {
  home: 'M4 11.5 12 4.5l8 7M6.5 10v9.5h11V10',
  calendar: 'M4.5 6.5h15v13h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4',
  bars: 'M5 19.5v-6M12 19.5v-13M19 19.5v-9M3.5 19.5h17',
  plus: 'M12 5v14M5 12h14',
  user: 'M12 12a3.75 3.75 0 1 0 0-7.5 3.75 3.75 0 0 0 0 7.5ZM4.5 20c.8-3.4 3.8-5 7.5-5s6.7 1.6 7.5 5',
  undo: 'M8.5 5 4.5 9l4 4M4.5 9h9a5.5 5.5 0 0 1 0 11H9',
  keyboard: 'M3.5 7h17v10.5h-17zM7 10.5h.01M10.5 10.5h.01M14 10.5h.01M17 10.5h.01M8.5 14h7',
  gear: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.75v4.5M9 14.75v4.5',
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
