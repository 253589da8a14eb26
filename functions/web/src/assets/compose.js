// The composer: a new pin for one board or several. The page of one pin uses its parts, to change the pin.

import { all, ask, get, SignedOut } from './api.js';
import { go, Link } from './app.js';
import { asContent, ContentFields, fieldOf, MARKED, objections, PinPreview, usePicture } from './compose-content.js';
import { begun, blank, useKept } from './compose-kept.js';
import { recall } from './browser-store.js';
import { keepFiles, takeFiles, useDroppedFiles } from './drop.js';
import { Notes } from './compose-notes.js';
import { Quality } from './compose-quality.js';
import { useOutlook } from './create-times.js';
import { BoardName, defaultSpace, noteBoards, Spacing, spacingOf, Targets } from './compose-place.js';
import { publishAt, timeObjections, WhenFields } from './compose-time.js';
import { Button, Failure, html, Loaded, Notice, Tag, useAction, useData, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { Thumb, slidesOf } from './thumb.js';
import { dateTime, relative } from './time.js';

const words = t.compose;

export default function Compose({ place, who }) {
  // Whose draft it is, also after their session has ended.
  const [owner] = useState(who?.name ?? '');
  return html`<${Opened} key=${place.query.toString()} query=${place.query} owner=${owner} />`;
}

/** Several files are several pins, which have a page of their own. */
function createMany(files) {
  keepFiles(files);
  go('/app/create');
  if (location.pathname !== '/app/create') takeFiles();
}

/** Where the draft of a new pin is kept; one that began as a copy of another pin has a place of its own. */
export const slotOf = (owner, from) => `pinwheel.compose.${owner}${from ? `.${from}` : ''}`;

function Opened({ query, owner }) {
  const from = query.get('from');
  const slot = slotOf(owner, from);
  const [kept] = useState(() => recall(slot));
  const needed = useData(async (signal) => {
    const [accounts, status, pin] = await Promise.all([
      all('/v1/accounts', { signal }),
      get('/v1/status', { signal }),
      from && !kept ? get(`/v1/pins/${encodeURIComponent(from)}`, { signal }) : null,
    ]);
    const living = accounts.filter((one) => one.mode === status.mode && one.state !== 'disconnected');
    const plans = await Promise.all(living.map(({ id }) => get(`/v1/accounts/${id}/plan`, { signal })));
    return { accounts: living, status, pin, plans: new Map(living.map(({ id }, index) => [id, plans[index]])) };
  });
  return html`
    <h1>${words.title}</h1>
    <${Loaded} of=${needed}>
      ${({ accounts, status, pin, plans }) => html`
        ${!status.enabled && html`<${Notice} kind="warn">${words.disabled}<//>`}
        ${accounts.length === 0 && !kept
          ? html`<${Notice} kind="warn" title=${words.noAccount.title}>
              <p>${words.noAccount.about} <${Link} href="/app/accounts">${words.noAccount.connect}<//></p>
            <//>`
          : html`<${Composer} slot=${slot} owner=${owner} kept=${kept} accounts=${accounts} plans=${plans} pin=${pin} at=${query.get('at')} />`}
      `}
    <//>
  `;
}

function Composer({ slot, owner, kept, accounts, plans, pin, at }) {
  const form = useKept(slot, () => begun(kept ?? blank(pin), at));
  const [restored, setRestored] = useState(kept);
  const [cleared, setCleared] = useState(null);
  const [errors, setErrors] = useState([]);
  const [earlier, setEarlier] = useState(null);
  const [done, setDone] = useState(null);
  const page = useRef(null);
  const draft = form.value;
  const picture = usePicture(draft.content);
  const space = draft.space ?? defaultSpace(draft.targets, plans);
  const isWrong = objections(draft.content).length > 0 || timeObjections(draft).length > 0;
  const body = () => ({ targets: draft.targets, content: asContent(draft.content), publish_at: publishAt(draft), spacing: spacingOf({ ...draft, space }, draft.when !== 'draft') });
  // A single time that was chosen needs no telling.
  const needsTimes = draft.when === 'slot' ? draft.targets.length > 0 : draft.when !== 'draft' && draft.targets.length > 1;
  const outlook = useOutlook(needsTimes && !isWrong && !done ? [{ key: draft.key, ...body() }] : []);

  const change = (field, part) => {
    const rest = errors.filter((error) => !error.field.startsWith(field));
    if (rest.length === 0 && errors.length > 0) sending.clear();
    setErrors(rest);
    setCleared(null);
    form.change(part);
  };
  const anew = (next) => {
    form.forget(next);
    setErrors([]);
    setRestored(null);
    setEarlier(null);
    sending.clear();
  };
  const sending = useAction(async () => {
    setRestored(null);
    const wrong = [...objections(draft.content), ...timeObjections(draft)];
    if (draft.targets.length === 0) wrong.push({ field: 'targets', message: words.where.missing });
    setErrors(wrong);
    if (wrong.length > 0) throw new Error(words.wrong(wrong.length));
    const taken = await send(form, body(), setEarlier).catch((error) => {
      setErrors(error.errors ?? []);
      throw error;
    });
    if (!taken) return;
    noteBoards(owner, draft.targets);
    setDone({ pins: taken, when: draft.when });
    anew({ ...blank(), targets: draft.targets, when: draft.when, zone: draft.zone });
  });
  useEffect(() => {
    if (sending.error) page.current?.querySelector('[aria-invalid="true"], .wrong input, .wrong button')?.focus();
  }, [sending.error]);

  if (done) return html`<${Done} done=${done} zone=${draft.zone} accounts=${accounts} onAnother=${() => setDone(null)} />`;
  const first = draft.targets[0];
  return html`
    <form class="composer" ref=${page} noValidate inert=${sending.busy} onSubmit=${(event) => (event.preventDefault(), sending.run())}>
      <div class="main">
        ${restored && html`<${Notice}>
          <p>${restored.sent ? words.unsure : words.restored(relative(restored.saved))}</p>
          <${Button} onClick=${() => (setCleared(draft), anew(blank()))}>${words.anew}<//>
        <//>`}
        <div role="status">${cleared && html`<${Notice}><p>${words.cleared}</p>
          <${Button} onClick=${() => (form.change(cleared), setCleared(null))}>${words.undo}<//><//>`}</div>
        <section class="card" aria-labelledby="shows">
          <h2 id="shows">${words.shows}</h2>
          <${ContentFields} content=${draft.content} picture=${picture} errors=${errors} onMany=${createMany}
            onChange=${(name, content) => change(fieldOf(name), { content })} />
        </section>
        <${Targets} targets=${draft.targets} accounts=${accounts} owner=${owner} errors=${errors}
          onChange=${(targets) => change('targets', { targets })} />
      </div>
      <section class="beside" aria-labelledby="preview">
        <h2 id="preview">${words.preview.title}</h2>
        <${PinPreview} content=${draft.content} picture=${picture} account=${accounts.find((one) => one.id === first?.account_id)}
          board=${first?.board_id} />
        <${Quality} content=${draft.content} picture=${picture} />
      </section>
      <div class="end">
        <section class="card when" aria-label=${words.when.title}>
          <${WhenFields} value=${draft} errors=${errors} onChange=${(part) => change('publish_at', part)} />
          <${Spacing} targets=${draft.targets} value=${space} onChange=${(days) => change('publish_at', { space: days })} />
          <${Times} planned=${outlook.results.get(draft.key)?.planned} zone=${draft.zone} />
        </section>
        <div role="status">${earlier && html`<${Notice} kind="warn" title=${words.earlier.title}><p>${words.earlier.about}</p>
          <${PinList} pins=${earlier} zone=${draft.zone} accounts=${accounts} /><//>`}</div>
        <${Refusal} error=${sending.error} marked=${MARKED} />
        <p class="row">
          <button type="submit" class="button primary" aria-disabled=${sending.busy ? 'true' : null}>
            ${sending.busy && html`<span class="spinner" aria-hidden="true"></span>`}${words.submit[draft.when](draft.targets.length)}
          </button>
          <span class="quiet">${words.kept}</span>
        </p>
      </div>
    </form>
  `;
}

/**
 * Sends a new pin under the key of its draft, so that it is taken once however often it is sent. Answers the pins, or
 * nothing where the key was taken before the form was changed: then `onEarlier` gets what was made at that time.
 */
async function send(form, body, onEarlier) {
  const { key, sent } = form.value;
  const post = (given) => ask('POST', '/v1/pins', { body: given, headers: { 'idempotency-key': key } });
  // Kept before the answer: the tab may be closed, or the connection break, in between.
  form.change({ sent: sent ?? body });
  try {
    return (await post(body)).body.items;
  } catch (error) {
    if (error.code === 'idempotency_mismatch' && sent) {
      onEarlier((await post(sent)).body.items);
      form.change({ key: crypto.randomUUID(), sent: null });
      return null;
    }
    if (error.code === 'idempotency_mismatch') {
      form.change({ key: crypto.randomUUID(), sent: null });
      throw new Error(words.sentElsewhere);
    }
    // Refused, so nothing was taken; without an answer nobody knows.
    if (error.status < 500 || error instanceof SignedOut) form.change({ sent });
    throw error;
  }
}

/** When each pin would go out, board by board. */
function Times({ planned, zone }) {
  if (!planned) return null;
  return html`<ul class="plain told times" aria-label=${words.when.times}>${planned.items.map((pin) => html`<li key=${pin.board_id}>
    <${BoardName} account=${pin.account_id} board=${pin.board_id} />: <strong>${dateTime(pin.publish_at, zone)}</strong></li>`)}</ul>`;
}

function Done({ done, zone, accounts, onAnother }) {
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  useDroppedFiles((files) => (files.length > 1 ? createMany(files) : (keepFiles(files), onAnother())));
  // What goes out now is watched until it is out.
  const live = useData((signal) => Promise.all(done.pins.map(({ id }) => get(`/v1/pins/${id}`, { signal }))), [], { every: done.when === 'now' ? 2_000 : null });
  const pins = live.data ?? done.pins;
  const isOut = pins.every((pin) => pin.status === 'published');
  return html`
    <section class="card narrow">
      <h2 ref=${heading} tabindex="-1">${words.done[isOut ? 'out' : done.when](pins.length)}</h2>
      <${PinList} pins=${pins} zone=${zone} accounts=${accounts} />
      <${Notes} pin=${pins[0]} />
      <p class="row">
        <${Button} kind="primary" onClick=${onAnother}>${words.done.another}<//>
        <${Link} class="button" href="/app/calendar">${words.done.calendar}<//>
      </p>
    </section>
  `;
}

function PinList({ pins, zone, accounts }) {
  return html`<ul class="plain">${pins.map((pin) => html`<li key=${pin.id} class="pin-row">
    <${Thumb} preview=${pin.preview} size="card" count=${slidesOf(pin)} />
    <div class="grow"><${Link} href=${`/app/pins/${pin.id}`}>${pin.content.title ?? t.compose.preview.noTitle}<//>
    ${' · '}<${BoardName} account=${pin.account_id} board=${pin.board_id} />
    ${' · '}${accounts.find((one) => one.id === pin.account_id)?.username ?? ''}
    ${' '}<${Tag} kind=${pin.status}>${t.status[pin.status]}<//>
    ${pin.publish_at && ` · ${words.done.at(dateTime(pin.publish_at, zone), zone)}`}</div>
  </li>`)}</ul>`;
}

/** What went wrong; of wrong fields only those are told that are not marked on the page, as `marked` says. */
export function Refusal({ error, marked }) {
  if (!error?.errors?.length) return html`<${Failure} error=${error} />`;
  const others = error.errors.filter(({ field }) => !marked?.test(field));
  const told = others.length > 0 ? others.map((one) => one.message).join(' ') : words.wrong(error.errors.length);
  return html`<${Failure} error=${{ message: told, requestId: error.requestId }} />`;
}
