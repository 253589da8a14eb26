// Scheduling the cards: each under its own key, so that none is scheduled twice however often it is sent.

import { ask } from './api.js';
import { plain, plainError } from './plain.js';
import { t } from './texts.js';

const words = t.create;

// Answers come after some seconds at most, and cards show what became of them.
const AT_ONCE = 20;

/** What became of an item, for its card. */
function resultOf({ scheduled, problem }, item) {
  if (scheduled) return { pins: scheduled.items, errors: [], sent: null };
  const errors = problem.errors.map(plainError);
  const message = errors.length > 0 ? null : plain(problem.detail);
  // Refused, so nothing was taken; of what went wrong inside nobody knows.
  return { errors: message ? [{ field: '', message }] : errors, sent: problem.status < 500 ? null : item };
}

/**
 * Sends `items`; `onResult(key, result)` gets what became of each, `sent` of what has no answer yet. `earlier` are the items as
 * they were sent before without an answer: where the key was taken then, that is what counts.
 */
export async function sendItems(items, earlier, onResult) {
  for (let first = 0; first < items.length; first += AT_ONCE) {
    const part = items.slice(first, first + AT_ONCE);
    // Kept before the answer: the tab may be closed, or the connection break, in between.
    for (const item of part) onResult(item.key, { sent: earlier.get(item.key) ?? item, errors: [] });
    const answers = await post(part);
    const taken = answers.filter(({ problem }) => problem?.code === 'idempotency_mismatch').map(({ key }) => key);
    const before = taken.map((key) => earlier.get(key)).filter(Boolean);
    const found = new Map((before.length > 0 ? await post(before) : []).map((answer) => [answer.key, answer]));
    for (const answer of answers) {
      const item = part.find(({ key }) => key === answer.key);
      const result = resultOf(found.get(answer.key) ?? answer, item);
      if (found.has(answer.key)) onResult(answer.key, { ...result, wasEarlier: Boolean(result.pins) });
      else if (taken.includes(answer.key)) onResult(answer.key, { key: crypto.randomUUID(), sent: null, errors: [{ field: '', message: words.sentElsewhere }] });
      else onResult(answer.key, result);
    }
  }
}

const post = async (items) => (await ask('POST', '/v1/pins/batch', { body: { items } })).body.items;
