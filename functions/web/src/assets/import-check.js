// What would become of the rows of a file: asked of the API each time that something was changed.

import { get, postFile } from './api.js';
import { write } from './import-csv.js';
import { useEffect, useRef, useState } from './parts.js';
import { plain } from './plain.js';
import { HERE } from './time.js';

// Not while somebody types.
const PAUSE_MS = 500;

// How far free slots are looked for.
const AHEAD_MS = 61 * 86_400_000;

/**
 * `{result, rows, times, undated, error, first, send, again}`: what the API says of the file, by the index of each row; the times of the
 * rows as far as they are known; how many have no date; and the first time. `send({dry})` sends the file as it is.
 */
export function useCheck(sheet, account, undated) {
  const [found, setFound] = useState({ result: null, rows: new Map(), error: null, times: [], first: null });
  const [turn, setTurn] = useState(0);
  const slots = useRef(new Map());
  const dates = sheet ? sheet.columns.indexOf('Publish date') : -1;
  const open = sheet ? sheet.rows.filter((cells) => !cells[dates]).length : 0;
  const fileOf = async () => {
    const dated = open > 0 && undated === 'slot' ? await inSlots(sheet, dates, await freeSlots(slots.current, account)) : sheet;
    return { ...write(dated.columns, dated.rows), dated };
  };
  const send = async ({ dry, signal }) => {
    const { text, lines, dated } = await fileOf();
    const query = new URLSearchParams({ account_id: account, time_zone: HERE, mode: 'good', ...(dry && { dry_run: 'true' }) });
    return { body: await postFile(`/v1/pins/import?${query}`, text, { signal }), lines, dated };
  };
  useEffect(() => {
    if (!sheet) return undefined;
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { body, lines, dated } = await send({ dry: true, signal: asking.signal });
        const at = new Map(lines.map((line, index) => [line, index]));
        const told = ({ field, message, ...rest }) => ({ ...rest, field, message: plain(message.split(' Did you mean ')[0]), meant: /Did you mean "([^"]+)"/.exec(message)?.[1] ?? null });
        const rows = new Map(body.rows.map((row) => [at.get(row.line), { ...row, errors: row.errors.map(told), warnings: row.warnings.map(told) }]));
        const column = dated.columns.indexOf('Publish date');
        const times = dated.rows.map((cells) => Date.parse(cells[column]) || null);
        const known = times.filter(Boolean);
        setFound({ result: body, rows, error: null, times, first: known.length > 0 ? new Date(Math.min(...known)) : null });
      } catch (error) {
        if (!asking.signal.aborted) setFound({ result: null, rows: new Map(), error, times: [], first: null });
      }
    }, PAUSE_MS);
    return () => (clearTimeout(timer), asking.abort());
  }, [sheet, account, undated, turn]);
  return { ...found, undated: open, send, again: () => setTurn(turn + 1) };
}

async function freeSlots(known, account) {
  if (!known.has(account)) {
    const to = new Date(Date.now() + AHEAD_MS).toISOString();
    const { items } = await get(`/v1/accounts/${account}/slots?to=${to}`);
    known.set(account, items.filter(({ state }) => state === 'free').map(({ at }) => at));
  }
  return known.get(account);
}

/** The rows without a date in the free slots, in their order; those beyond the last slot are marked, so that none goes out at once. */
function inSlots(sheet, dates, slots) {
  const left = [...slots];
  const columns = dates < 0 ? [...sheet.columns, 'Publish date'] : sheet.columns;
  const column = dates < 0 ? sheet.columns.length : dates;
  const rows = sheet.rows.map((cells) => (cells[column] ? cells : Object.assign([...cells], { [column]: left.shift() ?? 'no free slot' })));
  return { ...sheet, columns, rows };
}
