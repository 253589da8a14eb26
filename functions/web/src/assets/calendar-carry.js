// Moving a pin without dragging: it is picked up by a click or a key, and let go on a day, a free slot or the drafts.

import { addDays, addMonths, dayOf } from './calendar-days.js';
import { dayShort } from './calendar-month.js';
import { isMovable, titleOf } from './calendar-pins.js';
import { Button, html, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { Thumb } from './thumb.js';
import { clock } from './time.js';

const words = t.calendar.carry;

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** The place of the element that something is let go on: `{day, hour, slot, isShelf}`; a slot of another account is only its day. */
export function placeOf(element, pin) {
  const slot = element.closest?.('[data-slot]');
  if (slot && (!pin || slot.dataset.account === pin.account_id)) return { element: slot, slot: slot.dataset.slot };
  const shelf = element.closest?.('[data-shelf]');
  if (shelf) return { element: shelf, isShelf: true };
  const day = element.closest?.('[data-day]');
  if (!day) return null;
  return { element: day, day: day.dataset.day, hour: day.dataset.hour === undefined ? null : Number(day.dataset.hour) };
}

/** Lets the slots that a pin can take stand out; all of them where there is none. */
export function markSlots(pin) {
  for (const ghost of document.querySelectorAll('.ghost')) ghost.classList.toggle('foreign', pin !== null && ghost.dataset.account !== pin.account_id);
}

/** Where a pin would come to, in words: `Thu, Dec 3 · 18:00 · free slot`. */
export function labelOf({ day, slot, isShelf }, at, zone) {
  if (isShelf) return words.asDraft;
  if (!at) return words.past;
  return [dayShort(slot ? dayOf(slot, zone) : day), clock(at, zone), slot && words.free].filter(Boolean).join(' · ');
}

/**
 * `{carried, carry, Banner}`: while a pin is carried, arrows choose the day, brackets the free slot, Enter lets go and Escape ends.
 * `placed(pin, target)` answers where it would come to, `choose(day)` shows a day, `drop(pin, target)` lets go.
 */
export function useCarry({ day, zone, slots, choose, drop, say, askMove, placed }) {
  const [carried, setCarried] = useState(null);
  const [slot, setSlot] = useState(null);
  const banner = useRef(null);
  const end = () => (setCarried(null), setSlot(null));
  const carry = (pin) => {
    if (!isMovable(pin)) return say(pin);
    setSlot(null);
    if (pin.publish_at) choose(dayOf(pin.publish_at, zone));
    setCarried(pin);
    return setTimeout(() => banner.current?.focus());
  };
  const letGo = (target) => (end(), drop(carried, target));
  const target = slot ? { slot } : { day, hour: null };
  const latest = useRef(null);
  latest.current = (event) => {
    const isButton = event.target.closest?.('.carry .button');
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === 'Escape') return end(), true;
    if (event.key === 'Enter' && !isButton) return letGo(target), true;
    const to = event.key in STEPS ? addDays(day, STEPS[event.key]) : { PageUp: addMonths(day, -1), PageDown: addMonths(day, 1) }[event.key];
    if (to) return setSlot(null), choose(to), true;
    if (event.key === '[' || event.key === ']') {
      const next = nextSlot(slots, carried, slot ?? carried.publish_at, event.key === ']');
      if (next) (setSlot(next.at), choose(dayOf(next.at, zone)));
      return true;
    }
    return false;
  };
  useEffect(() => {
    if (!carried) return undefined;
    const byKey = (event) => latest.current(event) && (event.preventDefault(), event.stopPropagation());
    addEventListener('keydown', byKey, { capture: true });
    return () => removeEventListener('keydown', byKey, { capture: true });
  }, [carried]);
  // What would take it is seen.
  useEffect(() => {
    if (!carried) return undefined;
    const element = document.querySelector(slot ? `[data-slot="${slot}"][data-account="${carried.account_id}"]` : `.calendar [data-day="${day}"]`);
    element?.classList.add('over');
    element?.scrollIntoView({ block: 'nearest' });
    markSlots(carried);
    return () => (element?.classList.remove('over'), markSlots(null));
  });
  const onClickCapture = (event) => {
    if (!carried || event.target.closest('.carry')) return;
    const place = placeOf(event.target, carried);
    if (!place) return;
    event.preventDefault();
    event.stopPropagation();
    letGo(place);
  };
  const shown = carried && html`
    <section class="carry" aria-label=${words.label(titleOf(carried))} tabindex="-1" ref=${banner}>
      <${Thumb} preview=${carried.preview} size="row" />
      <p class="grow"><strong>${words.title(titleOf(carried))}</strong><br />
        <span role="status">${labelOf(target, placed(carried, target)?.at, zone)}</span> <span class="quiet hint-keys">${words.hint}</span></p>
      <${Button} onClick=${() => (end(), askMove(carried))}>${words.pick}<//>
      ${carried.publish_at && html`<${Button} onClick=${() => letGo({ isShelf: true })}>${words.draft}<//>`}
      <${Button} kind="plain" onClick=${end}>${t.cancel}<//>
    </section>`;
  return { carried, carry, shown, onClickCapture };
}

function nextSlot({ inOrder }, pin, at, isForward) {
  const from = at ? +new Date(at) : Date.now();
  const fitting = inOrder.filter(({ account_id }) => account_id === pin.account_id);
  return isForward ? fitting.find((slot) => +new Date(slot.at) > from) : fitting.findLast((slot) => +new Date(slot.at) < from);
}
