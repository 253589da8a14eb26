// The calendar by keyboard: one stop for Tab, arrows within it, and a letter for what is done with a pin.

import { isShortcut } from './shortcuts.js';
import { useEffect, useRef } from './parts.js';

const FORWARD = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

const itemsIn = (place) => [...place.querySelectorAll('[data-item]')];

/**
 * What the calendar listens for: `keys` with a pin, which are called with its id, and the way from pin to pin. In a month Enter goes
 * into a day and Escape back to it; in a week arrows go from card to card, in a list from row to row.
 */
export function useCalendarKeys(view, keys) {
  const root = useRef(null);
  const last = useRef(null);
  // The one item that Tab reaches; days of a month have theirs.
  useEffect(() => {
    if (view === 'month' || !root.current) return;
    const items = itemsIn(root.current).filter((item) => !item.closest('.shelf, .day-panel'));
    const today = items.find((item) => item.closest('.today'));
    const chosen = items.find((item) => last.current && keyOf(item) === last.current) ?? today ?? items[0];
    for (const item of items) item.tabIndex = item === chosen ? 0 : -1;
  });
  const onFocusIn = (event) => {
    const item = event.target.closest?.('[data-item]');
    if (item) last.current = keyOf(item);
  };
  const onKeyDown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const item = event.target.closest('[data-item]');
    const took = event.target.matches('.date') ? intoDay(event) : item && !item.closest('.day-panel') && (step(event, item, view) || act(event, item, keys));
    if (took) event.preventDefault();
  };
  return { root, onKeyDown, onFocusIn };
}

const keyOf = (item) => item.closest('[data-pin]')?.dataset.pin ?? item.closest('[data-slot]')?.dataset.slot ?? null;

function intoDay({ key, target }) {
  const first = key === 'Enter' && itemsIn(target.closest('td'))[0];
  if (first) first.focus();
  return Boolean(first);
}

function step({ key }, item, view) {
  const shelf = item.closest('.shelf');
  const cell = shelf ?? item.closest('td');
  if (key === 'Escape' && cell && !shelf) return cell.querySelector('.date')?.focus(), true;
  if (!(key in FORWARD)) return false;
  const column = !cell && view === 'week' && item.closest('.column');
  if (column && ['ArrowLeft', 'ArrowRight'].includes(key)) return toColumn(item, column, FORWARD[key]);
  const items = itemsIn(cell ?? (column || item.closest('.list, .calendar')));
  items[items.indexOf(item) + FORWARD[key]]?.focus();
  return true;
}

/** The card beside it, in the next column that has one. */
function toColumn(item, column, by) {
  const at = itemsIn(column).indexOf(item);
  for (let next = column; next; next = by > 0 ? next.nextElementSibling : next.previousElementSibling) {
    const items = next === column ? [] : itemsIn(next);
    if (items.length > 0) return items[Math.min(at, items.length - 1)].focus(), true;
  }
  return true;
}

function act(event, item, keys) {
  const id = item.closest('[data-pin]')?.dataset.pin;
  const key = event.key === ' ' ? 'x' : event.key;
  if (!id || !(key in keys) || !(isShortcut(event) || [' ', 'Delete'].includes(event.key))) return false;
  keys[key](id, event);
  return true;
}
