// What was done to pins, by the last twenty steps: taken back and done again from any page. A step is kept as the pins before
// and after it, so taking it back is another change of theirs, refused where they were changed meanwhile.

import { ask } from './api.js';
import { asContent, fromContent } from './compose-content.js';
import { useEffect, useState } from './parts.js';
import { t } from './texts.js';

const words = t.history;

const MOST = 20;

// A time that passed no longer ago than this is taken as now.
const TOLERANCE_MS = 60_000;

let steps = [];
let undone = [];
const listeners = new Set();
const watchers = new Set();

const tell = () => listeners.forEach((listen) => listen());

/** The steps that can be taken back, the last one first; and whether one can be done again. */
export function useSteps() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listen = () => redraw((count) => count + 1);
    listeners.add(listen);
    return () => listeners.delete(listen);
  }, []);
  return { steps: [...steps].reverse(), canRedo: undone.length > 0 };
}

/** Calls `put(...pins)` with what is changed by taking steps back, as long as the component is shown. */
export function useChangedPins(put) {
  useEffect(() => {
    watchers.add(put);
    return () => watchers.delete(put);
  }, [put]);
}

/** Lets the page that is shown know of pins as they are now. */
export const announce = (...pins) => watchers.forEach((put) => put(...pins));

/**
 * Keeps a step: `text` says what was done, `pins` are `{before, after}` each. Answers the step, or null where none of them can go
 * back: a failed pin can't fail again by itself, and nothing goes back to a time that has passed.
 */
export function record(text, pins) {
  const able = pins.filter(({ before }) => canGoBack(before));
  if (able.length === 0) return null;
  const step = { id: crypto.randomUUID(), text, pins: able, at: Date.now() };
  steps = [...steps, step].slice(-MOST);
  undone = [];
  tell();
  return step;
}

export function canGoBack(pin) {
  return ['draft', 'scheduled', 'held'].includes(pin.status) && (pin.publish_at === null || +new Date(pin.publish_at) > Date.now());
}

/** What there is in the stack: the last step, or the last one that was taken back. */
export const lastStep = () => steps.at(-1) ?? null;
export const lastUndone = () => undone.at(-1) ?? null;

/** Takes a step back; the last one where none is named. Answers what there is to say. */
export async function undo(step = lastStep()) {
  if (!steps.includes(step)) return null;
  steps = steps.filter((each) => each !== step);
  tell();
  const pins = await applyAll(step.pins.map(({ before, after }) => ({ from: after, to: before })));
  const back = pins.filter(({ now }) => now).map(({ from, now }) => ({ before: now, after: from }));
  if (back.length > 0) undone = [...undone, { ...step, pins: back }].slice(-MOST);
  tell();
  return { text: told(step, pins, words.undone, words.notUndone), isBad: pins.some(({ error }) => error) };
}

/** Does again what was taken back last. */
export async function redo() {
  const step = undone.at(-1);
  if (!step) return null;
  undone = undone.slice(0, -1);
  const pins = await applyAll(step.pins.map(({ before, after }) => ({ from: before, to: after })));
  const done = pins.filter(({ now }) => now).map(({ from, now }) => ({ before: from, after: now }));
  if (done.length > 0) steps = [...steps, { ...step, pins: done }].slice(-MOST);
  tell();
  return { text: told(step, pins, words.redone, words.notRedone), isBad: pins.some(({ error }) => error) };
}

function told({ text }, pins, done, notDone) {
  const failed = pins.filter(({ error }) => error);
  if (failed.length === 0) return done(text);
  const why = failed[0].error.of?.('publish_at') ?? failed[0].error.errors?.[0]?.message ?? failed[0].error.message;
  return notDone(text, failed.length, pins.length, why);
}

async function applyAll(tasks) {
  const done = await Promise.all(tasks.map(async (task) => {
    try {
      return { ...task, now: await apply(task) };
    } catch (error) {
      return { ...task, error };
    }
  }));
  announce(...done.map(({ now, error }) => now ?? error.pin).filter(Boolean));
  return done;
}

/** Makes the pin that is as `from` what it is in `to`. */
async function apply({ from, to }) {
  const path = `/v1/pins/${from.id}`;
  const { body: now, etag } = await ask('GET', path);
  if (outline(now) !== outline(from)) throw Object.assign(new Error(words.changedMeanwhile), { pin: now });
  return (await ask('PATCH', path, { body: difference(from, to), headers: { 'if-match': etag } })).body;
}

const contentOf = (pin) => asContent(fromContent(pin.content));

/** What of a pin people decide. */
const outline = (pin) => JSON.stringify([contentOf(pin), pin.board_id, pin.section_id, pin.publish_at]);

function difference(from, to) {
  const body = {};
  const [is, was] = [contentOf(from), contentOf(to)];
  const content = Object.entries(was).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(is[name]));
  if (content.length > 0) body.content = Object.fromEntries(content);
  if (from.board_id !== to.board_id) body.board_id = to.board_id;
  if (from.section_id !== to.section_id || body.board_id) body.section_id = to.section_id;
  if (from.publish_at !== to.publish_at) {
    if (to.publish_at && +new Date(to.publish_at) < Date.now() - TOLERANCE_MS) throw new Error(t.calendar.move.past);
    body.publish_at = to.publish_at;
  }
  return body;
}
