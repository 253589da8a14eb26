// Who is signed in: OpenID Connect's code flow with PKCE. Tokens are in the session storage of this tab only, as they have
// to outlive the trip to Pinterest; they are renewed before they end, and gone when the tab is closed.

import { t } from './texts.js';

const KEY = 'pinwheel.session';
const TRIP = 'pinwheel.sign-in';

// Renewed this long before the access token ends.
const AHEAD_MS = 60_000;

const meta = (name) => document.querySelector(`meta[name="sign-in-${name}"]`)?.content;

export const signIn = { issuer: meta('issuer'), client: meta('client'), scope: meta('scope') };

let tokens = read(KEY);
let renewing = null;
let discovered = null;
// Counts who signed out here, so that a renewal that was under way does not sign them in again.
let sessions = 0;
const listeners = new Set();

// A new tab is signed in where another one is: tokens go from tab to tab, and to no storage that outlives them.
const tabs = new BroadcastChannel('pinwheel.session');
const PATIENCE_MS = 300;

tabs.onmessage = ({ data }) => {
  if (data.asks && tokens) tabs.postMessage({ tokens });
  if (data.signedOut && tokens) {
    sessions += 1;
    keep(null);
    location.assign('/');
  }
};

/** Takes the session of another tab, if there is one. */
export function fromOtherTab() {
  if (tokens) return Promise.resolve();
  return new Promise((done) => {
    const channel = new BroadcastChannel('pinwheel.session');
    const end = (found) => {
      if (found && !tokens) keep(found);
      channel.close();
      done();
    };
    channel.onmessage = ({ data }) => data.tokens && end(data.tokens);
    tabs.postMessage({ asks: true });
    setTimeout(end, PATIENCE_MS);
  });
}

/** Calls `listener` whenever somebody signs in or out. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Who is signed in, or null: `{name, isAdmin}`, for what is shown. The API decides what they may do. */
export function person() {
  if (!tokens) return null;
  const claims = payload(tokens.access);
  const groups = [claims['cognito:groups'], claims.groups].flat().filter(Boolean);
  return {
    name: payload(tokens.id).email ?? payload(tokens.id)['cognito:username'] ?? claims.username ?? claims.sub,
    isAdmin: groups.includes('pinwheel-admin'),
  };
}

/** An access token that is good for a moment, or null where somebody has to sign in again. */
export async function accessToken() {
  if (!tokens) return null;
  if (Date.now() < tokens.endsAt - AHEAD_MS) return tokens.access;
  renewing ??= renew().finally(() => (renewing = null));
  await renewing;
  return tokens?.access ?? null;
}

/** The access token was refused: it is renewed, or the person has to sign in again. */
export async function refused() {
  if (tokens) tokens.endsAt = 0;
  return accessToken();
}

/** Leaves for the sign-in; the browser comes back to where it is now. */
export async function begin() {
  const { authorization_endpoint } = await discovery();
  const state = randomText();
  const verifier = randomText();
  sessionStorage.setItem(TRIP, JSON.stringify({ state, verifier, back: location.pathname === '/' ? '/' : location.pathname + location.search }));
  const url = new URL(authorization_endpoint);
  const ask = {
    response_type: 'code',
    client_id: signIn.client,
    redirect_uri: `${location.origin}/`,
    scope: signIn.scope,
    state,
    code_challenge: await challenge(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(ask)) url.searchParams.set(name, value);
  location.assign(url);
}

/**
 * Takes what the sign-in sent back with the address, if anything: answers where to go on, or null. Throws where it failed,
 * with a sentence for the person.
 */
export async function finish() {
  const query = new URLSearchParams(location.search);
  if (location.pathname !== '/' || !(query.has('code') || query.has('error'))) return null;
  const trip = read(TRIP);
  // Anybody can make a link with a sentence in it; and a code that is not ours is for somebody who copies it.
  if (!trip || trip.state !== query.get('state')) throw new Error(t.signIn.notBegunHere);
  history.replaceState(null, '', '/');
  sessionStorage.removeItem(TRIP);
  if (query.has('error')) throw new Error(t.signIn.refused(query.get('error_description') ?? query.get('error')));
  await exchange({
    grant_type: 'authorization_code',
    code: query.get('code'),
    redirect_uri: `${location.origin}/`,
    code_verifier: trip.verifier,
  });
  return trip.back === '/' ? null : trip.back;
}

/** Forgets the tokens, here and where the issuer can, and leaves nothing on the screen. */
export async function signOut() {
  const { id, refresh } = tokens ?? {};
  sessions += 1;
  // At once: another tab may ask for them while the issuer is being told.
  tokens = null;
  sessionStorage.removeItem(KEY);
  tabs.postMessage({ signedOut: true });
  const { end_session_endpoint, revocation_endpoint } = await discovery().catch(() => ({}));
  if (refresh && revocation_endpoint) {
    const body = new URLSearchParams({ token: refresh, client_id: signIn.client });
    await fetch(revocation_endpoint, { method: 'POST', body, keepalive: true }).catch(() => {});
  }
  if (!end_session_endpoint) return location.assign('/');
  const url = new URL(end_session_endpoint);
  url.searchParams.set('client_id', signIn.client);
  // The standard's name, and Cognito's.
  url.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
  url.searchParams.set('logout_uri', `${location.origin}/`);
  if (id) url.searchParams.set('id_token_hint', id);
  location.assign(url);
}

async function renew() {
  if (!tokens?.refresh) return keep(null);
  try {
    await exchange({ grant_type: 'refresh_token', refresh_token: tokens.refresh });
  } catch (error) {
    if (error.isRefusal) return keep(null);
    // An issuer that cannot be reached says nothing about the session; what is still good is used on.
    if (Date.now() >= tokens.endsAt) throw new Error(t.problem.offline);
  }
}

async function exchange(form) {
  const mine = sessions;
  const { token_endpoint } = await discovery();
  const response = await fetch(token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ client_id: signIn.client, ...form }),
  });
  if (!response.ok) {
    throw Object.assign(new Error(t.signIn.failed), { isRefusal: [400, 401].includes(response.status) });
  }
  const answer = await response.json();
  // Who signed out meanwhile stays so.
  if (mine !== sessions) return;
  keep({
    access: answer.access_token,
    id: answer.id_token ?? tokens?.id,
    refresh: answer.refresh_token ?? tokens?.refresh,
    endsAt: Date.now() + (answer.expires_in ?? 300) * 1000,
  });
}

async function discovery() {
  discovered ??= fetch(`${signIn.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`).then((response) => {
    if (!response.ok) throw new Error(t.signIn.issuerDown);
    return response.json();
  });
  try {
    return await discovered;
  } catch {
    discovered = null;
    throw new Error(t.signIn.issuerDown);
  }
}

function keep(next) {
  tokens = next;
  if (next) sessionStorage.setItem(KEY, JSON.stringify(next));
  else sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function payload(jwt) {
  if (!jwt) return {};
  const bytes = Uint8Array.from(atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
