// Changing a pin from its page: saved over the version that was read, and taken back by a key.

import { ask } from './api.js';
import { asContent, fromContent } from './compose-content.js';
import { announce, record } from './history.js';
import { allowed } from './pin-actions.js';
import { say } from './toasts.js';

/** What of a pin a person may change, to see whether somebody did. */
export const editable = (pin) => JSON.stringify([asContent(fromContent(pin.content)), pin.board_id, pin.section_id, pin.publish_at]);

/**
 * Changes the pin that was read as `base`; what its publisher noted on it meanwhile is no reason to ask the person. Answers the pin as
 * it is then.
 */
export async function savePin(base, etag, body, isAgain = false) {
  const path = `/v1/pins/${base.id}`;
  try {
    return (await ask('PATCH', path, { body, headers: { 'if-match': etag } })).body;
  } catch (error) {
    if (error.status !== 412 || isAgain) throw error;
    const now = await ask('GET', path);
    if (editable(now.body) !== editable(base) || !allowed(now.body).edit) throw error;
    return savePin(base, now.etag, body, true);
  }
}

/** The same, said with the way back. */
export async function saveAndSay(pin, etag, body, text) {
  const now = await savePin(pin, etag, body);
  const step = record(text, [{ before: pin, after: now }]);
  announce(now);
  say({ about: 'edit', text, step });
  return now;
}
