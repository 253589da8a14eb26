// Changing a pin that is not out yet.

import { go } from './app.js';
import { asContent, ContentFields, fromContent, MARKED, objections } from './compose-content.js';
import { errorOf } from './compose-errors.js';
import { blank, useKept } from './compose-kept.js';
import { recall, remember } from './browser-store.js';
import { boardsOf, SectionSelect, sectionsOf } from './compose-place.js';
import { publishAt, soon, timeObjections, WhenFields, zoneInUse } from './compose-time.js';
import { Refusal, slotOf } from './compose.js';
import { Button, Field, html, Notice, useAction, useData, useEffect, useRef, useState } from './parts.js';
import { allowed } from './pin-actions.js';
import { editable, saveAndSay } from './pin-save.js';
import { inWords } from './pin-state.js';
import { t } from './texts.js';
import { toInput } from './time.js';

const words = t.pin;

const asForm = (pin) => ({
  content: fromContent(pin.content),
  board_id: pin.board_id,
  section_id: pin.section_id,
  when: pin.publish_at ? 'later' : 'draft',
  at: pin.publish_at ? toInput(pin.publish_at, zoneInUse()) : soon(zoneInUse()),
  zone: zoneInUse(),
});

/** Whether the form leaves the time as it is; seconds are not in the form. */
const keepsTime = (form, pin) =>
  pin.publish_at ? form.when === 'later' && form.at === toInput(pin.publish_at, form.zone) : form.when === 'draft';

/** What the form changes of the pin that it was opened with. */
function changes(form, pin) {
  const body = {};
  const before = asContent(fromContent(pin.content));
  const isNew = ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]);
  const content = Object.entries(asContent(form.content)).filter(isNew);
  if (content.length > 0) body.content = Object.fromEntries(content);
  if (form.board_id !== pin.board_id) body.board_id = form.board_id;
  if (form.section_id !== pin.section_id || body.board_id) body.section_id = form.section_id;
  if (!keepsTime(form, pin)) body.publish_at = publishAt(form);
  return body;
}

/** The form over the pin as it is now: what was not touched shows what it is. */
function rebased(form, pin) {
  const [old, now] = [asForm(form.base), asForm(pin)];
  const names = Object.keys(old.content);
  const content = names.map((name) => [name, form.content[name] === old.content[name] ? now.content[name] : form.content[name]]);
  const isMoved = form.board_id !== old.board_id || form.section_id !== old.section_id;
  const place = isMoved ? {} : { board_id: now.board_id, section_id: now.section_id };
  const time = keepsTime(form, form.base) ? { when: now.when, at: now.at, zone: now.zone } : {};
  return { content: Object.fromEntries(content), ...place, ...time, base: pin };
}

export function Edit({ slot, pin, etag, owner, reload, picture, onTyped, onClose }) {
  const [kept] = useState(() => recall(slot));
  const form = useKept(slot, () => kept ?? { ...asForm(pin), base: pin });
  const { value } = form;
  const [errors, setErrors] = useState([]);
  const page = useRef(null);
  const change = (field, part) => {
    const rest = errors.filter((error) => !error.field.startsWith(field));
    if (rest.length === 0 && errors.length > 0) saving.clear();
    setErrors(rest);
    form.change(part);
  };
  const end = (text) => (form.forget(value), onClose(text));
  const saving = useAction(async () => {
    const wrong = [...objections(value.content), ...(keepsTime(value, value.base) ? [] : timeObjections(value))];
    setErrors(wrong);
    if (wrong.length > 0) throw new Error(t.compose.wrong(wrong.length));
    const body = changes(value, value.base);
    if (Object.keys(body).length === 0) return end(words.edit.nothing);
    try {
      await saveAndSay(value.base, etag, body, words.edit.saved(value.base.content.title || words.untitled));
    } catch (error) {
      setErrors(error.errors ?? []);
      if (error.status) await reload();
      throw error;
    }
    await reload();
    return end('');
  });
  const asNew = () => {
    const target = { account_id: pin.account_id, board_id: value.board_id, section_id: value.section_id };
    remember(slotOf(owner, pin.id), { ...blank(pin), content: value.content, targets: [target], saved: Date.now() });
    form.forget(value);
    go(`/app/compose?from=${pin.id}`);
  };
  useEffect(() => onTyped(value), [value]);
  useEffect(() => page.current.querySelector('h2').focus(), []);
  useEffect(() => {
    if (saving.error) page.current.querySelector('[aria-invalid="true"]')?.focus();
  }, [saving.error]);
  const isOpen = allowed(pin).edit;
  const isChanged = isOpen && editable(pin) !== editable(value.base);
  return html`
    <form class="card" ref=${page} noValidate onSubmit=${(event) => (event.preventDefault(), isOpen && !isChanged && saving.run())}>
      <h2 tabindex="-1">${words.edit.title}</h2>
      ${kept && html`<${Notice}><p>${words.edit.restored}</p><//>`}
      <${ContentFields} content=${value.content} picture=${picture} errors=${errors} onChange=${(name, content) => change('content', { content })} />
      <${Place} account=${pin.account_id} value=${value} errors=${errors} onChange=${(part) => change('', part)} />
      <${WhenFields} value=${value} errors=${errors} unchanged=${keepsTime(value, value.base)} onChange=${(part) => change('publish_at', part)} />
      ${pin.status === 'failed' && keepsTime(value, value.base) && html`<p class="hint">${words.edit.failedHint}</p>`}
      ${!isOpen && html`<${Notice} kind="warn" title=${words.edit.tooLate.title}><p>${inWords(pin)} ${words.edit.tooLate.about}</p>
        <${Button} onClick=${asNew}>${words.edit.tooLate.asNew}<//><//>`}
      ${isChanged && html`<${Notice} kind="warn" title=${words.edit.changed.title}><p>${words.edit.changed.about}</p>
        <${Button} onClick=${() => (saving.clear(), form.change(rebased(value, pin)))}>${words.edit.changed.goOn}<//><//>`}
      ${isOpen && !isChanged && html`<${Refusal} error=${saving.error} marked=${MARKED} />`}
      <p class="row">
        ${isOpen && html`<button type="submit" class="button primary" aria-disabled=${saving.busy || isChanged ? 'true' : null}>${t.save}</button>`}
        <${Button} onClick=${() => end('')}>${words.edit.discard}<//>
      </p>
    </form>
  `;
}

/** Another board of the same account, and its section. */
function Place({ account, value, errors, onChange }) {
  const boards = useData(() => boardsOf(account), [account]);
  const sections = useData(() => sectionsOf(account, value.board_id), [account, value.board_id]);
  const isKnown = boards.data?.some((one) => one.id === value.board_id);
  return html`
    <div class="columns times">
      <${Field} label=${t.compose.where.board} error=${errorOf(errors, 'board_id')}>
        ${(given) => html`<select ...${given} value=${value.board_id}
          onChange=${(event) => onChange({ board_id: event.target.value, section_id: null })}>
          ${!isKnown && html`<option value=${value.board_id}>${boards.loading ? t.loading : t.compose.where.unknown}</option>`}
          ${(boards.data ?? []).map((one) => html`<option value=${one.id}>${one.name}</option>`)}
        </select>`}
      <//>
      ${(sections.data?.length > 0 || value.section_id) && html`<${Field} label=${t.compose.where.sectionOf} error=${errorOf(errors, 'section_id')}>
        ${(given) => html`<${SectionSelect} ...${given} sections=${sections.data ?? []} value=${value.section_id}
          onChange=${(section_id) => onChange({ section_id })} />`}
      <//>`}
    </div>
  `;
}
