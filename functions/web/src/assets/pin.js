// The page of one pin.

import { html, useEffect } from './parts.js';
import { PinView } from './pin-view.js';
import { t } from './texts.js';

export default function Pin({ place, who }) {
  return html`<${PinView} id=${place.id} who=${who} head=${(title) => html`<${Heading} title=${title} />`} />`;
}

function Heading({ title }) {
  useEffect(() => {
    document.title = `${title} · Pinwheel`;
  }, [title]);
  return html`<h1>${title || t.pin.title}</h1>`;
}
