// Connected accounts: connect, pick boards, reconnect, disconnect.

import { all, ask, get } from './api.js';
import { PlanDialog } from './accounts-plan.js';
import { Link } from './app.js';
import { Avatar, Button, Dialog, Failure, Field, Loaded, Notice, Tag, folded, html, useAction, useData, useEffect, useState } from './parts.js';
import { t } from './texts.js';
import { dateTime, relative } from './time.js';

const words = t.accounts;

export default function Accounts({ who }) {
  const shown = useData(
    async (signal) => {
      const [status, accounts] = await Promise.all([get('/v1/status', { signal }), all('/v1/accounts', { signal })]);
      return { status, accounts };
    },
    [],
    { every: 30_000 },
  );
  return html`
    <h1>${words.title}</h1>
    <${Loaded} of=${shown}>
      ${({ status, accounts }) => html`
        <${Connect} status=${status} reload=${shown.reload} who=${who} />
        <${List} accounts=${accounts} status=${status} reload=${shown.reload} />
        <${Links} canConnect=${status.can_connect} />
      `}
    <//>
  `;
}

/** Links for people without a sign-in; they come after what most people look for. */
function Links({ canConnect }) {
  const [Shown, setShown] = useState(null);
  useEffect(() => {
    import('./accounts-links.js').then((module) => setShown(() => module.default), () => {});
  }, []);
  return Shown && html`<${Shown} canConnect=${canConnect} />`;
}

function List({ accounts, status, reload }) {
  const order = { needs_reconnect: 0, connected: 1, disconnected: 2 };
  const sorted = accounts.toSorted((one, two) => order[one.state] - order[two.state]);
  if (sorted.length === 0) return html`<p class="quiet">${words.none}</p>`;
  return html`<ul class="plain">
    ${sorted.map((account) => html`<${Account} key=${account.id} account=${account} status=${status} reload=${reload} />`)}
  </ul>`;
}

function Connect({ status, reload, who }) {
  const [pasting, setPasting] = useState(false);
  const connecting = useAction(() => connect(null));
  if (!status.can_connect) {
    return html`<${Notice} kind="warn" title=${words.cannot}>${status.reasons.map((reason) => html`<p>${reason.message}</p>`)}
      ${who?.isAdmin && html`<p><${Link} href="/app/settings">${words.setUp}<//></p>`}<//>`;
  }
  return html`
    <section class="card row spread">
      <p class="grow">${words.about[status.mode]}</p>
      <div class="row">
        <${Button} kind="primary" busy=${connecting.busy} onClick=${connecting.run}>${words.connect}<//>
        ${status.mode === 'sandbox' && html`<${Button} onClick=${() => setPasting(true)}>${words.paste.open}<//>`}
      </div>
    </section>
    <${Failure} error=${connecting.error} />
    ${pasting && html`<${Paste} onClose=${() => setPasting(false)} onDone=${() => (setPasting(false), reload())} />`}
  `;
}

/** Leaves for Pinterest; the boards are picked on the page that Pinterest sends the browser back to. */
export async function connect(again, back = '/app/accounts') {
  const wanted = { return_to: back, ...(again && { account_id: again.id }) };
  const { body } = await ask('POST', '/v1/accounts/connect', { body: wanted });
  location.assign(body.authorize_url);
  // The page is about to go; until then the button stays as it is.
  await new Promise((done) => setTimeout(done, 5000));
}

function Paste({ onClose, onDone }) {
  const [token, setToken] = useState('');
  const pasting = useAction(async () => {
    await ask('POST', '/v1/accounts/token', { body: { access_token: token.trim() } });
    onDone();
  });
  const wrong = pasting.error?.of?.('access_token') ?? null;
  return html`
    <${Dialog} title=${words.paste.title} onClose=${onClose}>
      <p>${words.paste.about}</p>
      <form onSubmit=${(event) => (event.preventDefault(), pasting.run())}>
        <${Field} label=${words.paste.label} error=${wrong}>
          ${(given) => html`<input ...${given} type="password" autocomplete="off" value=${token} onInput=${(event) => setToken(event.target.value)} />`}
        <//>
        ${!wrong && html`<${Failure} error=${pasting.error} />`}
        <p class="row">
          <button class="button primary" type="submit" aria-disabled=${pasting.busy ? 'true' : null}>${words.connect}</button>
          <${Button} onClick=${onClose}>${t.cancel}<//>
        </p>
      </form>
    <//>
  `;
}

function Account({ account, status, reload }) {
  const [open, setOpen] = useState(null);
  const connecting = useAction(() => connect(account));
  const isOther = account.mode !== status.mode && account.state !== 'disconnected';
  const { failed, needs_review } = account.attention;
  return html`
    <li class="card">
      <div class="row">
        <${Avatar} account=${account} />
        <div class="grow">
          <h2 class="username">${account.username}</h2>
          <span class="row"><${Tag} kind=${account.state}>${words.states[account.state]}<//>
            <${Tag} kind="neutral">${t.mode[account.mode]}<//></span>
        </div>
        <div class="row">
          ${account.state !== 'connected' && status.can_connect && html`<${Button} kind="primary" busy=${connecting.busy} onClick=${connecting.run}>${words.reconnect}<//>`}
          ${account.state === 'connected' && !isOther && html`<${Button} onClick=${() => setOpen('boards')}>${words.boards.open}<//>`}
          ${account.state === 'connected' && account.mode === 'live' && html`<${Link} class="button" href=${`/app/insights?account=${account.id}`}>${words.insights}<//>`}
          ${account.state !== 'disconnected' && html`<${Button} onClick=${() => setOpen('plan')}>${words.plan.open}<//>`}
          ${account.state !== 'disconnected' && html`<${Button} kind="danger" onClick=${() => setOpen('disconnect')}>${words.disconnect.open}<//>`}
        </div>
      </div>
      <${Failure} error=${connecting.error} />
      ${account.reason && html`<p class="error">${account.reason.message}</p>`}
      ${account.hold && html`<p class="error">${account.hold.message} ${words.until(dateTime(account.hold.until))}</p>`}
      ${isOther && html`<p class="hint">${words.otherMode(t.mode[account.mode], t.mode[status.mode])}</p>`}
      ${account.state === 'connected' && account.missing_scopes.length > 0 && html`<p class="error">${words.missing(account.missing_scopes.join(', '))}</p>`}
      <dl class="facts">
        ${account.state !== 'disconnected' && html`<dt>${words.boards.picked}</dt><dd>${words.boards.count(account.channels.length)}</dd>`}
        ${account.account_type && html`<dt>${words.type.label}</dt>
          <dd>${words.type.names[account.account_type] ?? account.account_type}${account.account_type === 'PINNER' && html` <span class="hint">${words.type.advice}</span>`}</dd>`}
        ${account.access_token_expires_at && account.state !== 'needs_reconnect' && html`<dt>${words.expiry.label}</dt>
          <dd>${account.refresh_token_expires_at ? words.expiry.renewed : words.expiry.ends(dateTime(account.access_token_expires_at), relative(account.access_token_expires_at))}</dd>`}
        ${failed + needs_review > 0 && html`<dt>${words.attention.label}</dt>
          <dd><${Link} href="/">${words.attention.count(needs_review, failed)}<//></dd>`}
      </dl>
      ${open === 'boards' && html`<${Boards} account=${account} onClose=${() => setOpen(null)} onDone=${() => (setOpen(null), reload())} />`}
      ${open === 'plan' && html`<${PlanDialog} account=${account} onClose=${() => setOpen(null)} />`}
      ${open === 'disconnect' && html`<${Disconnect} account=${account} onClose=${() => setOpen(null)} onDone=${() => (setOpen(null), reload())} />`}
    </li>
  `;
}

/** Picks the boards to post to; several hundred stay quick, as the browser draws only those that are seen. */
function Boards({ account, onClose, onDone }) {
  const boards = useData((signal) => all(`/v1/accounts/${account.id}/boards`, { signal }), [account.id]);
  const [picked, setPicked] = useState(new Set(account.channels));
  const [search, setSearch] = useState('');
  const saving = useAction(async () => {
    await ask('PUT', `/v1/accounts/${account.id}/channels`, { body: { board_ids: [...picked] } });
    onDone();
  });
  const gone = boards.data ? [...picked].filter((id) => !boards.data.some((board) => board.id === id)) : [];
  useEffect(() => {
    if (gone.length > 0) setPicked(new Set([...picked].filter((id) => !gone.includes(id))));
  }, [gone.length]);
  const toggle = (id) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  return html`
    <${Dialog} title=${words.boards.title(account.username)} onClose=${onClose}>
      <${Loaded} of=${boards}>
        ${(list) => {
          const found = list.filter((board) => folded(board.name).includes(folded(search)));
          const every = found.length > 0 && found.every((board) => picked.has(board.id));
          const pickAll = () => setPicked(new Set([...picked].filter((id) => !found.some((board) => board.id === id)).concat(every ? [] : found.map((board) => board.id))));
          return html`
            <${Field} label=${words.boards.search}>
              ${(given) => html`<input ...${given} type="search" value=${search} onInput=${(event) => setSearch(event.target.value)} />`}
            <//>
            <p class="row spread"><span role="status">${words.boards.found(found.length, picked.size)}</span>
              <${Button} kind="plain" onClick=${pickAll}>${every ? words.boards.unpickAll : words.boards.pickAll}<//></p>
            <fieldset class="boards">
              <legend class="unseen">${words.boards.open}</legend>
              ${found.map(
                (board) => html`
                  <div class="check" key=${board.id}>
                    <input type="checkbox" id=${`board-${board.id}`} checked=${picked.has(board.id)} onChange=${() => toggle(board.id)} />
                    <label for=${`board-${board.id}`}>${board.name}
                      ${board.privacy === 'SECRET' && html` <${Tag} kind="warn">${words.boards.secret}<//>`}
                      ${board.is_group && html` <${Tag} kind="neutral">${words.boards.group(board.owner)}<//>`}</label>
                  </div>
                `,
              )}
            </fieldset>
            ${!account.scopes.includes('boards:read_secret') && html`<p class="quiet">${t.compose.where.secretUnseen}</p>`}
            <${Failure} error=${saving.error} />
            <p class="row">
              <${Button} kind="primary" busy=${saving.busy} onClick=${saving.run}>${t.save}<//>
              <${Button} onClick=${onClose}>${t.cancel}<//>
            </p>
          `;
        }}
      <//>
    <//>
  `;
}

/** Asks once more, and says what it holds. */
function Disconnect({ account, onClose, onDone }) {
  const waiting = useData(
    (signal) => all(`/v1/pins?account_id=${account.id}&status=scheduled&status=held`, { most: 1000, signal }),
    [account.id],
  );
  const ending = useAction(async () => {
    await ask('DELETE', `/v1/accounts/${account.id}`);
    onDone();
  });
  return html`
    <${Dialog} title=${words.disconnect.title(account.username)} onClose=${onClose}>
      <${Loaded} of=${waiting}>${(pins) => html`<p>${words.disconnect.holds(pins.length)}</p>`}<//>
      <p>${words.disconnect.about}</p>
      <${Failure} error=${ending.error} />
      <p class="row">
        <${Button} kind="danger" busy=${ending.busy} onClick=${ending.run}>${words.disconnect.confirm}<//>
        <${Button} autofocus onClick=${onClose}>${t.cancel}<//>
      </p>
    <//>
  `;
}
