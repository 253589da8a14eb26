// What is typed is kept in this browser until it is scheduled.

import { remember } from './browser-store.js';
import { fromContent } from './compose-content.js';
import { soon, zoneInUse } from './compose-time.js';
import { useState } from './parts.js';
import { toInput } from './time.js';

export function blank(pin = null) {
  const zone = zoneInUse();
  const targets = pin ? [{ account_id: pin.account_id, board_id: pin.board_id, section_id: pin.section_id }] : [];
  return { key: crypto.randomUUID(), sent: null, targets, content: fromContent(pin?.content), when: 'later', at: soon(zone), zone };
}

/** The draft with the time that the address asks for; asked once, as it may be changed afterwards. */
export function begun(draft, at) {
  if (!at || Number.isNaN(Date.parse(at)) || draft.begun === at) return draft;
  return { ...draft, when: 'later', at: toInput(at, draft.zone), begun: at };
}

/** A value that outlives the tab once it was changed: `{value, change(part), forget(next)}`. */
export function useKept(slot, begin) {
  const [value, setValue] = useState(begin);
  const change = (part) => setValue((before) => {
    const next = { ...before, ...part, saved: Date.now() };
    remember(slot, next);
    return next;
  });
  const forget = (next) => (remember(slot, null), setValue(next));
  return { value, change, forget };
}
