// The public API under /v1, as any script would use it.

import { plain, plainError } from './plain.js';
import { t } from './texts.js';
import { accessToken, refused } from './session.js';

// What AWS answers in a function's place where too much is asked at once, or no execution is left.
const BUSY = [429, 503];

// Reading is tried again after so many milliseconds, up to twice as many, so that not everybody comes back at once.
const PAUSES_MS = [300, 900, 2_700];

/** What went wrong, as a person reads it: `status`, `code`, `detail`, and `errors` by field for a 422. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ? plain(body.detail) : (BUSY.includes(status) ? t.problem.busy : t.problem.unknown(status)));
    this.status = status;
    this.code = body.code ?? null;
    this.requestId = body.request_id ?? null;
    this.errors = (body.errors ?? []).map(plainError);
  }

  /** What is wrong with the field of that name, or with something in it. */
  of(field) {
    const found = this.errors.find((error) => error.field === field || error.field.startsWith(`${field}[`));
    return found?.message ?? null;
  }
}

/** Whether somebody has to sign in again; what they typed stays on the page. */
export class SignedOut extends Error {
  constructor() {
    super(t.problem.signedOut);
  }
}

/** Asks; answers `{body, etag}`. Throws a Problem, SignedOut, or an error that says that there is no connection. */
export async function ask(method, path, { body, headers = {}, signal } = {}) {
  let token = await accessToken();
  if (!token) throw new SignedOut();
  let response = await send(token);
  if (response.status === 401) {
    token = await refused();
    if (!token) throw new SignedOut();
    response = await send(token);
    if (response.status === 401) throw new SignedOut();
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, answer);
  return { body: answer, etag: response.headers.get('etag') };

  async function send(bearer) {
    const given = { authorization: `Bearer ${bearer}`, ...headers };
    if (body !== undefined) given['content-type'] = 'application/json';
    const request = { method, headers: given, body: body === undefined ? undefined : JSON.stringify(body), signal };
    try {
      return method === 'GET' ? await read(path, request) : await fetch(path, request);
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Error(t.problem.offline);
    }
  }
}

/** Reads, again where no function was there to answer. Only reading does no harm when it is done twice. */
async function read(path, request = {}) {
  for (const pause of PAUSES_MS) {
    const response = await fetch(path, request);
    const isOurs = response.headers.get('content-type')?.includes('problem+json');
    if (!BUSY.includes(response.status) || isOurs) return response;
    await new Promise((done) => setTimeout(done, pause * (1 + Math.random())));
    request.signal?.throwIfAborted();
  }
  return fetch(path, request);
}

/** A file as text, and the address of the next one where there is one. */
export async function file(path) {
  const token = await accessToken();
  if (!token) throw new SignedOut();
  const response = await read(path, { headers: { authorization: `Bearer ${token}` } }).catch(() => {
    throw new Error(t.problem.offline);
  });
  if (response.status === 401) throw new SignedOut();
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  const next = /<([^>]*)>; rel="next"/.exec(response.headers.get('link') ?? '');
  return { text: await response.text(), next: next?.[1] ?? null };
}

/** Sends a file of text; answers the body. Nothing is sent twice without being asked. */
export async function postFile(path, text, { signal } = {}) {
  const token = await accessToken();
  if (!token) throw new SignedOut();
  const request = { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv; charset=utf-8' }, body: text, signal };
  const response = await fetch(path, request).catch((error) => {
    throw error.name === 'AbortError' ? error : new Error(t.problem.offline);
  });
  if (response.status === 401) throw new SignedOut();
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, answer);
  return answer;
}

export const get = (path, options) => ask('GET', path, options).then((answer) => answer.body);

/** Every entry of a list, page by page; `most` at most. */
export async function all(path, { most = 10_000, signal } = {}) {
  const items = [];
  let cursor = null;
  do {
    const url = new URL(path, location.origin);
    if (!url.searchParams.has('limit')) url.searchParams.set('limit', '100');
    if (cursor) url.searchParams.set('cursor', cursor);
    const page = await get(url.pathname + url.search, { signal });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}

/** Whether what is due gets done; needs no token. */
export async function health() {
  const response = await read('/healthz');
  return response.json();
}
