// A closer look at the tile that is pointed at or has the focus: the picture larger, and what cannot be read on it.

import { accountOf, boardOf, shortTime } from './calendar-card.js';
import { titleOf } from './calendar-pins.js';
import { html, useEffect, useMemo, useRef, useState } from './parts.js';
import { plain } from './plain.js';
import { Sign } from './signs.js';
import { t } from './texts.js';
import { Thumb, slidesOf } from './thumb.js';

// Whoever only passes over is not disturbed.
const WAIT_MS = 300;

const WIDTH = 296;
const HEIGHT = 212;
const GAP = 6;

/** `{shown, on}`: which tile is looked at, and what the grid listens for. */
export function usePeek() {
  const [shown, setShown] = useState(null);
  const timer = useRef(null);
  const look = (event) => {
    const tile = event.target.closest?.('.tile');
    clearTimeout(timer.current);
    if (!tile || !matchMedia('(hover: hover)').matches) return setShown(null);
    timer.current = setTimeout(() => setShown({ id: tile.dataset.pin, box: tile.getBoundingClientRect() }), WAIT_MS);
    return undefined;
  };
  const leave = () => (clearTimeout(timer.current), setShown(null));
  useEffect(() => {
    if (!shown) return undefined;
    const byKey = (event) => event.key === 'Escape' && leave();
    addEventListener('scroll', leave, { capture: true, passive: true });
    addEventListener('keydown', byKey);
    return () => (removeEventListener('scroll', leave, { capture: true }), removeEventListener('keydown', byKey));
  }, [shown]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const on = useMemo(() => ({ onMouseOver: look, onFocusIn: look, onMouseLeave: leave, onFocusOut: leave, onDragStart: leave, onMouseDown: leave }), []);
  return { shown, on };
}

/** The tile itself says all of it to those who do not see. */
export function Peek({ of, days, desk }) {
  const pin = of.shown && [...days.values()].flat().find((each) => each.id === of.shown.id);
  if (!pin) return null;
  const { box } = of.shown;
  const isBelow = box.bottom + GAP + HEIGHT < innerHeight;
  const left = Math.max(GAP, Math.min(box.left + box.width / 2 - WIDTH / 2, innerWidth - WIDTH - GAP));
  const place = { left: `${left}px`, top: `${isBelow ? box.bottom + GAP : Math.max(GAP, box.top - GAP - HEIGHT)}px` };
  return html`
    <div class=${`peek ${pin.status}`} style=${place} aria-hidden="true">
      <${Thumb} preview=${pin.preview} size="zoom" count=${slidesOf(pin)} />
      <div class="lines">
        <span class="at"><${Sign} state=${pin.status} /> ${shortTime(pin.publish_at, desk.zone)} · ${t.status[pin.status]}</span>
        <strong>${titleOf(pin)}</strong>
        <span class="quiet">${[boardOf(pin, desk.names), accountOf(pin, desk.names)].filter(Boolean).join(' · ')}</span>
        ${pin.reason && html`<span>${plain(pin.reason.message)}</span>`}
      </div>
    </div>
  `;
}
