// The plan of an account: its zone, the slots of the week, how many pins a day, quiet hours and distances.

import { ask } from './api.js';
import { Button, Dialog, Failure, Field, html, Loaded, useAction, useData, useState } from './parts.js';
import { t } from './texts.js';
import { HERE, zones } from './time.js';

const words = t.accounts.plan;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const NUMBERS = ['pins_per_day', 'same_link_hours', 'same_image_hours', 'spread_seconds'];

export function PlanDialog({ account, onClose }) {
  const path = `/v1/accounts/${account.id}/plan`;
  const plan = useData((signal) => ask('GET', path, { signal }), [account.id]);
  return html`
    <${Dialog} title=${words.title(account.username)} onClose=${onClose}>
      <${Loaded} of=${plan}>
        ${({ body, etag }) => html`<${PlanForm} path=${path} plan=${body} etag=${etag} onClose=${onClose} />`}
      <//>
    <//>
  `;
}

/** A week as it is typed: the times of each day in one field, such as `9:00, 18:30`. */
function asForm(plan, isNew) {
  const times = (day) => plan.slots.filter((slot) => slot.day === day).map((slot) => slot.time).join(', ');
  return {
    time_zone: isNew ? HERE : plan.time_zone,
    days: Object.fromEntries(DAYS.map((day) => [day, times(day)])),
    from: plan.quiet_hours?.from ?? '',
    to: plan.quiet_hours?.to ?? '',
    ...Object.fromEntries(NUMBERS.map((name) => [name, plan[name] === null ? '' : String(plan[name])])),
  };
}

/** The plan as the API takes it, and for each slot the day that it was typed in. */
function asPlan(form) {
  const typed = DAYS.flatMap((day) => form.days[day].split(/[\s,;]+/).filter(Boolean).map((time) => ({ day, time: time.padStart(5, '0') })));
  const number = (name) => (form[name].trim() === '' ? null : Number(form[name]));
  return {
    time_zone: form.time_zone,
    slots: typed,
    quiet_hours: form.from || form.to ? { from: form.from, to: form.to } : null,
    ...Object.fromEntries(NUMBERS.map((name) => [name, number(name)])),
  };
}

function PlanForm({ path, plan, etag, onClose }) {
  const [form, setForm] = useState(() => asForm(plan, etag === '"0"'));
  const put = (part) => setForm({ ...form, ...part });
  const saving = useAction(async () => {
    await ask('PUT', path, { body: asPlan(form), headers: { 'if-match': etag } });
    onClose();
  });
  const { slots } = asPlan(form);
  const wrong = (field) => saving.error?.of?.(field) ?? saving.error?.errors?.find((error) => error.field.startsWith(`${field}.`))?.message ?? null;
  const wrongOf = (day) => slots.map((slot, index) => slot.day === day && wrong(`slots[${index}]`)).find(Boolean) ?? null;
  const isMarked = saving.error?.errors?.length > 0;
  const text = (name, label, hint, kind = 'number') => html`<${Field} label=${label} hint=${hint} error=${wrong(name)}>
    ${(given) => html`<input ...${given} type=${kind} min="0" value=${form[name]} onInput=${(event) => put({ [name]: event.target.value })} />`}
  <//>`;
  return html`
    <form noValidate onSubmit=${(event) => (event.preventDefault(), saving.run())}>
      <p>${words.about}</p>
      <${Field} label=${words.zone} error=${wrong('time_zone')}>
        ${(given) => html`<select ...${given} value=${form.time_zone} onChange=${(event) => put({ time_zone: event.target.value })}>
          ${[...new Set([HERE, 'UTC', form.time_zone, ...zones()])].map((zone) => html`<option value=${zone}>${zone}</option>`)}
        </select>`}
      <//>
      <p class="hint">${words.times}</p>
      ${DAYS.map((day) => html`<${Field} key=${day} label=${words.days[day]} error=${wrongOf(day)}>
        ${(given) => html`<input ...${given} value=${form.days[day]} onInput=${(event) => put({ days: { ...form.days, [day]: event.target.value } })} />`}
      <//>`)}
      ${text('pins_per_day', words.pinsPerDay, words.noLimit)}
      <div class="columns">
        <${Field} label=${words.quietFrom} error=${wrong('quiet_hours')}>
          ${(given) => html`<input ...${given} type="time" value=${form.from} onInput=${(event) => put({ from: event.target.value })} />`}
        <//>
        <${Field} label=${words.quietTo}>
          ${(given) => html`<input ...${given} type="time" value=${form.to} onInput=${(event) => put({ to: event.target.value })} />`}
        <//>
      </div>
      ${text('same_link_hours', words.sameLink, words.apart)}
      ${text('same_image_hours', words.sameImage, words.apart)}
      ${text('spread_seconds', words.spread, words.spreadHint)}
      ${isMarked ? html`<p class="error" role="alert">${t.compose.wrong(saving.error.errors.length)}</p>` : html`<${Failure} error=${saving.error} />`}
      <p class="row">
        <button class="button primary" type="submit" aria-disabled=${saving.busy ? 'true' : null}>${t.save}</button>
        <${Button} onClick=${onClose}>${t.cancel}<//>
      </p>
    </form>
  `;
}
