// The entry: who is signed in, which page is shown, and what is around it.

import { html, render } from './preact-htm.js';
import { DropGuard, keepFiles, takeFiles } from './drop.js';
import { Icon } from './icons.js';
import { Button, Failure, useEffect, useRef, useState } from './parts.js';
import { Shortcuts } from './shortcuts.js';
import { t } from './texts.js';
import { HistoryDialog, Toasts } from './toasts.js';
import * as session from './session.js';

// By the second part of the path; each is loaded when it is gone to.
const PAGES = {
  '': () => import('./home.js'),
  settings: () => import('./settings.js'),
  accounts: () => import('./accounts.js'),
  compose: () => import('./compose.js'),
  create: () => import('./create.js'),
  import: () => import('./import.js'),
  calendar: () => import('./calendar.js'),
  pins: () => import('./pin.js'),
  insights: () => import('./insights.js'),
  webhooks: () => import('./webhooks.js'),
  limits: () => import('./limits.js'),
};

const NAV = [
  ['/', t.nav.home, 'home'],
  ['/app/calendar', t.nav.calendar, 'calendar'],
  ['/app/insights', t.nav.insights, 'bars'],
  ['/app/accounts', t.nav.accounts, 'user'],
];

// What is behind the name of who is signed in.
const MENU = [
  ['/app/webhooks', t.nav.webhooks],
  ['/app/limits', t.nav.limits],
];

let show = () => {};

const questions = new Set();

/** Asks `question` before another page is gone to, until what is answered is called. */
export function askBeforeLeaving(question) {
  questions.add(question);
  return () => questions.delete(question);
}

/** Goes to another page of ours without leaving the document. */
export function go(path, { replace = false } = {}) {
  if ([...questions].some((question) => !confirm(question))) return;
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  show();
}

/** A link to a page of ours. */
export function Link({ href, children, ...rest }) {
  const follow = (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(href);
  };
  return html`<a href=${href} onClick=${follow} ...${rest}>${children}</a>`;
}

function current() {
  const parts = location.pathname.split('/').filter(Boolean);
  const name = parts[0] === 'app' ? (parts[1] ?? '') : '';
  return { name, id: parts[2] ?? null, query: new URLSearchParams(location.search), path: location.pathname };
}

function App({ failure }) {
  const [place, setPlace] = useState(current());
  const [who, setWho] = useState(session.person());
  show = () => setPlace(current());
  useEffect(() => {
    addEventListener('popstate', show);
    const forget = session.onChange(() => setWho(session.person()));
    return () => (removeEventListener('popstate', show), forget());
  }, []);
  // Whoever was signed out keeps the page with what they typed on it; it says itself what is missing.
  const wasHere = useRef(false);
  wasHere.current ||= who !== null;
  const [opened, setOpened] = useState(null);
  const close = () => setOpened(null);
  return html`
    <a class="skip" href="#main">${t.nav.skip}</a>
    <header class="bar">
      <${Link} class="brand" href="/">Pinwheel<//>
      ${wasHere.current && html`<${Nav} place=${place} who=${who} open=${setOpened} />`}
    </header>
    <main id="main" tabindex="-1">
      ${wasHere.current ? html`<${Page} place=${place} who=${who} />` : html`<${Welcome} failure=${failure} />`}
    </main>
    <${DropGuard} otherwise=${who ? composeWith : null} />
    ${wasHere.current && html`<${Toasts} />
      <${Shortcuts} go=${go} isOpen=${opened === 'keys'} open=${() => setOpened('keys')} close=${close} />
      <${Sheet} id=${place.query.get('pin')} who=${who} />
      ${opened === 'history' && html`<${HistoryDialog} onClose=${close} />`}`}
  `;
}

/** Files that no page takes become new pins. */
function composeWith(files) {
  keepFiles(files);
  const path = files.length > 1 ? '/app/create' : '/app/compose';
  go(path);
  // Whoever stays where they are has not asked for a pin.
  if (location.pathname !== path) takeFiles();
}

function Nav({ place, who, open }) {
  const links = who?.isAdmin ? [...NAV, ['/app/settings', t.nav.settings, 'gear']] : NAV;
  const current = (href) => (place.path === href ? 'page' : null);
  return html`
    <nav aria-label=${t.nav.pages}>
      ${links.map(([href, text, icon]) => html`<${Link} href=${href} aria-current=${current(href)}><${Icon} name=${icon} /><span>${text}</span><//>`)}
      <${Link} class="create" href="/app/compose" aria-current=${current('/app/compose') ?? current('/app/create')}><${Icon} name="plus" /><span>${t.nav.compose}</span><//>
    </nav>
    <div class="who">
      <button type="button" class="icon-button" aria-label=${t.history.title} title=${t.history.title} onClick=${() => open('history')}><${Icon} name="undo" /></button>
      <button type="button" class="icon-button for-keys" aria-label=${t.keys.title} title=${t.keys.title} onClick=${() => open('keys')}><${Icon} name="keyboard" /></button>
      ${who
        ? html`<${Menu} name=${who.name} current=${current} /> <${Button} kind="plain" onClick=${() => session.signOut()}>${t.signIn.out}<//>`
        : html`<${Button} kind="primary" onClick=${() => session.begin()}>${t.signIn.in}<//>`}
    </div>
  `;
}

/** A button with the name of who is signed in, and the pages behind it. */
function Menu({ name, current }) {
  const [isOpen, setIsOpen] = useState(false);
  const shown = useRef(null);
  const close = () => setIsOpen(false);
  const left = (event) => !shown.current.contains(event.relatedTarget) && close();
  useEffect(() => {
    // Not every browser gives a button the focus that is pressed, so that nothing could lose it.
    const beside = (event) => !shown.current.contains(event.target) && close();
    if (isOpen) addEventListener('pointerdown', beside);
    return () => removeEventListener('pointerdown', beside);
  }, [isOpen]);
  const byKey = (event) => {
    if (event.key !== 'Escape' || !isOpen) return;
    event.stopPropagation();
    close();
    shown.current.querySelector('button').focus();
  };
  return html`
    <div class="menu" ref=${shown} onFocusOut=${left} onKeyDown=${byKey}>
      <button type="button" class="button plain" aria-expanded=${isOpen ? 'true' : 'false'} aria-controls="menu" onClick=${() => setIsOpen(!isOpen)}><span>${name}</span> <span aria-hidden="true">▾</span></button>
      <ul id="menu" hidden=${!isOpen} onClick=${close}>
        ${MENU.map(([href, text]) => html`<li><${Link} href=${href} aria-current=${current(href)}>${text}<//></li>`)}
      </ul>
    </div>
  `;
}

function Page({ place, who }) {
  const [loaded, setLoaded] = useState({ name: null });
  useEffect(() => {
    let wanted = true;
    const load = PAGES[place.name];
    if (!load) return setLoaded({ name: place.name, missing: true });
    load().then(
      (module) => wanted && setLoaded({ name: place.name, Shown: module.default }),
      () => wanted && setLoaded({ name: place.name, error: new Error(t.problem.offline) }),
    );
    return () => (wanted = false);
  }, [place.name]);
  useEffect(() => {
    if (loaded.name !== place.name || !loaded.Shown) return;
    const heading = document.querySelector('main h1');
    document.title = heading ? `${heading.textContent} · Pinwheel` : 'Pinwheel';
  });
  if (loaded.name !== place.name) return html`<p class="quiet" role="status">${t.loading}</p>`;
  if (loaded.missing) return html`<h1>${t.missing.title}</h1><p><${Link} href="/">${t.missing.home}<//></p>`;
  if (loaded.error) return html`<${Failure} error=${loaded.error} retry=${() => location.reload()} />`;
  return html`<${loaded.Shown} place=${place} who=${who} key=${place.name + (place.id ?? '')} />`;
}

/** The pin that the address names beside the page. */
function Sheet({ id, who }) {
  const [Shown, setShown] = useState(null);
  useEffect(() => {
    if (id && !Shown) import('./pin-sheet.js').then((module) => setShown(() => module.default), () => {});
  }, [id]);
  return id && Shown ? html`<${Shown} id=${id} who=${who} />` : null;
}

function Welcome({ failure }) {
  const [error, setError] = useState(failure);
  const begin = () => session.begin().catch(setError);
  return html`
    <section class="welcome">
      <h1>${t.welcome.title}</h1>
      <p>${t.welcome.about}</p>
      <${Failure} error=${error} />
      ${session.signIn.issuer
        ? html`<p><${Button} kind="primary" onClick=${begin}>${t.signIn.in}<//></p>`
        : html`<div class="notice bad"><p>${t.signIn.notConfigured}</p></div>`}
      <p class="quiet">${t.welcome.programs} <a href="/v1/openapi.json">${t.welcome.description}</a></p>
    </section>
  `;
}

async function start() {
  let failure = null;
  try {
    const back = await session.finish();
    if (back) history.replaceState(null, '', back);
    await session.fromOtherTab();
  } catch (error) {
    failure = error;
  }
  const root = document.getElementById('app');
  root.replaceChildren();
  render(html`<${App} failure=${failure} />`, root);
}

start();
