// The cards of the page "Create": each is a pin that is not scheduled yet, kept in this browser.

import { fromContent } from './compose-content.js';
import { recall, remember } from './browser-store.js';
import { zoneInUse } from './compose-time.js';
import { get } from './api.js';
import { send, uploadOf } from './create-upload.js';
import { titleOf } from './file-names.js';
import { useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { toInput } from './time.js';

const words = t.create;

/** How many pins there can be on the page, as many as the API takes at once. */
export const MOST = 100;

/** What a new card begins with, until it was chosen for all of them: `when` is absent where the account decides. */
const blank = () => ({ cards: [], shared: { targets: [], space: null, when: null, template_id: '' }, zone: zoneInUse() });

/** `{batch, update, put, add, retry, restore}`, kept under `slot`. `update` gets what is to become of the batch. */
export function useBatch(slot, at) {
  // Beside the state, as uploads end while nothing is drawn.
  const now = useRef(null);
  now.current ??= begun(fresh(recall(slot) ?? blank()), at);
  const [, redraw] = useState(0);
  const update = (change) => {
    now.current = { ...now.current, ...change(now.current) };
    const open = now.current.cards.filter(({ pins }) => !pins).map(({ errors, ...card }) => card);
    remember(slot, { ...now.current, cards: open });
    redraw((count) => count + 1);
  };
  const put = (key, change) => update(({ cards }) => ({ cards: cards.map((card) => (card.key === key ? { ...card, ...change(card) } : card)) }));
  const watch = (key) => uploadOf(key).done.then(
    ({ media, isVideo }) => put(key, (card) => ({
      problem: null,
      preview: media.preview,
      content: { ...card.content, media_id: media.id, media_name: media.name ?? card.name, media_type: isVideo ? 'video' : 'media' },
    })),
    (error) => put(key, () => ({ problem: error.message, isUnusable: Boolean(error.isFinal) })),
  );
  const add = (files) => {
    const { cards, shared } = now.current;
    const room = Math.max(0, MOST - cards.filter(({ pins }) => !pins).length);
    const made = files.slice(0, room).map((file) => {
      const content = { ...fromContent(), title: titleOf(file.name) };
      return { key: crypto.randomUUID(), name: file.name, content, ...shared, preview: null, problem: null };
    });
    for (const [index, { key }] of made.entries()) send(key, files[index]);
    update(() => ({ cards: [...cards, ...made], left: files.length - made.length }));
    for (const { key } of made) watch(key);
  };
  const retry = (key) => {
    send(key, uploadOf(key).file);
    put(key, () => ({ problem: null }));
    watch(key);
  };
  /** Puts cards back that were removed: `[index, card]` each. */
  const restore = (removed) => {
    update(({ cards }) => ({ cards: removed.reduce((all, [index, card]) => [...all.slice(0, index), card, ...all.slice(index)], cards) }));
    for (const [, card] of removed) if (isSending(card)) watch(card.key);
  };
  // Files that were on their way when another page was gone to, and pictures whose addresses may have ended.
  useEffect(() => {
    for (const { key, content: { media_id, slides }, isUnusable } of now.current.cards) {
      const shown = slides ? JSON.parse(slides)[0].media_id : media_id;
      const isGone = (error) => error.status === 404 && put(key, () => ({ problem: t.compose.picture.gone }));
      if (shown) get(`/v1/media/${shown}`).then(({ preview }) => put(key, () => ({ preview: { ...preview, kind: slides ? 'carousel' : preview.kind } })), isGone);
      else if (uploadOf(key)) watch(key);
      else if (!isUnusable) put(key, () => ({ problem: words.lost }));
    }
  }, []);
  return { batch: now.current, update, put, add, retry, restore };
}

/** A batch that has no cards left keeps its boards; the days that were chosen for it are over. */
export const fresh = (batch) => (batch.cards.length > 0 ? batch : { ...batch, shared: { ...batch.shared, when: null } });

/** The batch, for the time that the address asks for. */
function begun(batch, at) {
  if (!at || Number.isNaN(Date.parse(at))) return batch;
  return { ...batch, shared: { ...batch.shared, when: { kind: 'every', at: toInput(at, batch.zone), count: 1, unit: 'hours' } } };
}

/** Whether the card can become a pin: its file is there. */
export const isReady = ({ pins, content, problem }) => !pins && !problem && Boolean(content.media_id || content.slides);

/** Whether its file is on its way. */
export const isSending = ({ pins, content, problem }) => !pins && !problem && !content.media_id && !content.slides;

/** The cards with that one in the place `to`. */
export function moved(cards, key, to) {
  const rest = cards.filter((card) => card.key !== key);
  return [...rest.slice(0, to), ...cards.filter((card) => card.key === key), ...rest.slice(to)];
}

/** The image cards of those keys as one card with several images, in the place of the first. */
export function combined(cards, keys) {
  const parts = cards.filter((card) => keys.includes(card.key));
  const slides = parts.map(({ content: { media_id, title, description, link } }) => ({ media_id, title: title || null, description: description || null, link: link || null }));
  const [first] = parts;
  const content = { ...first.content, slides: JSON.stringify(slides), media_id: '', media_type: 'carousel' };
  const one = { ...first, key: crypto.randomUUID(), content, parts, preview: { ...first.preview, kind: 'carousel' } };
  return cards.flatMap((card) => (card.key === first.key ? [one] : keys.includes(card.key) ? [] : [card]));
}

/** That card as the cards that it was made of. */
export const separated = (cards, key) => cards.flatMap((card) => (card.key === key ? card.parts : [card]));

/** Whether those cards can be combined: two to five images that are there. */
export const canCombine = (cards) => cards.length >= 2 && cards.length <= 5 && cards.every((card) => isReady(card) && card.content.media_type === 'media' && !card.content.slides);
