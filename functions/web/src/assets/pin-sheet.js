// A pin in a sheet over the side of whatever page is shown; the address says which.

import { go, Link } from './app.js';
import { addressWith } from './pin-link.js';
import { html, useEffect, useRef } from './parts.js';
import { PinView } from './pin-view.js';
import { t } from './texts.js';

const words = t.pin;

const FOCUSABLE = 'a[href], button:not([tabindex="-1"]), input, select, textarea, summary, [tabindex="0"]';

export default function PinSheet({ id, who }) {
  const sheet = useRef(null);
  const before = useRef(null);
  useEffect(() => {
    before.current = document.activeElement;
    sheet.current.focus();
    // What was drawn anew since has the focus by its pin.
    return () => setTimeout(() => (before.current?.isConnected ? before.current : document.querySelector('main [data-item]'))?.focus());
  }, []);
  const close = () => go(addressWith(null), { replace: true });
  const onKey = (event) => {
    if (document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && !event.defaultPrevented) return close();
    if (event.key !== 'Tab') return;
    const stops = [...sheet.current.querySelectorAll(FOCUSABLE)].filter((one) => one.offsetParent && !one.disabled);
    const [first, last] = [stops[0], stops.at(-1)];
    const isAtEnd = event.shiftKey ? [first, sheet.current].includes(document.activeElement) : document.activeElement === last;
    if (isAtEnd) (event.preventDefault(), (event.shiftKey ? last : first).focus());
  };
  return html`
    <div class="sheet-over" role="dialog" aria-label=${words.sheet} tabindex="-1" ref=${sheet} onKeyDown=${onKey}>
      <${PinView} key=${id} id=${id} who=${who} head=${(title) => html`<div class="row sheet-head">
        <h2 class="grow">${title}</h2>
        <${Link} href=${`/app/pins/${id}`}>${words.asPage}<//>
        <button type="button" class="icon-button" aria-label=${t.close} title=${t.close} onClick=${close}>✕</button>
      </div>`} />
    </div>
  `;
}
