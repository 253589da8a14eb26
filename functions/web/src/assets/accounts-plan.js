// The plan of an account: the posting times of its week as chips, what that makes of the next days, how many pins a day, quiet
// hours and distances.

import { ask, get } from './api.js';
import { addDays, asUtc, dayOf, weekday } from './calendar-days.js';
import { Button, Dialog, Failure, Field, html, Loaded, useAction, useData, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { fields, HERE, write, zones } from './time.js';

const words = t.accounts.plan;

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const WORKDAYS = DAYS.slice(0, 5);
const NUMBERS = ['pins_per_day', 'same_link_hours', 'same_image_hours', 'spread_seconds'];

const on = (days, times) => Object.fromEntries(DAYS.map((day) => [day, days.includes(day) ? times : []]));
const PRESETS = [on(DAYS, ['09:00', '14:00', '20:00']), on(DAYS, ['08:00', '11:00', '14:00', '17:00', '20:00']), on(WORKDAYS, ['09:30', '18:00'])];

// How far the preview goes.
const AHEAD = 14;

export function PlanDialog({ account, onClose }) {
  const path = `/v1/accounts/${account.id}/plan`;
  const plan = useData(async (signal) => {
    const to = new Date(Date.now() + AHEAD * 86_400_000).toISOString();
    const [saved, slots] = await Promise.all([ask('GET', path, { signal }), get(`/v1/accounts/${account.id}/slots?to=${to}`, { signal })]);
    return { ...saved, taken: slots.items.filter(({ state }) => state === 'taken').map(({ at }) => at) };
  }, [account.id]);
  return html`
    <${Dialog} title=${words.title(account.username)} onClose=${onClose}>
      <${Loaded} of=${plan}>
        ${({ body, etag, taken }) => html`<${PlanForm} path=${path} plan=${body} etag=${etag} taken=${taken} onClose=${onClose} />`}
      <//>
    <//>
  `;
}

/** The plan as it is changed: a day that is switched off keeps its times until it is saved. */
function asForm(plan, isNew) {
  const times = (day) => plan.slots.filter((slot) => slot.day === day).map((slot) => slot.time);
  return {
    time_zone: isNew ? HERE : plan.time_zone,
    days: Object.fromEntries(DAYS.map((day) => [day, times(day)])),
    off: [],
    from: plan.quiet_hours?.from ?? '',
    to: plan.quiet_hours?.to ?? '',
    ...Object.fromEntries(NUMBERS.map((name) => [name, plan[name] === null ? '' : String(plan[name])])),
  };
}

const timesOf = (form, day) => (form.off.includes(day) ? [] : [...new Set(form.days[day].filter(Boolean))].sort());

function asPlan(form) {
  const number = (name) => (form[name].trim() === '' ? null : Number(form[name]));
  return {
    time_zone: form.time_zone,
    slots: DAYS.flatMap((day) => timesOf(form, day).map((time) => ({ day, time }))),
    quiet_hours: form.from || form.to ? { from: form.from, to: form.to } : null,
    ...Object.fromEntries(NUMBERS.map((name) => [name, number(name)])),
  };
}

function PlanForm({ path, plan, etag, taken, onClose }) {
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
    <form class="plan-form" noValidate onSubmit=${(event) => (event.preventDefault(), saving.run())}>
      <p>${words.about}</p>
      <div class="row presets" role="group" aria-label=${words.presets}>
        ${PRESETS.map((days, index) => html`<${Button} onClick=${() => put({ days, off: [] })}>${words.presetNames[index]}<//>`)}
      </div>
      <div class="times-grid">${DAYS.map((day) => html`<${Day} key=${day} day=${day} form=${form} put=${put} error=${wrongOf(day)} />`)}</div>
      <${Ahead} form=${form} taken=${taken} />
      <${Field} label=${words.zone} error=${wrong('time_zone')}>
        ${(given) => html`<select ...${given} value=${form.time_zone} onChange=${(event) => put({ time_zone: event.target.value })}>
          ${[...new Set([HERE, 'UTC', form.time_zone, ...zones()])].map((zone) => html`<option value=${zone}>${zone.replaceAll('_', ' ')}</option>`)}
        </select>`}
      <//>
      <div class="columns">
        ${text('pins_per_day', words.pinsPerDay, words.noLimit)}
        ${text('spread_seconds', words.spread, words.spreadHint)}
        <${Field} label=${words.quietFrom} error=${wrong('quiet_hours')}>
          ${(given) => html`<input ...${given} type="time" value=${form.from} onInput=${(event) => put({ from: event.target.value })} />`}
        <//>
        <${Field} label=${words.quietTo}>
          ${(given) => html`<input ...${given} type="time" value=${form.to} onInput=${(event) => put({ to: event.target.value })} />`}
        <//>
        ${text('same_link_hours', words.sameLink, words.apart)}
        ${text('same_image_hours', words.sameImage, words.apart)}
      </div>
      ${isMarked ? html`<p class="error" role="alert">${t.compose.wrong(saving.error.errors.length)}</p>` : html`<${Failure} error=${saving.error} />`}
      <p class="row">
        <button class="button primary" type="submit" aria-disabled=${saving.busy ? 'true' : null}>${t.save}</button>
        <${Button} onClick=${onClose}>${t.cancel}<//>
      </p>
    </form>
  `;
}

/** A day of the week: its times, each a field that looks like a chip. */
function Day({ day, form, put, error }) {
  const column = useRef(null);
  const name = words.days[day];
  const times = form.days[day];
  const isOff = form.off.includes(day);
  const set = (next) => put({ days: { ...form.days, [day]: next } });
  const add = () => {
    set([...times, later(times)]);
    setTimeout(() => [...column.current.querySelectorAll('input[type=time]')].at(-1)?.focus());
  };
  const remove = (index) => {
    set(times.filter((_, each) => each !== index));
    setTimeout(() => column.current.querySelector('.add-time').focus());
  };
  const toggle = () => put({ off: isOff ? form.off.filter((each) => each !== day) : [...form.off, day] });
  const copy = () => put({ days: { ...form.days, ...Object.fromEntries(WORKDAYS.map((each) => [each, times])) }, off: form.off.filter((each) => !WORKDAYS.includes(each)) });
  return html`<fieldset class=${`times-day ${isOff ? 'off' : ''}`} ref=${column}>
    <legend class="unseen">${name}</legend>
    <label class="check"><input type="checkbox" checked=${!isOff} aria-label=${words.dayOn(name)} onChange=${toggle} /> <strong aria-hidden="true">${name.slice(0, 3)}</strong></label>
    ${!isOff && html`
      <ul class="plain">${times.map((time, index) => html`<li class="time-chip">
        <input type="time" value=${time} aria-label=${words.timeOf(name, index + 1)} onInput=${(event) => set(times.map((each, at) => (at === index ? event.target.value : each)))} />
        <button type="button" class="tool" aria-label=${words.remove(name, time)} title=${words.removeTitle} onClick=${() => remove(index)}>✕</button></li>`)}</ul>
      <button type="button" class="button add-time" aria-label=${words.add(name)} onClick=${add}>+</button>
      ${times.length > 0 && html`<button type="button" class="button plain copy-day" aria-label=${words.copyOf(name)} onClick=${copy}>${words.copy}</button>`}`}
    ${error && html`<p class="error">${error}</p>`}
  </fieldset>`;
}

/** A time some hours after the last one. */
function later(times) {
  const last = [...times].filter(Boolean).sort().at(-1);
  if (!last) return '09:00';
  const [hour, minute] = last.split(':');
  return `${String((Number(hour) + 3) % 24).padStart(2, '0')}:${minute}`;
}

/** The next two weeks as the times would have it: what pins have already, and what is free. */
function Ahead({ form, taken }) {
  const zone = form.time_zone;
  const today = dayOf(Date.now(), zone);
  const two = (number) => String(number).padStart(2, '0');
  const minute = (at) => (({ hour, minute: past }) => `${dayOf(at, zone)} ${two(hour)}:${two(past)}`)(fields(at, zone));
  const has = new Set(taken.map(minute));
  const now = minute(Date.now());
  const days = Array.from({ length: AHEAD }, (_, index) => addDays(today, index)).map((day) => {
    const slots = timesOf(form, DAYS[weekday(day) - 1]).map((time) => `${day} ${time}`).filter((slot) => slot >= now);
    return { day, slots: slots.map((slot) => has.has(slot)) };
  });
  const all = days.flatMap(({ slots }) => slots);
  return html`<section class="ahead" aria-labelledby="ahead">
    <h3 id="ahead">${words.ahead} <span class="quiet" role="status">${words.aheadCount(all.length, all.filter(Boolean).length)}</span></h3>
    <ol class="plain" aria-hidden="true">${days.map(({ day, slots }) => html`<li><span>${write(asUtc(day), { weekday: 'narrow' }, 'UTC')}<br />${Number(day.slice(8))}</span>
      ${slots.map((is) => html`<span class=${is ? 'dot taken' : 'dot'}></span>`)}</li>`)}</ol>
  </section>`;
}
