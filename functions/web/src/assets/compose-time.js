// When a pin goes out: a time in a zone, now, or not yet.

import { keepZone } from './calendar-address.js';
import { errorOf } from './compose-errors.js';
import { Choice, Field, html } from './parts.js';
import { t } from './texts.js';
import { clock, dateTime, day, fromInput, HERE, offsetText, relative, toInput, zones } from './time.js';

const words = t.compose;

const HORIZON_MS = 731 * 86_400_000;

/** `value` has `{when: later | now | draft, at, zone}`, where `at` is what a clock of the zone shows. */
export function WhenFields({ value, options = ['later', 'slot', 'now', 'draft'], unchanged = false, errors, onChange }) {
  const wrong = errorOf(errors, 'publish_at') ?? (value.at && !unchanged && timeObjections(value)[0]?.message);
  const choose = (zone) => (keepZone(zone), onChange({ zone }));
  return html`
    ${options.length > 1 && html`<${Choice} label=${words.when.title} value=${value.when} onChange=${(when) => onChange({ when })}
      options=${options.map((option) => [option, words.when.options[option]])} />`}
    ${value.when === 'slot' && html`<p class="hint">${words.when.slot}</p>`}
    ${value.when !== 'later' && errorOf(errors, 'publish_at') && html`<p class="error">${errorOf(errors, 'publish_at')}</p>`}
    ${value.when === 'later' && html`
      <div class="columns times">
        <${Field} label=${words.when.at} error=${wrong}>
          ${(given) => html`<input type="datetime-local" ...${given} value=${value.at} onInput=${(event) => onChange({ at: event.target.value })} />`}
        <//>
        <${Field} label=${words.when.zone}>
          ${(given) => html`<select ...${given} value=${value.zone} onChange=${(event) => choose(event.target.value)}>
            ${[...new Set([HERE, 'UTC', value.zone, ...zones()])].map((zone) => html`<option value=${zone}>
              ${zone === HERE ? words.when.here(zone) : zone}</option>`)}
          </select>`}
        <//>
      </div>
      <p class="told" role="status">${!wrong && reading(value)}</p>
    `}
  `;
}

/** The chosen moment in full, so that a wrong day or zone is noticed. */
function reading({ at, zone }) {
  const chosen = fromInput(at, zone);
  if (!chosen) return '';
  const told = [words.when.reads(`${day(chosen.at, zone)}, ${clock(chosen.at, zone)}`, offsetText(chosen.at, zone), relative(chosen.at))];
  if (offsetText(chosen.at, zone) !== offsetText(chosen.at)) told.push(words.when.elsewhere(dateTime(chosen.at)));
  if (chosen.kind === 'gap') told.push(words.when.gap(clock(chosen.at, zone)));
  if (chosen.kind === 'fold') told.push(words.when.fold);
  return told.join(' ');
}

export function timeObjections({ when, at, zone }) {
  if (when !== 'later') return [];
  const chosen = fromInput(at, zone);
  const ahead = chosen && chosen.at - Date.now();
  const message = !chosen ? words.when.missing : ahead < -60_000 ? words.when.passed : ahead > HORIZON_MS ? words.when.tooFar : null;
  return message ? [{ field: 'publish_at', message }] : [];
}

/** The time as the API takes it. */
export function publishAt({ when, at, zone }) {
  return when === 'later' ? fromInput(at, zone).at.toISOString() : { now: 'now', slot: 'next_slot', draft: null }[when];
}

/** A time for `later` to begin with: the next full hour that leaves some minutes to finish. */
export function soon(zone) {
  return toInput(Math.ceil((Date.now() + 900_000) / 3_600_000) * 3_600_000, zone);
}

/** The zone that the person chose last, here or in the calendar, or that of their browser. */
export function zoneInUse() {
  try {
    const zone = localStorage.getItem('pinwheel.zone');
    return zone && offsetText(Date.now(), zone) ? zone : HERE;
  } catch {
    return HERE;
  }
}
