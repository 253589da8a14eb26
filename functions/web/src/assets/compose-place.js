// Where a pin goes: accounts, their boards and sections.

import { all } from './api.js';
import { errorOf } from './compose-errors.js';
import { Make } from './compose-make.js';
import { Avatar, Button, Field, folded, html, Loaded, Skeleton, Tag, useData, useState } from './parts.js';
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

/** The name of a board, or a grey bar until that is known. */
export function BoardName({ account, board }) {
  const boards = useData(() => boardsOf(account), [account]);
  if (!boards.data && !boards.error) return html`<${Skeleton} />`;
  return boards.data?.find((one) => one.id === board)?.name ?? words.where.unknown;
}

export function Targets({ targets, accounts, errors, onChange }) {
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
      ${account && html`<${Boards} key=${account.id} account=${account} onToggle=${toggle}
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

function Boards({ account, chosen, onToggle }) {
  const [text, setText] = useState('');
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
  // Those that were picked when the account was connected come first.
  const rank = (board) => (account.channels.includes(board.id) ? 0 : 1);
  const fits = (board) => folded(board.name).includes(folded(text));
  const shown = (boards.data ?? []).filter(fits).sort((one, two) => rank(one) - rank(two));
  return html`<${Loaded} of=${boards}>${(all) => html`
    ${all.length > 8 && html`<${Field} label=${words.where.find}>
      ${(given) => html`<input ...${given} type="search" value=${text} onInput=${(event) => setText(event.target.value)} />`}
    <//>`}
    <fieldset class="boards">
      <legend>${words.where.boards(account.username)}</legend>
      ${shown.map((board) => html`<div class="check" key=${board.id}>
        <input type="checkbox" id=${`board-${board.id}`} checked=${chosen.includes(board.id)} onChange=${() => onToggle(board.id)} />
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
