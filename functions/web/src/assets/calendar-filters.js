// What is shown: the period, the view, the zone, and the filters.

import { change, keepZone, read } from './calendar-address.js';
import { accountOf, boardOf } from './calendar-card.js';
import { addDays, addMonths, isDay } from './calendar-days.js';
import { Button, Choice, Field, folded, html, useEffect, useState } from './parts.js';
import { Sign } from './signs.js';
import { t } from './texts.js';
import { HERE, zones } from './time.js';

const words = t.calendar;

// Typing is waited for, so that not every letter sorts a thousand pins anew.
const TYPING_MS = 200;

const STATES = Object.keys(t.status);

/** The pins that fit: `{shown, counts, total}`, where `counts` is by state whichever states are chosen. */
export function filtered(pins, { account, board, states, text }, names) {
  const searched = folded(text);
  const fits = (pin) =>
    (!account || pin.account_id === account) && (!board || pin.board_id === board) && (!searched || textOf(pin, names).includes(searched));
  const found = pins.filter(fits);
  const counts = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const pin of found) counts[pin.status] += 1;
  // What was called off is out of the way unless it is asked for.
  const isWanted = (pin) => (states.length > 0 ? states.includes(pin.status) : pin.status !== 'cancelled');
  return { shown: found.filter(isWanted), counts };
}

function textOf(pin, names) {
  const { title, description, alt_text: alt, link } = pin.content;
  return folded([title, description, alt, link, boardOf(pin, names)].filter(Boolean).join('\n'));
}

/** Earlier, today, later; the view; and a day to go to. */
export function Bar({ shown, today, heading, compact }) {
  const { view, day } = shown;
  const to = (count) => change(shown, { day: view === 'week' ? addDays(day, 7 * count) : addMonths(day, count) });
  return html`
    <div class="calendar-bar">
      <h1><span class="unseen">${words.title}: </span><span aria-live="polite">${heading}</span></h1>
      <div class="steps-in-time">
        <button type="button" class="button step" aria-label=${words.earlier[view]} title=${words.earlier[view]} onClick=${() => to(-1)}>‹</button>
        <${Button} onClick=${() => change(shown, { day: today })}>${words.today}<//>
        <button type="button" class="button step" aria-label=${words.later[view]} title=${words.later[view]} onClick=${() => to(1)}>›</button>
      </div>
      <${Choice} label=${words.views.label} value=${view} options=${words.views.options} onChange=${(next) => change(shown, { view: next })} />
      ${!compact && html`<${GoTo} shown=${shown} />`}
    </div>
  `;
}

function GoTo({ shown }) {
  const go = ({ target }) => isDay(target.value) && change(shown, { day: target.value });
  return html`<${Field} label=${words.goTo}>${(given) => html`<input ...${given} type="date" value=${shown.day} onChange=${go} />`}<//>`;
}

// Browsers list places only.
const EVERY_ZONE = [...new Set([...zones(), 'UTC', HERE])].sort();

function Zone({ shown }) {
  const { zone } = shown;
  const choose = ({ target }) => (keepZone(target.value), change(shown, { zone: target.value }));
  const every = EVERY_ZONE.includes(zone) ? EVERY_ZONE : [zone, ...EVERY_ZONE];
  return html`
    <${Field} label=${words.zone.label} >
      ${(given) => html`<select ...${given} value=${zone} onChange=${choose}>
        <option value=${HERE}>${words.zone.here(HERE.replaceAll('_', ' '))}</option>
        ${every.filter((each) => each !== HERE).map((each) => html`<option key=${each} value=${each}>${each.replaceAll('_', ' ')}</option>`)}
      </select>`}
    <//>
  `;
}

/** Account, board, state, text and zone in one line, on a narrow page behind a word; the states are also what the colours mean. */
export function Filters({ shown, names, counts, pins, compact, children }) {
  const set = ['account', 'board', 'text'].filter((name) => shown[name]).length + (shown.states.length > 0 ? 1 : 0);
  const to = (changes) => change(shown, changes);
  const there = STATES.filter((state) => counts[state] > 0 || shown.states.includes(state));
  const fields = html`
    <${Pick} label=${words.filters.account} all=${words.filters.allAccounts} value=${shown.account} options=${accounts(names, pins)}
      onChange=${(account) => to({ account, board: '' })} />
    <${Pick} label=${words.filters.board} all=${words.filters.allBoards} value=${shown.board} options=${boards(names, pins, shown.account)} onChange=${(board) => to({ board })} />
    <fieldset class="states">
      <legend class="unseen">${words.filters.state}</legend>
      <div class="boxes">
        ${there.map((state) => html`<${StateBox} key=${state} state=${state} shown=${shown} count=${counts[state]} />`)}
        ${set > 0 && html`<${Button} kind="plain" onClick=${() => to({ account: '', board: '', states: [], text: '' })}>${words.filters.clear}<//>`}
      </div>
    </fieldset>
    <${Search} shown=${shown} />
    <${Zone} shown=${shown} />
    ${compact && html`<${GoTo} shown=${shown} />`}`;
  if (!compact) return html`<div class="filters">${fields}${children}</div>`;
  return html`<div class="filters"><details open=${set > 0}><summary>${words.filters.title(set)}</summary><div class="fields">${fields}</div></details>${children}</div>`;
}

function StateBox({ state, shown, count }) {
  const isOn = shown.states.includes(state);
  const toggle = () => change(shown, { states: isOn ? shown.states.filter((each) => each !== state) : [...shown.states, state] });
  return html`<label class=${`state-box ${state} ${isOn ? 'on' : ''}`}>
    <input type="checkbox" checked=${isOn} title=${state === 'cancelled' ? words.filters.cancelled : null} onChange=${toggle} /><${Sign} state=${state} /> ${t.status[state]} <span class="tally">${count}</span>
  </label>`;
}

function Pick({ label, all, value, options, onChange }) {
  const known = options.some(([id]) => id === value);
  return html`
    <${Field} label=${label}>
      ${(given) => html`<select ...${given} value=${value} onChange=${(event) => onChange(event.target.value)}>
        <option value="">${all}</option>
        ${value && !known && html`<option value=${value}>${t.loading}</option>`}
        ${options.map(([id, name]) => html`<option key=${id} value=${id}>${name}</option>`)}
      </select>`}
    <//>
  `;
}

function Search({ shown }) {
  const [text, setText] = useState(shown.text);
  useEffect(() => setText(shown.text), [shown.text]);
  useEffect(() => {
    if (text === shown.text) return undefined;
    // Meanwhile another month may have been gone to.
    const timer = setTimeout(() => change(read(new URLSearchParams(location.search)), { text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<${Field} label=${words.filters.text}>
    ${(given) => html`<input ...${given} type="search" placeholder=${words.filters.search} value=${text} onInput=${(event) => setText(event.target.value)} />`}
  <//>`;
}

function accounts(names, pins) {
  const found = new Map([...names.accounts.values()].map((account) => [account.id, account.username]));
  for (const pin of pins) if (!found.has(pin.account_id)) found.set(pin.account_id, accountOf(pin, names) ?? t.loading);
  return byName(found);
}

function boards(names, pins, account) {
  const isOf = (id) => !account || id === account;
  const found = new Map([...names.boards.values()].filter((board) => isOf(board.account)).map((board) => [board.id, board.name]));
  for (const pin of pins) if (isOf(pin.account_id) && !found.has(pin.board_id)) found.set(pin.board_id, boardOf(pin, names) ?? t.loading);
  return byName(found);
}

const byName = (found) => [...found].sort(([, one], [, two]) => one.localeCompare(two));
