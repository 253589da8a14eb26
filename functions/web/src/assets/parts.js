// Parts that all pages are made of.

import { html, useCallback, useEffect, useMemo, useRef, useState } from './preact-htm.js';
import { t } from './texts.js';
import { begin } from './session.js';
import { SignedOut } from './api.js';
import { clock } from './time.js';

export { html, useCallback, useEffect, useMemo, useRef, useState };

/** A text as it is searched: in small letters, without what is not seen, such as zero-width characters. */
export function folded(text) {
  return text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '').trim().toLowerCase();
}

let ids = 0;

/** An id for a control and its label. */
function useId() {
  const id = useRef(null);
  id.current ??= `c${(ids += 1)}`;
  return id.current;
}

/**
 * What `load` answers: `{data, at, error, loading, reload}`, `at` being when. It is asked again when one of `keys` changes, and every `every`
 * milliseconds while the page is looked at; the former data stays meanwhile.
 */
export function useData(load, keys = [], { every } = {}) {
  const [state, setState] = useState({ data: null, at: null, error: null, loading: true });
  const latest = useRef(null);
  const isAsking = useRef(false);
  const reload = useCallback(async () => {
    const mine = new AbortController();
    latest.current?.abort();
    latest.current = mine;
    isAsking.current = true;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await load(mine.signal);
      if (!mine.signal.aborted) setState({ data, at: Date.now(), error: null, loading: false });
    } catch (error) {
      if (!mine.signal.aborted) setState((before) => ({ ...before, error, loading: false }));
    } finally {
      if (latest.current === mine) isAsking.current = false;
    }
  }, keys);
  useEffect(() => {
    reload();
    return () => latest.current?.abort();
  }, keys);
  useEffect(() => {
    if (!every) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && !isAsking.current && reload(), every);
    return () => clearInterval(timer);
  }, [reload, every]);
  return { ...state, reload };
}

/** An action with its progress: `{run, busy, error, clear}`; while it runs it is not begun again. */
export function useAction(act) {
  const [state, setState] = useState({ busy: false, error: null });
  const busy = useRef(false);
  const run = async (...given) => {
    if (busy.current) return undefined;
    busy.current = true;
    setState({ busy: true, error: null });
    try {
      const done = await act(...given);
      setState({ busy: false, error: null });
      return done;
    } catch (error) {
      setState({ busy: false, error });
      return undefined;
    } finally {
      busy.current = false;
    }
  };
  return { ...state, run, clear: () => setState({ busy: false, error: null }) };
}

/** A label, a control and what is wrong with it. `children` is called with the attributes of the control. */
export function Field({ label, hint, error, optional, children }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return html`
    <div class=${error ? 'field wrong' : 'field'}>
      <label for=${id}>${label}${optional && html` <span class="quiet">${t.optional}</span>`}</label>
      ${children({ id, 'aria-describedby': described || null, 'aria-invalid': error ? 'true' : null })}
      ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
      ${error && html`<p class="error" id="${id}-error">${error}</p>`}
    </div>
  `;
}

/** A group of radio buttons that looks like one switch: `options` is `[[value, label, hint?]]`. */
export function Choice({ label, value, options, onChange, disabled }) {
  const name = useId();
  return html`
    <fieldset class="choice" disabled=${disabled}>
      <legend>${label}</legend>
      <div class="options">
        ${options.map(
          ([option, text]) => html`
            <label class=${option === value ? 'on' : ''}>
              <input type="radio" name=${name} checked=${option === value} onChange=${() => onChange(option)} />
              ${text}
            </label>
          `,
        )}
      </div>
      ${options.filter(([option, , hint]) => option === value && hint).map(([, , hint]) => html`<p class="hint">${hint}</p>`)}
    </fieldset>
  `;
}

export function Button({ kind = '', busy, children, ...rest }) {
  return html`
    <button type="button" class=${`button ${kind}`} aria-disabled=${busy ? 'true' : null} ...${rest}>
      ${busy ? html`<span class="spinner" aria-hidden="true"></span>` : null}${children}
    </button>
  `;
}

/** A button that copies `text` and says so. */
export function Copy({ text, label }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
  };
  return html`<${Button} onClick=${copy} aria-label=${`${t.copy}: ${label}`}>${done ? t.copied : t.copy}<//>
    <span class="unseen" role="status">${done ? t.copied : ''}</span>`;
}

/** What went wrong, in a box that screen readers announce; offers to sign in where that is what is missing. What is shown is of `at`. */
export function Failure({ error, retry, at = null }) {
  const signing = useAction(begin);
  if (!error) return null;
  return html`
    <div class="notice bad" role="alert">
      <p>${error.message}${at && ` ${t.problem.showing(clock(at))}`}</p>
      ${error.requestId && html`<p class="quiet">${t.problem.request(error.requestId)}</p>`}
      ${error instanceof SignedOut && html`<${Button} kind="primary" busy=${signing.busy} onClick=${signing.run}>${t.signIn.again}<//>`}
      ${signing.error && html`<p>${signing.error.message}</p>`}
      ${retry && !(error instanceof SignedOut) && ![403, 404].includes(error.status) && html`<${Button} onClick=${retry}>${t.tryAgain}<//>`}
    </div>
  `;
}

export function Notice({ kind = '', title, children }) {
  return html`<div class=${`notice ${kind}`}>${title && html`<p class="title">${title}</p>`}${children}</div>`;
}

/** The data of `useData` once it is there; before, that it is awaited, or what went wrong. */
export function Loaded({ of, children }) {
  if (of.data !== null) return html`<${Failure} error=${of.error} retry=${of.reload} at=${of.at} />${children(of.data)}`;
  if (of.error) return html`<${Failure} error=${of.error} retry=${of.reload} />`;
  return html`<p class="quiet" role="status"><span class="spinner" aria-hidden="true"></span> ${t.loading}</p>`;
}

/** A dialog over the page; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown.showModal();
    return () => shown.close();
  }, []);
  // Pressed beside it as well: text that is marked may be let go of out there.
  const pressed = useRef(null);
  const beside = (event) => event.target === dialog.current && pressed.current === dialog.current && onClose();
  return html`
    <dialog ref=${dialog} aria-labelledby=${id} onCancel=${(event) => (event.preventDefault(), onClose())} onPointerDown=${(event) => (pressed.current = event.target)} onClick=${beside}>
      <div class="dialog">
        <h2 id=${id}>${title}</h2>
        ${children}
      </div>
    </dialog>
  `;
}

/** A grey bar where a text will be. */
export function Skeleton() {
  return html`<span class="skeleton line" aria-hidden="true"></span>`;
}

/** A state as a coloured word. */
export function Tag({ kind, children }) {
  return html`<span class=${`tag ${kind}`}>${children}</span>`;
}

/** Whether these pages may load a picture: their policy has none that somebody on the way could change. */
export function canBeShown(url) {
  const { protocol, origin } = URL.canParse(url) ? new URL(url) : {};
  return protocol !== 'http:' || origin === location.origin;
}

/** The picture of an account, or its first letter. */
export function Avatar({ account }) {
  const [failed, setFailed] = useState(false);
  const letter = (account.username || '?').slice(0, 1).toUpperCase();
  return account.profile_image && canBeShown(account.profile_image) && !failed
    ? html`<img class="avatar" src=${account.profile_image} alt="" width="40" height="40" onError=${() => setFailed(true)} />`
    : html`<span class="avatar" aria-hidden="true">${letter}</span>`;
}
