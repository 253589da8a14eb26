// What the page "Create" changes of several cards at once: boards, times, links, texts, templates and declarations.

import { AiFields, completed } from './compose-content.js';
import { Spacing, Targets } from './compose-place.js';
import { timeObjections } from './compose-time.js';
import { bareName, slugOf } from './file-names.js';
import { Button, Choice, Dialog, Field, html, useState } from './parts.js';
import { t } from './texts.js';
import { toInput } from './time.js';

const words = t.create.edit;

const PARTS = { boards: BoardsPart, when: WhenPart, link: LinkPart, description: DescriptionPart, template: TemplatePart, ai: AiPart };

/** A dialog for `cards`; `onApply` gets what changes of each, or a function of the card that answers it. */
export function EditAll({ what, cards, onClose, ...given }) {
  const Part = PARTS[what];
  return html`<${Dialog} title=${words[what].title(cards.length)} onClose=${onClose}><${Part} cards=${cards} onClose=${onClose} ...${given} /><//>`;
}

/** The form of a part, and its buttons. */
function Form({ count, onSubmit, onClose, children }) {
  return html`<form onSubmit=${(event) => (event.preventDefault(), onSubmit())}>
    ${children}
    <p class="row"><${Button} type="submit" kind="primary">${words.apply(count)}<//><${Button} onClick=${onClose}>${words.cancel}<//></p>
  </form>`;
}

/** What all of them have, or nothing. */
const common = (cards, of, otherwise) => (new Set(cards.map((card) => JSON.stringify(of(card)))).size === 1 ? of(cards[0]) : otherwise);

function BoardsPart({ cards, accounts, owner, usualSpace, onApply, onClose }) {
  const [targets, setTargets] = useState(() => common(cards, (card) => card.targets, []));
  const [space, setSpace] = useState(() => common(cards, (card) => card.space, null));
  const [error, setError] = useState(null);
  const days = space ?? usualSpace(targets);
  const apply = () => (targets.length === 0 ? setError(t.compose.where.missing) : onApply({ targets, space: targets.length > 1 ? days : null }));
  return html`<${Form} count=${cards.length} onSubmit=${apply} onClose=${onClose}>
    <${Targets} targets=${targets} accounts=${accounts} owner=${owner} errors=${error && targets.length === 0 ? [{ field: 'targets', message: error }] : []} onChange=${setTargets} />
    <${Spacing} targets=${targets} value=${days} onChange=${setSpace} />
  <//>`;
}

function WhenPart({ cards, zone, onApply, onClose }) {
  const [value, setValue] = useState(() => {
    const when = common(cards, (card) => card.when, cards[0].when);
    return { at: '', count: 1, unit: 'days', ...when, kind: when.kind === 'every' && cards.length === 1 ? 'at' : when.kind };
  });
  const [error, setError] = useState(null);
  const put = (part) => (setError(null), setValue({ ...value, at: value.at || toInput(Date.now() + 86_400_000, zone), ...part }));
  const kinds = ['slot', ...(cards.length > 1 ? ['every'] : []), 'at', 'now', 'draft'];
  const apply = () => {
    const { kind, at } = value;
    const needs = ['at', 'every'].includes(kind);
    const wrong = needs && timeObjections({ when: 'later', at, zone })[0]?.message;
    const count = Number(value.count);
    if (wrong || (kind === 'every' && !(Number.isInteger(count) && count >= 1 && count <= 90))) return setError(wrong || words.when.wrongCount);
    return onApply({ when: { kind, ...(needs ? { at } : {}), ...(kind === 'every' ? { count, unit: value.unit } : {}) } });
  };
  return html`<${Form} count=${cards.length} onSubmit=${apply} onClose=${onClose}>
    <${Choice} label=${words.when.label} value=${value.kind} onChange=${(kind) => put({ kind })} options=${kinds.map((kind) => [kind, words.when.kinds[kind], words.when.hints[kind]])} />
    ${value.kind === 'every' && html`<div class="row every">
      <${Field} label=${words.when.count}>${(given) => html`<input type="number" min="1" max="90" ...${given} value=${value.count} onInput=${(event) => put({ count: event.target.value })} />`}<//>
      <${Field} label=${words.when.unit}>${(given) => html`<select ...${given} value=${value.unit} onChange=${(event) => put({ unit: event.target.value })}>${['hours', 'days'].map((unit) => html`<option value=${unit}>${words.when.units[unit]}</option>`)}</select>`}<//>
    </div>`}
    ${['at', 'every'].includes(value.kind) && html`<${Field} label=${value.kind === 'every' ? words.when.first : t.compose.when.at} hint=${t.create.zone(zone)} error=${error}>
      ${(given) => html`<input type="datetime-local" ...${given} value=${value.at} onInput=${(event) => put({ at: event.target.value })} />`}<//>`}
  <//>`;
}

function LinkPart({ cards, onApply, onClose }) {
  const [link, setLink] = useState(() => common(cards, (card) => card.content.link, ''));
  const of = (card) => completed(link).replaceAll('{name}', slugOf(bareName(card.name))).replaceAll('{title}', slugOf(card.content.title));
  return html`<${Form} count=${cards.length} onSubmit=${() => onApply((card) => ({ content: { ...card.content, link: of(card) } }))} onClose=${onClose}>
    <${Field} label=${words.link.label} hint=${words.link.hint}>${(given) => html`<input inputmode="url" autofocus ...${given} value=${link} onInput=${(event) => setLink(event.target.value)} />`}<//>
    ${link && html`<p class="told">${words.link.example} ${of(cards[0])}</p>`}
  <//>`;
}

function DescriptionPart({ cards, onApply, onClose }) {
  const [text, setText] = useState(() => common(cards, (card) => card.content.description, ''));
  return html`<${Form} count=${cards.length} onSubmit=${() => onApply((card) => ({ content: { ...card.content, description: text } }))} onClose=${onClose}>
    <${Field} label=${words.description.label} hint=${words.description.hint}>${(given) => html`<textarea autofocus ...${given} value=${text} onInput=${(event) => setText(event.target.value)}></textarea>`}<//>
  <//>`;
}

function TemplatePart({ cards, templates, onApply, onClose }) {
  const [id, setId] = useState(() => common(cards, (card) => card.template_id, '') || '');
  return html`<${Form} count=${cards.length} onSubmit=${() => onApply({ template_id: id })} onClose=${onClose}>
    <${Field} label=${words.template.label} hint=${words.template.hint}>${(given) => html`<select ...${given} value=${id} onChange=${(event) => setId(event.target.value)}>
      <option value="">${words.template.none}</option>${templates.map((one) => html`<option value=${one.id}>${one.name}</option>`)}</select>`}<//>
  <//>`;
}

function AiPart({ cards, onApply, onClose }) {
  const [ai, setAi] = useState(() => common(cards, (card) => card.content.ai, ''));
  return html`<${Form} count=${cards.length} onSubmit=${() => onApply((card) => ({ content: { ...card.content, ai } }))} onClose=${onClose}>
    <${AiFields} id="all" value=${ai} onChange=${setAi} />
  <//>`;
}
