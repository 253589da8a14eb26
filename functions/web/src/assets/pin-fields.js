// What a pin says and where it goes, each changed where it is read: a click makes a field of it, leaving that saves it.

import { asMedia, completed, fromContent, LIMITS } from './compose-content.js';
import { boardsOf, BoardName, SectionSelect, sectionsOf } from './compose-place.js';
import { zoneInUse } from './compose-time.js';
import { MoveDialog } from './calendar-move.js';
import { Field, html, Skeleton, useAction, useData, useEffect, useRef, useState } from './parts.js';
import { saveAndSay } from './pin-save.js';
import { t } from './texts.js';
import { dateTime } from './time.js';

const words = t.pin;

export function Fields({ pin, etag, account, can, reload }) {
  const [isMoving, setMoving] = useState(false);
  const title = pin.content.title || words.untitled;
  const save = (label) => async (body) => {
    try {
      await saveAndSay(pin, etag, body, words.inPlace.changed(label, title));
      return true;
    } catch (error) {
      // What changed meanwhile is shown below what was typed.
      if ([409, 412].includes(error.status)) await reload();
      throw error;
    }
  };
  const text = (name, rest = {}) => html`<${InPlace} key=${name} name=${name} label=${t.compose.fields[name]} value=${pin.content[name] ?? ''} can=${can}
    onSave=${(value) => save(t.compose.fields[name])({ content: { [name]: value || null } })} ...${rest} />`;
  const time = pin.publish_at ? dateTime(pin.publish_at, zoneInUse()) : words.facts.noTime;
  const moved = (_, { at }) => {
    setMoving(false);
    return save(words.facts.time)({ publish_at: at.toISOString() }).catch(() => {});
  };
  return html`
    <section class="pin-fields" aria-label=${words.facts.title}>
      ${can ? html`<${Value} label=${words.facts.time} onOpen=${() => setMoving(true)}>${time}<//>` : html`<${Value} label=${words.facts.time}>${time}<//>`}
      <${Place} pin=${pin} account=${account} can=${can} onSave=${save(words.facts.board)} />
      ${text('title')}
      ${text('description', { isLong: true })}
      ${text('link', { type: 'url' })}
      ${text('alt_text', { isLong: true })}
      <${Value} label=${words.facts.picture}>${mediaText(pin.content.media)}<//>
      ${pin.content.ai_disclosures.length > 0 && html`<${Value} label=${words.facts.ai}>${pin.content.ai_disclosures.map((word) => t.compose.ai[word]).join('. ')}<//>`}
      ${isMoving && html`<${MoveDialog} pin=${pin} zone=${zoneInUse()} onMove=${moved} onClose=${() => setMoving(false)} />`}
    </section>
  `;
}

function mediaText(media) {
  if (media.url) return html`<a href=${media.url} target="_blank" rel="noopener noreferrer">${media.url}</a>`;
  if (media.items) return words.facts.carousel(media.items.length);
  return words.facts.video[media.upload] ?? words.facts.file;
}

/** A label, and what it says; with `onOpen` a button that changes it. */
function Value({ label, onOpen = null, children }) {
  return html`<div class="in-place">
    <span class="label">${label}</span>
    ${onOpen ? html`<button type="button" class="value" onClick=${onOpen}><span class="unseen">${words.inPlace.edit(label)}</span>${children}</button>` : html`<span class="value">${children}</span>`}
  </div>`;
}

function InPlace({ name, label, value, can, type = 'text', isLong = false, onSave }) {
  const [typed, setTyped] = useState(null);
  const control = useRef(null);
  const button = useRef(null);
  const saving = useAction(onSave);
  const isOpen = typed !== null;
  useEffect(() => {
    if (isOpen) control.current?.focus();
  }, [isOpen]);
  const end = () => (saving.clear(), setTyped(null));
  // The focus goes back to what was pressed, unless it is somewhere else already.
  const back = () => setTimeout(() => document.activeElement === document.body && button.current?.focus());
  const leave = async () => {
    if (!isOpen) return;
    const now = control.current.value.trim();
    const wanted = type === 'url' ? completed(now) : now;
    if (wanted === value.trim() || (await saving.run(wanted))) (end(), back());
  };
  const onKey = (event) => {
    if (event.key === 'Escape') (event.stopPropagation(), end(), back());
    if (event.key === 'Enter' && (!isLong || event.ctrlKey || event.metaKey)) (event.preventDefault(), leave());
  };
  if (!isOpen) {
    const shown = value || html`<span class="quiet">${can ? words.inPlace.add : words.inPlace.none}</span>`;
    if (!can) return html`<${Value} label=${label}>${type === 'url' && value ? html`<a href=${value} target="_blank" rel="noopener noreferrer">${value}</a>` : shown}<//>`;
    return html`<div class="in-place"><span class="label">${label}</span>
      <button type="button" class="value" ref=${button} onClick=${() => setTyped(value)}><span class="unseen">${words.inPlace.edit(label)}</span>${shown}</button></div>`;
  }
  const count = t.compose.count([...typed].length, LIMITS[name]);
  const error = saving.error && (saving.error.errors?.[0]?.message ?? saving.error.message);
  return html`<${Field} label=${label} hint=${`${count} · ${isLong ? words.inPlace.keysLong : words.inPlace.keys}`} error=${error}>
    ${(given) => {
      const all = { ...given, ref: control, value: typed, onInput: (event) => setTyped(event.target.value), onBlur: leave, onKeyDown: onKey };
      return isLong ? html`<textarea rows="4" ...${all}></textarea>` : html`<input type=${type} ...${all} />`;
    }}
  <//>`;
}

/** Account, board and section; another board has no section at first. */
function Place({ pin, account, can, onSave }) {
  const [isOpen, setOpen] = useState(false);
  const saving = useAction(onSave);
  const boards = useData(() => boardsOf(pin.account_id), [pin.account_id]);
  const sections = useData(() => sectionsOf(pin.account_id, pin.board_id), [pin.account_id, pin.board_id]);
  const section = sections.data?.find((one) => one.id === pin.section_id)?.name;
  const shown = html`<${BoardName} account=${pin.account_id} board=${pin.board_id} />${pin.section_id && html` › ${section ?? (sections.loading ? html`<${Skeleton} />` : words.facts.unknownSection)}`}
    ${account && html` <span class="quiet">· ${account.username}</span>`}${!pin.board_verified && html` <span class="quiet">(${words.facts.unseen})</span>`}`;
  if (!isOpen) return html`<${Value} label=${words.facts.board} onOpen=${can ? () => setOpen(true) : null}>${shown}<//>`;
  const known = boards.data?.some((one) => one.id === pin.board_id);
  const error = saving.error && (saving.error.errors?.[0]?.message ?? saving.error.message);
  return html`<div class="in-place-open">
    <${Field} label=${words.facts.board} error=${error}>
      ${(given) => html`<select ...${given} value=${pin.board_id} onChange=${({ target }) => saving.run({ board_id: target.value, section_id: null })}>
        ${!known && html`<option value=${pin.board_id}>${boards.loading ? t.loading : t.compose.where.unknown}</option>`}
        ${(boards.data ?? []).map((one) => html`<option value=${one.id}>${one.name}</option>`)}
      </select>`}
    <//>
    ${(sections.data?.length > 0 || pin.section_id) && html`<${Field} label=${t.compose.where.sectionOf}>
      ${(given) => html`<${SectionSelect} ...${given} sections=${sections.data ?? []} value=${pin.section_id} onChange=${(section_id) => saving.run({ section_id })} />`}
    <//>`}
    <p><button type="button" class="button" onClick=${() => setOpen(false)}>${t.close}</button></p>
  </div>`;
}

/** The media of a form as the API takes it, where it is another than the pin has. */
export const mediaChange = (content, pin) =>
  JSON.stringify(asMedia(content)) === JSON.stringify(asMedia(fromContent(pin.content))) ? {} : { media: asMedia(content) };
