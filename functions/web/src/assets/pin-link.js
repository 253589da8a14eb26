// Links to a pin: a click shows it beside the page, anything else a link can do leads to its own page.

import { go } from './app.js';
import { html } from './parts.js';

/** The address of what is shown, with that pin beside it; without one, as it was. */
export function addressWith(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set('pin', id);
  else url.searchParams.delete('pin');
  return url.pathname + url.search;
}

/** Shows the pin in its sheet; another one takes its place. */
export const openPin = (id) => go(addressWith(id), { replace: new URLSearchParams(location.search).has('pin') });

export function PinLink({ id, children, ...rest }) {
  const follow = (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openPin(id);
  };
  return html`<a href=${`/app/pins/${id}`} onClick=${follow} ...${rest}>${children}</a>`;
}
