// Create: many files become many pins, each a card whose time is seen before it is scheduled. One pin by an image URL has the
// form of the composer.

import { all, ask, get } from './api.js';
import { go, Link } from './app.js';
import { objections } from './compose-content.js';
import { BoardName, defaultSpace, noteBoards } from './compose-place.js';
import { soon, timeObjections } from './compose-time.js';
import { canCombine, combined, fresh, isReady, isSending, moved, MOST, separated, useBatch } from './create-cards.js';
import { PinCard } from './create-card.js';
import { EditAll } from './create-edit.js';
import { sendItems } from './create-send.js';
import { itemOf, momentOf, useOutlook } from './create-times.js';
import { AddFiles } from './create-files.js';
import { takeFiles, useDroppedFiles } from './drop.js';
import { Button, Failure, html, Loaded, Notice, useAction, useCallback, useData, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { toInput, write } from './time.js';

const words = t.create;

export default function Create({ place, who }) {
  // Whose pins they are, also after their session has ended.
  const [owner] = useState(who?.name ?? '');
  const needed = useData(async (signal) => {
    const [accounts, status, templates] = await Promise.all([all('/v1/accounts', { signal }), get('/v1/status', { signal }), all('/v1/templates', { signal })]);
    const living = accounts.filter((one) => one.mode === status.mode && one.state !== 'disconnected');
    const plans = await Promise.all(living.map(({ id }) => get(`/v1/accounts/${id}/plan`, { signal })));
    return { accounts: living, status, templates, plans: new Map(living.map(({ id }, index) => [id, plans[index]])) };
  });
  return html`<${Loaded} of=${needed}>${(data) => html`
    ${!data.status.enabled && html`<${Notice} kind="warn">${t.compose.disabled}<//>`}
    ${data.accounts.length === 0
      ? html`<h1>${words.title(0)}</h1><${Notice} kind="warn" title=${t.compose.noAccount.title}><p>${t.compose.noAccount.about} <${Link} href="/app/accounts">${t.compose.noAccount.connect}<//></p><//>`
      : html`<${Cards} key=${place.query.toString()} owner=${owner} at=${place.query.get('at')} data=${data} />`}
  `}<//>`;
}

/** When pins go out of which nothing else was said: by the account's posting times, or one a day. */
const usual = (targets, plans, zone) => {
  const account = targets[0]?.account_id ?? plans.keys().next().value;
  return plans.get(account)?.slots.length > 0 ? { kind: 'slot' } : { kind: 'every', at: soon(zone), count: 1, unit: 'days' };
};

function Cards({ owner, at, data }) {
  const { batch, update, put, add, retry, restore } = useBatch(`pinwheel.create.${owner}`, at);
  const { zone } = batch;
  const [usualTimes] = useState(() => new Map());
  // One and the same for all cards of an account, so that they are one series.
  const whenOf = ({ when, targets }) => when ?? known(usualTimes, targets[0]?.account_id, () => usual(targets, data.plans, zone));
  const cards = batch.cards.map((card) => ({ ...card, when: whenOf(card) }));
  const [picked, setPicked] = useState([]);
  const [editing, setEditing] = useState(null);
  const [undone, setUndone] = useState(null);
  const [said, setSaid] = useState('');
  const page = useRef(null);

  const open = cards.filter(({ pins }) => !pins);
  const usable = open.filter(({ isUnusable }) => !isUnusable);
  const chosen = usable.filter(({ key }) => picked.includes(key));
  const scope = chosen.length > 0 ? chosen : usable;
  const ready = open.filter(isReady);
  const sending = open.filter(isSending);
  const placed = sending.length > 0 ? [] : ready.filter(({ targets, when }) => targets.length > 0 && when.kind !== 'draft');
  const outlook = useOutlook(placed.map((card) => itemOf(card, cards, zone)));

  const take = useCallback((files) => files?.length > 0 && add(files), []);
  useDroppedFiles(take);
  useEffect(() => take(takeFiles()), []);

  const change = (keys, part) => update(({ cards: before }) => ({ cards: before.map((card) => (keys.includes(card.key) && !card.pins ? { ...card, errors: [], ...part(card) } : card)) }));
  const edit = (...given) => (submitting.clear(), change(...given));
  const apply = (keys, part) => {
    edit(keys, (card) => (typeof part === 'function' ? part(card) : part));
    // What was chosen for all of them is meant for those to come as well.
    if (typeof part !== 'function' && keys.length === usable.length) update(({ shared }) => ({ shared: { ...shared, ...part } }));
    setEditing(null);
  };
  const remove = (keys) => {
    setUndone(batch.cards.flatMap((card, index) => (keys.includes(card.key) ? [[index, card]] : [])));
    setPicked([]);
    update(({ cards: before }) => ({ cards: before.filter(({ key }) => !keys.includes(key)) }));
  };

  const move = (key, to) => {
    const focused = document.activeElement;
    update(({ cards: before }) => ({ cards: moved(before, key, to) }));
    setSaid(words.movedTo(to + 1));
    // A browser takes the focus from what is moved in the page.
    requestAnimationFrame(() => focused.isConnected && focused.focus());
  };

  const submitting = useAction(async (asDrafts) => {
    setUndone(null);
    const sendable = ready.map((card) => (asDrafts ? { ...card, when: { kind: 'draft' } } : card));
    const wrong = new Map(sendable.map((card) => [card.key, whatIsWrong(card, cards, zone)]));
    change([...wrong.keys()], (card) => ({ errors: wrong.get(card.key) }));
    const count = [...wrong.values()].filter((errors) => errors.length > 0).length;
    // The first one that has something wrong is gone to once it says so.
    if (count > 0) throw Object.assign(new Error(words.wrong(count)), { isShown: true });
    const earlier = new Map(sendable.filter(({ sent }) => sent).map(({ key, sent }) => [key, sent]));
    const fixed = new Map(sendable.map((card) => [card.key, momentOf(card, cards, zone)]));
    await sendItems(sendable.map((card) => itemOf(card, cards, zone)), earlier, (key, result) => put(key, () => ({
      ...result,
      // A place in a series is kept when others of it are gone.
      ...(result.errors?.length > 0 && fixed.get(key) ? { when: { kind: 'at', at: toInput(fixed.get(key), zone) } } : {}),
    })));
    noteBoards(owner, sendable.flatMap(({ targets }) => targets));
    setPicked([]);
  });
  useEffect(() => {
    if (submitting.error?.isShown) page.current?.querySelector('.pin-card.wrong :is([aria-invalid="true"], .wrong button)')?.focus();
  }, [submitting.error]);

  const done = cards.filter(({ pins }) => pins);
  const failed = open.filter(({ errors }) => errors?.length > 0);
  // What is taken back is on the page again, to be changed and sent under another key.
  const undoing = useAction(async () => {
    for (const { key, pins } of done) {
      for (const { id } of pins) await ask('DELETE', `/v1/pins/${id}`);
      put(key, () => ({ key: crypto.randomUUID(), pins: null, sent: null, wasEarlier: false, errors: [] }));
    }
  });
  const again = () => {
    usualTimes.clear();
    update((before) => fresh({ ...before, cards: [], left: 0 }));
  };
  const label = failed.length > 0 && done.length > 0 && failed.length === ready.length ? words.retry(ready.length)
    : ready.length > 0 && ready.every(({ when }) => when.kind === 'draft') ? words.saveDrafts(ready.length)
    : ready.length > 0 && ready.every(({ when }) => when.kind === 'now') ? words.publish(ready.length) : words.submit(ready.length);
  const isOver = done.length > 0 && usable.length === 0;
  const shown = { cards, zone, accounts: data.accounts, outlook, isWaiting: sending.length > 0, isBusy: submitting.busy };
  return html`<div class="create-page" ref=${page}>
    <header class="create-head">
      <h1>${isOver ? words.done(done.length) : words.title(ready.length + sending.length)}</h1>
      ${usable.length > 0 && html`<span class="quiet">${t.compose.kept}</span>`}
      ${usable.length > 0 && html`<div class="actions">
        <p class="quiet progress" role="status">${sending.length > 0 ? words.sending(ready.length, ready.length + sending.length) : ''}</p>
        ${!ready.every(({ when }) => when.kind === 'draft') && html`<${Button} onClick=${() => submitting.run(true)}>${words.asDrafts}<//>`}
        <${Button} kind="primary" busy=${submitting.busy} aria-disabled=${submitting.busy || sending.length > 0 || ready.length === 0 ? 'true' : null} onClick=${() => sending.length === 0 && ready.length > 0 && submitting.run(false)}>${label}<//>
      </div>`}
    </header>
    <div role="status">
      <span class="unseen">${said}</span>
      ${undone && html`<p class="told">${words.removed} <${Button} kind="plain" onClick=${() => (restore(undone), setUndone(null))}>${t.compose.undo}<//></p>`}
      ${batch.left > 0 && html`<${Notice} kind="warn"><p>${words.tooMany(MOST, batch.left)}</p><//>`}
      ${done.length > 0 && html`<${Done} cards=${done} zone=${zone} isOver=${isOver} undoing=${undoing} onAgain=${again} />`}
    </div>
    <${Failure} error=${submitting.error} />
    <${Failure} error=${undoing.error} />
    ${open.length > 0 && !outlook.isAsking && html`<${Failure} error=${outlook.error} />`}
    ${usable.length > 0 && html`<${Bar} scope=${scope} chosen=${chosen} open=${usable} onPick=${setPicked} onOpen=${(what) => setEditing({ what, keys: scope.map(({ key }) => key) })}
      zone=${zone} templates=${data.templates} onFiles=${take} onRemove=${() => remove(chosen.map(({ key }) => key))}
      onCombine=${canCombine(chosen) ? () => (update(({ cards: before }) => ({ cards: combined(before, chosen.map(({ key }) => key)) })), setPicked([])) : null} />`}
    <ol class="plain pin-cards" inert=${submitting.busy} aria-busy=${outlook.isAsking ? 'true' : 'false'}>
      ${cards.map((card, index) => html`<${PinCard} key=${card.key} card=${card} position=${index + 1} count=${cards.length} ...${shown}
        isPicked=${picked.includes(card.key)} onPick=${() => setPicked(picked.includes(card.key) ? picked.filter((key) => key !== card.key) : [...picked, card.key])}
        onChange=${(content) => edit([card.key], () => ({ content }))} onEdit=${(what) => setEditing({ what, keys: [card.key] })}
        onMove=${(by) => index + by >= 0 && index + by < cards.length && move(card.key, index + by)} onDrop=${(key) => move(key, index)}
        onRetry=${() => retry(card.key)} onRemove=${() => remove([card.key])} onSeparate=${card.parts ? () => update(({ cards: before }) => ({ cards: separated(before, card.key) })) : null} />`)}
    </ol>
    ${cards.length === 0 && html`<${AddFiles} isEmpty=${true} onFiles=${take} />
      <p>${words.or} <${Link} href="/app/compose">${words.byUrl}<//> · <${Link} href="/app/import">${words.byCsv}<//></p>`}
    ${editing && html`<${EditAll} what=${editing.what} cards=${cards.filter(({ key }) => editing.keys.includes(key))} accounts=${data.accounts} templates=${data.templates} zone=${zone} owner=${owner}
      usualSpace=${(targets) => defaultSpace(targets, data.plans)} onClose=${() => setEditing(null)} onApply=${(part) => apply(editing.keys, part)} />`}
  </div>`;
}

function known(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

/** What can be said to be wrong with a card without asking. */
function whatIsWrong(card, cards, zone) {
  const wrong = objections(card.content);
  if (card.targets.length === 0) wrong.push({ field: 'targets', message: t.compose.where.missing });
  const at = momentOf(card, cards, zone);
  if (['at', 'every'].includes(card.when.kind)) wrong.push(...timeObjections({ when: 'later', at: at ? toInput(at, zone) : '', zone }));
  return wrong;
}

/** What is chosen here is for all cards, or for those that are picked. */
function Bar({ scope, chosen, open, onPick, onOpen, zone, templates, onFiles, onRemove, onCombine }) {
  const keys = open.map(({ key }) => key);
  const isAll = chosen.length === open.length;
  const label = chosen.length > 0 && !isAll ? words.forPicked(chosen.length) : words.forAll(open.length);
  const common = (what) => (new Set(scope.map((card) => JSON.stringify(what(card)))).size === 1 ? what(scope[0]) : null);
  const when = common((card) => card.when);
  const targets = common((card) => card.targets);
  const template = templates.find(({ id }) => id === common((card) => card.template_id));
  return html`<section class="for-all" aria-label=${label}>
    <div class="check"><input type="checkbox" id="pick-all" checked=${isAll} ref=${(box) => box && (box.indeterminate = chosen.length > 0 && !isAll)} onChange=${() => onPick(isAll ? [] : keys)} />
      <label for="pick-all">${label}</label></div>
    <${Button} onClick=${() => onOpen('boards')}>${words.edit.boards.open}${targets?.length > 0 && html`: <${BoardName} account=${targets[0].account_id} board=${targets[0].board_id} />${targets.length > 1 ? ` +${targets.length - 1}` : ''}`}<//>
    <${Button} onClick=${() => onOpen('when')}>${words.edit.when.open}${when ? `: ${words.edit.when.told(when)}` : ''}<//>
    <${Button} onClick=${() => onOpen('link')}>${words.edit.link.open}<//>
    <${Button} onClick=${() => onOpen('description')}>${words.edit.description.open}<//>
    ${templates.length > 0 && html`<${Button} onClick=${() => onOpen('template')}>${words.edit.template.open}${template ? `: ${template.name}` : ''}<//>`}
    <${Button} onClick=${() => onOpen('ai')}>${words.edit.ai.open}<//>
    ${onCombine && html`<${Button} onClick=${onCombine}>${words.combine}<//>`}
    ${chosen.length > 0 && html`<${Button} onClick=${onRemove}>${words.removePicked(chosen.length)}<//>`}
    <span class="quiet zone">${words.zone(zone)}</span>
    <${AddFiles} onFiles=${onFiles} />
  </section>`;
}

/** What was scheduled, and from when to when. */
function Done({ cards, zone, isOver, undoing, onAgain }) {
  const heading = useRef(null);
  useEffect(() => {
    if (isOver) heading.current?.focus();
  }, [isOver]);
  const pins = cards.flatMap(({ pins: made }) => made);
  const times = pins.map(({ publish_at }) => publish_at).filter(Boolean).sort();
  const day = (at) => write(at, { month: 'short', day: 'numeric' }, zone);
  const span = times.length === 0 ? words.drafted(pins.length) : words.scheduled(pins.length, day(times[0]), day(times.at(-1)));
  const calendar = times.length > 0 ? `/app/calendar?day=${toInput(times[0], zone).slice(0, 10)}` : '/app/calendar';
  return html`<div class="notice good" tabindex="-1" ref=${heading}>
    <p class="title">${span}</p>
    <p class="row"><a class="button" href=${calendar} onClick=${(event) => (event.preventDefault(), go(calendar))}>${t.compose.done.calendar}</a>
      ${pins.every(({ status }) => ['scheduled', 'draft', 'held'].includes(status)) && html`<${Button} busy=${undoing.busy} onClick=${undoing.run}>${words.undo(pins.length)}<//>`}
      ${isOver && html`<${Button} kind="primary" onClick=${onAgain}>${words.another}<//>`}</p>
  </div>`;
}
