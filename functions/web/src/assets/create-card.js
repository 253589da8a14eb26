// One card of the page "Create": a pin with its picture, its texts, its boards and its time, and what became of it.

import { Link } from './app.js';
import { AiFields, completed, fieldOf, LIMITS, objections, shapeOf } from './compose-content.js';
import { errorOf } from './compose-errors.js';
import { CoverField } from './compose-file.js';
import { BoardName } from './compose-place.js';
import { isSending } from './create-cards.js';
import { momentOf } from './create-times.js';
import { uploadOf, useProgress } from './create-upload.js';
import { Button, Field, html, Skeleton, Tag, useState } from './parts.js';
import { t } from './texts.js';
import { Thumb } from './thumb.js';
import { clock, write } from './time.js';

const words = t.create;
const count = (text) => [...text].length;

export function PinCard({ card, position, count: total, cards, zone, outlook, isWaiting, isBusy, isPicked, onPick, onChange, onEdit, onMove, onDrop, onRetry, onRemove, onSeparate }) {
  const [isMore, setMore] = useState(false);
  const [isOver, setOver] = useState(false);
  const { content, pins, problem } = card;
  // What was refused, or else what would be.
  const errors = card.errors?.length > 0 ? card.errors : outlook.isAsking ? [] : outlook.results.get(card.key)?.errors ?? [];
  const name = content.title || card.name || words.untitled;
  if (pins) return html`<${DoneCard} card=${card} name=${name} zone=${zone} />`;
  if (card.isUnusable) return html`<li class="pin-card wrong unusable"><div role="group" aria-label=${words.card(position, name)} class="pin-grid">
    <span class="pick sign" aria-hidden="true">!</span><div class="face"><${Thumb} preview=${null} size="create" /></div>
    <div class="part-result"><strong>${card.name}</strong><p class="error">${problem}</p></div>
    <div class="part-tools"><${Remove} position=${position} onRemove=${onRemove} /></div>
  </div></li>`;
  const field = (which, control) => {
    const isUrl = which === 'link';
    const wrong = objections(content).find(({ field: at }) => at === fieldOf(which));
    const error = (!isUrl || errors.length > 0) && wrong ? wrong.message : errorOf(errors, fieldOf(which));
    const put = (value) => onChange({ ...content, [which]: value });
    const used = count(content[which]);
    return html`<${Field} label=${html`${t.compose.fields[which]}<span class="unseen"> ${words.of(position)}</span>`} error=${error}
      hint=${used > LIMITS[which] * 0.8 ? t.compose.count(used, LIMITS[which]) : null}>
      ${(given) => control({ ...given, value: content[which], onInput: (event) => put(event.target.value), onBlur: isUrl ? ({ target }) => completed(target.value) !== target.value && put(completed(target.value)) : null })}
    <//>`;
  };
  const keys = (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey) return;
    event.preventDefault();
    onMove(by);
  };
  const drag = {
    onDragOver: (event) => event.dataTransfer.types.includes('text/x-card') && (event.preventDefault(), setOver(true)),
    onDragLeave: () => setOver(false),
    onDrop: (event) => {
      setOver(false);
      const key = event.dataTransfer.getData('text/x-card');
      if (key) (event.preventDefault(), onDrop(key));
    },
  };
  const others = errors.filter(({ field: at }) => !/^(targets|publish_at|content\.(title|description|link|alt_text))/.test(at));
  const where = errorOf(errors, 'targets') ?? errors.find(({ field: at }) => /^targets\[\d+\]\.(board|section|account)/.test(at))?.message;
  return html`<li class=${`pin-card ${problem || errors.length > 0 ? 'wrong' : ''} ${isMore ? 'whole' : ''} ${isOver ? 'over' : ''}`} onKeyDown=${keys} ...${drag}>
    <div role="group" aria-label=${words.card(position, name)} class="pin-grid">
      <div class="pick"><input type="checkbox" aria-label=${words.pick(position)} checked=${isPicked} onChange=${onPick} />
        <span class="grip" draggable=${true} title=${words.drag} aria-hidden="true" onDragStart=${(event) => event.dataTransfer.setData('text/x-card', card.key)}>⠿</span></div>
      <${Face} card=${card} />
      <div class="part-title">
        ${field('title', (given) => html`<input ...${given} placeholder=${words.placeholders.title} />`)}
        ${problem
          ? html`<p class="error">${card.name}: ${problem}</p><p class="row">${uploadOf(card.key) && !card.content.media_id && html`<${Button} kind="plain" onClick=${onRetry}>${t.tryAgain}<span class="unseen"> ${words.ofUpload(position)}</span><//>`}</p>`
          : html`<p class="hint shape">${shapeOf(card.preview)}</p>`}
        ${others.map(({ message }) => html`<p class="error">${message}</p>`)}
        ${card.sent && !isBusy && errors.length === 0 && html`<p class="hint">${t.compose.unsure}</p>`}
      </div>
      <div class="part-description">${field('description', (given) => html`<textarea rows="2" ...${given} placeholder=${words.placeholders.description}></textarea>`)}
        <${Templated} card=${card} planned=${outlook.results.get(card.key)?.planned} /></div>
      <div class="part-link">${field('link', (given) => html`<input type="url" inputmode="url" ...${given} placeholder="https://" />`)}</div>
      <div class=${`part-place ${where ? 'wrong' : ''}`}>
        <${Button} aria-invalid=${where ? 'true' : null} onClick=${() => onEdit('boards')}><span class="unseen">${words.boardsOf(position)}</span><${Boards} targets=${card.targets} space=${card.space} /><//>
        ${where && html`<p class="error">${where}</p>`}
        <${Times} card=${card} cards=${cards} zone=${zone} outlook=${outlook} isWaiting=${isWaiting} position=${position} onEdit=${() => onEdit('when')} error=${errorOf(errors, 'publish_at') ?? errors.find(({ field: at }) => at.endsWith('.publish_at'))?.message} />
      </div>
      <div class="part-tools">
        <${Button} kind="plain" aria-expanded=${isMore ? 'true' : 'false'} onClick=${() => setMore(!isMore)}>${isMore ? words.less : words.more}<span class="unseen"> ${words.moreOf(position)}</span><//>
        <${Remove} position=${position} onRemove=${onRemove} />
      </div>
      ${isMore && html`<div class="part-more">
        ${field('alt_text', (given) => html`<textarea rows="2" ...${given}></textarea>`)}
        <${AiFields} id=${card.key} value=${content.ai} error=${errorOf(errors, 'content.ai_disclosures')} onChange=${(ai) => onChange({ ...content, ai })} />
        <${CoverField} content=${content} error=${errorOf(errors, 'content.media.cover')} onChange=${(part) => onChange({ ...content, ...part })} />
        <p class="row">
          <${Button} onClick=${() => onMove(-1)} disabled=${position === 1}>${words.up}<//>
          <${Button} onClick=${() => onMove(1)} disabled=${position === total}>${words.down}<//>
          ${onSeparate && html`<${Button} onClick=${onSeparate}>${words.separate}<//>`}
        </p>
      </div>`}
    </div>
  </li>`;
}

function Remove({ position, onRemove }) {
  return html`<${Button} kind="plain" onClick=${onRemove}>${t.compose.where.remove}<span class="unseen"> ${words.pin(position)}</span><//>`;
}

/** The picture, from the file itself until the uploaded one is there. */
function Face({ card }) {
  const share = useProgress(card.key);
  const upload = uploadOf(card.key);
  const isVideo = upload?.file.type.startsWith('video/');
  const preview = card.preview ?? (upload && !isVideo ? { url: upload.url, kind: 'image' } : null);
  const slides = card.content.slides ? JSON.parse(card.content.slides).length : null;
  return html`<div class="face"><${Thumb} preview=${preview} size="create" count=${slides} />
    ${isSending(card) && html`<progress max="1" value=${share} aria-label=${words.uploading(card.name)}></progress>`}</div>`;
}

function Boards({ targets, space }) {
  if (targets.length === 0) return words.chooseBoards;
  if (targets.length === 1) return html`<${BoardName} account=${targets[0].account_id} board=${targets[0].board_id} />`;
  return space > 0 ? words.boardsApart(targets.length, space) : words.boards(targets.length);
}

/** When the card's pins go out, as far as that is known; with several boards, each with its own. */
function Times({ card, cards, zone, outlook, isWaiting, position, onEdit, error }) {
  const { kind } = card.when;
  const found = outlook.results.get(card.key);
  const own = momentOf(card, cards, zone);
  const known = outlook.isAsking && own ? [] : found?.planned?.items ?? [];
  const pins = known.length > 0 ? known : own ? [{ publish_at: own, notes: [] }] : [];
  const isSlot = known.some(({ notes }) => notes.some(({ code }) => code === 'slot'));
  const isMoved = known.some(({ notes }) => notes.some(({ code }) => ['quiet', 'spaced'].includes(code)));
  const told = kind === 'draft' ? words.times.draft : kind === 'now' && pins.length < 2 ? words.times.now
    : pins.length > 0 ? pins.map(({ publish_at, board_id, account_id }) => html`<span class="time" key=${board_id}><strong>${write(publish_at, { weekday: 'short', month: 'short', day: 'numeric' }, zone)}</strong> ${clock(publish_at, zone)}
        ${pins.length > 1 && html`<span class="quiet"> <${BoardName} account=${account_id} board=${board_id} /></span>`}</span>`)
    : card.targets.length === 0 ? words.times.noBoard : isWaiting ? words.times.waiting : outlook.isAsking ? html`<${Skeleton} /><span class="unseen">${t.loading}</span>` : words.times.slot;
  return html`<div class=${error ? 'when-cell wrong' : 'when-cell'}>
    <div id=${`time-${card.key}`}>${told}${isMoved && html`<p class="hint">${words.times.moved}</p>`}</div>
    ${isSlot ? html`<${Tag} kind="scheduled">${words.times.free}<//>` : kind === 'at' ? html`<${Tag} kind="neutral">${words.times.byYou}<//>` : ''}
    <${Button} kind="plain" aria-describedby=${`time-${card.key}`} aria-invalid=${error ? 'true' : null} onClick=${onEdit}>${words.times.change}<span class="unseen"> ${words.of(position)}</span><//>
    ${error && html`<p class="error">${error}</p>`}
  </div>`;
}

/** What a template makes of the texts. */
function Templated({ card, planned }) {
  const made = card.template_id ? planned?.items[0]?.content : null;
  if (!made) return null;
  const changed = ['title', 'description', 'link'].filter((name) => (made[name] ?? '') !== card.content[name]);
  return changed.map((name) => html`<p class="hint templated" key=${name}>${t.compose.fields[name]}: ${made[name]}</p>`);
}

function DoneCard({ card, name, zone }) {
  return html`<li class="pin-card done"><div class="pin-grid">
    <span class="pick" aria-hidden="true">✓</span>
    <div class="face"><${Thumb} preview=${card.pins[0].preview ?? card.preview} size="create" status=${card.pins[0].status} /></div>
    <div class="part-result"><strong>${name}</strong>
      <ul class="plain">${card.pins.map((pin) => html`<li key=${pin.id}>
        <${Tag} kind=${pin.status}>${t.status[pin.status]}<//> ${pin.publish_at && `${write(pin.publish_at, { weekday: 'short', month: 'short', day: 'numeric' }, zone)}, ${clock(pin.publish_at, zone)} · `}
        <${BoardName} account=${pin.account_id} board=${pin.board_id} /> · <${Link} href=${`/app/pins/${pin.id}`}>${words.open}<//></li>`)}</ul>
      ${card.wasEarlier && html`<p class="hint">${words.wasEarlier}</p>`}</div>
  </div></li>`;
}
