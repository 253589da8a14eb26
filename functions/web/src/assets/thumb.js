// The picture of a pin or a file in small: wherever one of them is shown, so is its picture, or a tile that says why not.

import { Sign } from './signs.js';
import { canBeShown, html, useEffect, useState } from './parts.js';
import { t } from './texts.js';

const words = t.thumb;

// Signed addresses differ from function to function; the first one is used again as long as it is good, so that the browser
// has the picture already. Each is forgotten some minutes before it ends.
const known = new Map();
const MARGIN_MS = 300_000;

/** The address to load a preview from: the one that this page used before, where it is still good. */
export function addressOf({ url, expires_at }) {
  if (!url || !expires_at) return url;
  const name = url.split('?')[0];
  const before = known.get(name);
  if (before && before.until - MARGIN_MS > Date.now()) return before.url;
  known.set(name, { url, until: Date.parse(expires_at) });
  return url;
}

/** What is not loaded from an address that ended is asked for again by the next one. */
const forget = (url) => known.delete(url.split('?')[0]);

const twoDigits = (number) => String(number).padStart(2, '0');

/** `0:12` */
export function length(ms) {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
}

/**
 * `preview` as the API answers it, null while it is not known. `size` is `tile`, `row`, `card` or `large`; `status` puts the
 * sign of a state on it, and `mark` what an account is told apart by.
 */
export function Thumb({ preview, size = 'row', status = null, mark = null, count = null, alt = '' }) {
  const [failed, setFailed] = useState(null);
  const url = preview ? addressOf(preview) : null;
  useEffect(() => setFailed(null), [url]);
  const isOwn = Boolean(preview?.expires_at);
  const why = !preview ? null : !url ? words.none[preview.kind] ?? words.none.image
    : !isOwn && !canBeShown(url) ? words.insecure : failed === url ? words.failed : null;
  const onError = () => (isOwn && forget(url), setFailed(url));
  return html`
    <span class=${`thumb thumb-${size} ${status ?? ''} ${why ? 'empty' : ''}`} style=${preview?.color ? { background: preview.color } : null}>
      ${why
        ? html`<span class="why" title=${why}><span aria-hidden="true">${preview.kind === 'video' && !url ? '▶' : '⌧'}</span><span class=${size === 'large' ? '' : 'unseen'}>${why}</span></span>`
        : url && html`<img src=${url} alt=${alt} loading="lazy" decoding="async" draggable=${false}
            referrerpolicy=${isOwn ? null : 'no-referrer'} onError=${onError} />`}
      ${preview && html`<${Kind} preview=${preview} count=${count} />`}
      ${status && html`<span class="badge state"><${Sign} state=${status} /></span>`}
      ${mark && html`<span class=${`badge mark hue-${mark.hue}`} title=${mark.name} aria-hidden="true">${mark.letter}</span>`}
    </span>
  `;
}

/** A video with its length, several images with their number. */
function Kind({ preview, count }) {
  if (preview.kind === 'image') return null;
  const isVideo = preview.kind === 'video';
  const told = isVideo ? preview.duration_ms && length(preview.duration_ms) : count;
  return html`<span class="badge kind"><span aria-hidden="true">${isVideo ? '▶' : '▣'}</span><span class="unseen">${isVideo ? words.video : words.carousel}</span>${told && html` <span class="told-length">${told}</span>`}</span>`;
}

/** How many images a pin has, where it has several. */
export const slidesOf = (pin) => pin.content.media.items?.length ?? null;
