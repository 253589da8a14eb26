// When the pins of the page "Create" go out: by what was chosen, and by what the API would make of it.

import { ask } from './api.js';
import { asContent, isAddress } from './compose-content.js';
import { spacingOf } from './compose-place.js';
import { plainError } from './plain.js';
import { useEffect, useRef, useState } from './parts.js';
import { fields, fromInput, moment } from './time.js';

// Not while somebody types.
const PAUSE_MS = 400;

const HOUR_MS = 3_600_000;

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The moment that a card was given; null where it goes by free slots, now, or not at all. */
export function momentOf(card, cards, zone) {
  const { kind, at, count, unit } = card.when ?? {};
  const first = ['at', 'every'].includes(kind) ? fromInput(at, zone)?.at : null;
  if (!first || kind === 'at') return first ?? null;
  const step = cards.filter(({ when }) => isSame(when, card.when)).indexOf(card) * Number(count);
  if (unit === 'hours') return new Date(+first + step * HOUR_MS);
  const wall = fields(first, zone);
  return moment({ ...wall, day: wall.day + step }, zone).at;
}

/** The card as an item of a batch. */
export function itemOf(card, cards, zone) {
  const words = { slot: 'next_slot', now: 'now', draft: null };
  const publish_at = card.when?.kind in words ? words[card.when.kind] : momentOf(card, cards, zone)?.toISOString() ?? null;
  const item = { key: card.key, targets: card.targets, content: asContent(card.content), publish_at, spacing: spacingOf(card, publish_at !== null) };
  return card.template_id ? { ...item, template_id: card.template_id } : item;
}

/** As much of an item as its time depends on, so that typing a text asks nothing; all of it where a template shows its result. */
const outlineOf = ({ content: { media, link }, ...item }) => ({ ...item, content: { media, link: isAddress(link ?? '') ? link : null } });

/** What would become of `items`, by their keys: `{planned, errors}`; and whether that is being asked. */
export function useOutlook(given) {
  const items = given.map((item) => (item.template_id ? item : outlineOf(item)));
  const [found, setFound] = useState({ of: '', results: new Map(), error: null });
  const wanted = JSON.stringify(items);
  const isFirst = useRef(true);
  useEffect(() => {
    if (items.length === 0) return setFound({ of: wanted, results: new Map(), error: null });
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { body } = await ask('POST', '/v1/pins/batch/preview', { body: { items }, signal: asking.signal });
        setFound({ of: wanted, results: new Map(body.items.map((item) => [item.key, { ...item, errors: (item.problem?.errors ?? []).map(plainError) }])), error: null });
      } catch (error) {
        if (!asking.signal.aborted) setFound((before) => ({ ...before, of: wanted, error }));
      }
    }, isFirst.current ? 0 : PAUSE_MS);
    isFirst.current = false;
    return () => (clearTimeout(timer), asking.abort());
  }, [wanted]);
  return { ...found, isAsking: found.of !== wanted };
}
