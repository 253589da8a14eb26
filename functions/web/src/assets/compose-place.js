// Where a pin goes: accounts, their boards and sections.

import { all } from './api.js';
import { errorOf } from './compose-errors.js';
import { recall, remember } from './browser-store.js';
import { Make } from './compose-make.js';
import { Avatar, Button, Field, folded, html, Loaded, Skeleton, Tag, useData, useRef, useState } from './parts.js';
import { t } from './texts.js';

const words = t.compose;

const lists = new Map();

/** A list of Pinterest's, asked for once as long as the document lives. */
function listOf(path) {
  if (!lists.has(path)) {
    const asked = all(path);
    asked.catch(() => lists.delete(path));
    lists.set(path, asked);
  }
  return lists.get(path);
}

const boardsPath = (account) => `/v1/accounts/${account}/boards`;
const sectionsPath = (account, board) => `${boardsPath(account)}/${board}/sections`;

export const boardsOf = (account) => listOf(boardsPath(account));
export const sectionsOf = (account, board) => listOf(sectionsPath(account, board));

/** Puts what was just made into the list at `path`: Pinterest may show it a moment later. */
function add(path, made) {
  lists.set(path, listOf(path).then((list) => [made, ...list.filter((one) => one.id !== made.id)]));
}

const MOST_RECENT = 5;
const recentKey = (owner) => `pinwheel.boards.${owner}`;
const isSame = (one, other) => one.account_id === other.account_id && one.board_id === other.board_id;

/** Remembers that pins went to these boards, for whoever chooses boards next. */
export function noteBoards(owner, targets) {
  const all = [...targets.map(({ account_id, board_id }) => ({ account_id, board_id })), ...(recall(recentKey(owner)) ?? [])];
  const each = all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
  remember(recentKey(owner), each.slice(0, 4 * MOST_RECENT));
}

/** The boards of that account that pins went to last. */
const recentBoards = (owner, account) => (recall(recentKey(owner)) ?? []).filter(({ account_id }) => account_id === account).slice(0, MOST_RECENT).map(({ board_id }) => board_id);

const USUAL_DAYS = 7;

/** How many days pins with one image are apart on several boards: as the account's posting times say, or a week. */
export function defaultSpace(targets, plans) {
  const plan = plans.get(targets[0]?.account_id);
  return plan?.slots.length > 0 && plan.same_image_hours > 0 ? Math.ceil(plan.same_image_hours / 24) : USUAL_DAYS;
}

/** The same as the API takes it; nothing where there is one board, or no time to keep apart. */
export function spacingOf({ targets, space }, hasTime) {
  if (targets.length < 2 || !hasTime) return undefined;
  return space > 0 ? { interval_minutes: space * 1_440 } : { same_link_hours: 0, same_image_hours: 0 };
}

/** How far apart the pins of several boards are. */
export function Spacing({ targets, value, onChange }) {
  if (targets.length < 2) return null;
  const days = (event) => onChange(Math.min(90, Math.max(0, Math.round(Number(event.target.value)) || 0)));
  return html`<${Field} label=${words.space.label} hint=${value > 0 ? words.space.hint : words.space.none}>
    ${(given) => html`<input class="short" type="number" min="0" max="90" ...${given} value=${value} onChange=${days} />`}
  <//>`;
}

/** The name of a board, or a grey bar until that is known. */
export function BoardName({ account, board }) {
  const boards = useData(() => boardsOf(account), [account]);
  if (!boards.data && !boards.error) return html`<${Skeleton} />`;
  return boards.data?.find((one) => one.id === board)?.name ?? words.where.unknown;
}

export function Targets({ targets, accounts, owner = '', errors, onChange }) {
  const [id, setId] = useState(targets[0]?.account_id ?? accounts[0]?.id);
  const account = accounts.find((one) => one.id === id) ?? accounts[0];
  const general = errorOf(errors, 'targets');
  const toggle = (board) => {
    const others = targets.filter((one) => one.account_id !== account.id || one.board_id !== board);
    onChange(others.length < targets.length ? others : [...targets, { account_id: account.id, board_id: board, section_id: null }]);
  };
  return html`
    <section class=${`card ${general ? 'wrong' : ''}`} aria-labelledby="where">
      <h2 id="where">${words.where.title}</h2>
      ${targets.length > 0
        ? html`<ul class="plain targets" aria-label=${words.where.chosen}>
            ${targets.map((target, index) => html`<${Target} key=${target.account_id + target.board_id} target=${target}
              account=${accounts.find((one) => one.id === target.account_id)}
              errors=${errors.filter((error) => error.field.startsWith(`targets[${index}]`))}
              onChange=${(next) => onChange(targets.map((one) => (one === target ? next : one)))}
              onRemove=${() => onChange(targets.filter((one) => one !== target))} />`)}
          </ul>`
        : html`<p class=${general ? 'error' : 'quiet'}>${general ?? words.where.none}</p>`}
      ${accounts.length > 1 && html`<${Field} label=${words.where.account}>
        ${(given) => html`<select ...${given} value=${account.id} onChange=${(event) => setId(event.target.value)}>
          ${accounts.map((one) => html`<option value=${one.id}>
            ${one.username}${one.state === 'needs_reconnect' ? ` (${words.where.reconnect})` : ''}</option>`)}
        </select>`}
      <//>`}
      <p class="told" role="status">${account?.state === 'needs_reconnect' ? words.where.reconnectHint : account?.hold?.message}</p>
      ${account && html`<${Boards} key=${account.id} account=${account} onToggle=${toggle} owner=${owner}
        chosen=${targets.filter((one) => one.account_id === account.id).map((one) => one.board_id)} />`}
    </section>
  `;
}

function Target({ target, account, errors, onChange, onRemove }) {
  const boards = useData(() => boardsOf(target.account_id), [target.account_id]);
  const sections = useData(() => sectionsOf(target.account_id, target.board_id), [target.account_id, target.board_id]);
  const name = boards.data?.find((one) => one.id === target.board_id)?.name ?? (boards.loading ? t.loading : words.where.unknown);
  const made = (section) => {
    add(sectionsPath(target.account_id, target.board_id), section);
    sections.reload();
    onChange({ ...target, section_id: section.id });
  };
  return html`
    <li class=${errors.length > 0 ? 'wrong' : ''}>
      <div class="row">
        ${account && html`<${Avatar} account=${account} />`}
        <span class="grow"><strong>${name}</strong><br /><span class="quiet">${account?.username}</span></span>
        ${(sections.data?.length > 0 || target.section_id) && html`<${SectionSelect} label=${words.where.section(name)}
          sections=${sections.data ?? []} value=${target.section_id} onChange=${(section_id) => onChange({ ...target, section_id })} />`}
        <${Make} what="section" path=${sectionsPath(target.account_id, target.board_id)} label=${words.make.section.of(name)}
          onMade=${made} />
        <${Button} kind="plain" aria-label=${words.where.removeBoard(name)} onClick=${onRemove}>${words.where.remove}<//>
      </div>
      ${errors.map((error) => html`<p class="error">${error.message}</p>`)}
    </li>
  `;
}

export function SectionSelect({ label, sections, value, onChange, ...given }) {
  const known = value === null || sections.some((one) => one.id === value);
  return html`<select aria-label=${label} ...${given} value=${value ?? ''} onChange=${(event) => onChange(event.target.value || null)}>
    <option value="">${words.where.noSection}</option>
    ${!known && html`<option value=${value}>${words.where.unknownSection}</option>`}
    ${sections.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
  </select>`;
}

function Boards({ account, owner, chosen, onToggle }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(null);
  const list = useRef(null);
  // As they were when the list was opened: rows do not move while they are pressed.
  const [recent] = useState(() => recentBoards(owner, account.id));
  const boards = useData(() => boardsOf(account.id), [account.id]);
  const again = () => {
    lists.delete(boardsPath(account.id));
    boards.reload();
  };
  const made = (board) => {
    add(boardsPath(account.id), board);
    boards.reload();
    onToggle(board.id);
  };
  const groupOf = (board) => (recent.includes(board.id) ? 0 : account.channels.includes(board.id) ? 1 : 2);
  const fits = (board) => folded(board.name).includes(folded(text));
  const order = (one, two) => groupOf(one) - groupOf(two) || (groupOf(one) === 0 ? recent.indexOf(one.id) - recent.indexOf(two.id) : 0);
  const shown = (boards.data ?? []).filter(fits).sort(order);
  const groups = new Set(shown.map(groupOf));
  // The list is one stop for the Tab key, however long it is; the arrow keys go through it.
  const current = shown.some(({ id }) => id === at) ? at : shown[0]?.id;
  const goTo = (index) => list.current?.querySelectorAll('input[type="checkbox"]')[index]?.focus();
  const keys = (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const index = shown.findIndex(({ id }) => id === current);
    const to = event.key in steps ? index + steps[event.key] : { Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    goTo(to);
  };
  const fromSearch = (event) => {
    if (event.key === 'ArrowDown') (event.preventDefault(), goTo(0));
    // Whoever has typed a name means the one board that is left, and not the end of the form.
    if (event.key === 'Enter') (event.preventDefault(), shown.length > 0 && text && onToggle(shown[0].id));
  };
  return html`<${Loaded} of=${boards}>${(all) => html`
    ${all.length > 8 && html`<${Field} label=${words.where.find}>
      ${(given) => html`<input ...${given} type="search" value=${text} onKeyDown=${fromSearch} onInput=${(event) => setText(event.target.value)} />`}
    <//>`}
    <fieldset class="boards" ref=${list} onKeyDown=${keys}>
      <legend>${words.where.boards(account.username)}</legend>
      ${shown.map((board, index) => html`${groups.size > 1 && groupOf(board) !== (index > 0 ? groupOf(shown[index - 1]) : -1) && html`<p class="group" key=${`group-${groupOf(board)}`}>${words.where.groups[groupOf(board)]}</p>`}<div class="check" key=${board.id}>
        <input type="checkbox" id=${`board-${board.id}`} tabindex=${board.id === current ? 0 : -1} onFocus=${() => setAt(board.id)} checked=${chosen.includes(board.id)} onChange=${() => onToggle(board.id)} />
        <label for=${`board-${board.id}`}>${board.name} <${Privacy} board=${board} /></label>
      </div>`)}
      ${shown.length === 0 && html`<p class="quiet">${all.length > 0 ? words.where.noMatch : words.where.noBoards}
        ${' '}${!account.scopes.includes('boards:read_secret') && words.where.secretUnseen}</p>`}
    </fieldset>
    <div class="row">
      <${Make} what="board" path=${boardsPath(account.id)} onMade=${made}
        canBeSecret=${account.scopes.includes('boards:write_secret')} />
      <${Button} kind="plain" busy=${boards.loading} onClick=${again}>${words.where.again}<//>
    </div>
  `}<//>`;
}

function Privacy({ board }) {
  const word = { SECRET: words.where.secret, PROTECTED: words.where.protected }[board.privacy];
  return html`${word && html`<${Tag} kind="neutral">${word}<//>`}
    ${board.is_group && html` <${Tag} kind="neutral">${words.where.group(board.owner)}<//>`}`;
}
