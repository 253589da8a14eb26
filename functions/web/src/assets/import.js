// Import: a CSV file becomes pins, with its images beside it. Every row is seen with what is wrong with it before anything is
// stored, and mended where it stands.

import { all, file as fetchFile, get, Problem } from './api.js';
import { Link } from './app.js';
import { upload } from './compose-file.js';
import { useDroppedFiles } from './drop.js';
import { COLUMNS, parse, textOf } from './import-csv.js';
import { ImportTable } from './import-table.js';
import { useCheck } from './import-check.js';
import { Button, Choice, Failure, Field, html, Loaded, Notice, useAction, useCallback, useData, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { toInput } from './time.js';

const words = t.import;

const TEMPLATE = 'Media URL,Title,Pinterest board,Description,Link,Publish date\nhttps://example.com/lemon-cake.jpg,Lemon cake,Recipes,A quick cake.,https://example.com/lemon-cake,\n';

const isTable = ({ name, type }) => /\.(csv|tsv|txt)$/i.test(name) || type.startsWith('text/');

export default function Import() {
  const needed = useData(async (signal) => (await all('/v1/accounts', { signal })).filter(({ state }) => state !== 'disconnected'));
  return html`<h1>${words.title}</h1>
    <${Loaded} of=${needed}>${(accounts) => (accounts.length === 0
      ? html`<${Notice} kind="warn" title=${t.compose.noAccount.title}><p>${t.compose.noAccount.about} <${Link} href="/app/accounts">${t.compose.noAccount.connect}<//></p><//>`
      : html`<${Sheet} accounts=${accounts} />`)}<//>`;
}

function Sheet({ accounts }) {
  const [sheet, setSheet] = useState(null);
  const [account, setAccount] = useState(accounts[0].id);
  const [undated, setUndated] = useState('slot');
  const [pictures, setPictures] = useState({ done: 0, count: 0, failed: [] });
  const [imported, setImported] = useState(null);
  const now = useRef(null);
  now.current = sheet;

  const take = useCallback(async (files) => {
    const table = files.find(isTable);
    const images = files.filter((each) => !isTable(each));
    if (table) {
      const read = parse(await textOf(table));
      setImported(null);
      setSheet({ ...read, name: table.name });
      now.current = read;
    }
    if (now.current && images.length > 0) await match(images);
  }, []);
  useDroppedFiles(take);

  /** Uploads the images that the file names, and puts what they are called here into its cells. */
  const match = async (images) => {
    const column = now.current.columns.indexOf('Media URL');
    const names = new Map(images.map((each) => [each.name.toLowerCase(), each]));
    const wanted = images.filter((each) => now.current.rows.some((cells) => baseName(cells[column]) === each.name.toLowerCase()));
    setPictures({ done: 0, count: wanted.length, failed: [] });
    for (const each of wanted) {
      try {
        const { media } = await upload(each);
        setSheet((before) => ({ ...before, rows: before.rows.map((cells) => (names.get(baseName(cells[column])) === each ? cells.with(column, media.id) : cells)),
          previews: { ...before.previews, [media.id]: media.preview } }));
        setPictures((before) => ({ ...before, done: before.done + 1 }));
      } catch (error) {
        setPictures((before) => ({ ...before, failed: [...before.failed, `${each.name}: ${error.message}`] }));
      }
    }
  };

  const isUploading = pictures.done + pictures.failed.length < pictures.count;
  const check = useCheck(isUploading ? null : sheet, account, undated);
  const edit = (row, column, value) => setSheet((before) => ({ ...before, rows: before.rows.map((cells, index) => (index === row ? cells.with(before.columns.indexOf(column), value) : cells)) }));
  const replaceAll = (column, from, to) => setSheet((before) => {
    const at = before.columns.indexOf(column);
    return { ...before, rows: before.rows.map((cells) => (cells[at] === from ? cells.with(at, to) : cells)) };
  });
  const rename = (index, column) => setSheet((before) => ({ ...before, columns: before.columns.map((each, at) => (at === index ? column : each === column ? '' : each)) }));

  const importing = useAction(async () => {
    const { body } = await check.send({ dry: false });
    let state = body;
    while (state.status !== 'done') {
      setImported(state);
      await new Promise((done) => setTimeout(done, 700));
      state = await get(`/v1/pins/imports/${body.id}`);
    }
    setImported(state);
  });

  if (imported?.status === 'done') return html`<${Done} imported=${imported} first=${check.first} again=${() => (setSheet(null), setImported(null))} />`;
  if (!sheet) return html`<${Start} onFiles=${take} account=${account} />`;
  return html`
    <div class="row import-options">
      ${accounts.length > 1 && html`<${Field} label=${words.account}>${(given) => html`<select ...${given} value=${account} onChange=${(event) => setAccount(event.target.value)}>
        ${accounts.map(({ id, username }) => html`<option value=${id}>${username}</option>`)}</select>`}<//>`}
      ${check.undated > 0 && html`<${Choice} label=${words.undated(check.undated)} value=${undated} options=${words.undatedOptions} onChange=${setUndated} />`}
      <${Button} kind="plain" onClick=${() => setSheet(null)}>${words.another}<//>
    </div>
    <${Columns} sheet=${sheet} rename=${rename} />
    ${pictures.count > 0 && html`<p role="status">${words.pictures(pictures.done, pictures.count)}</p>
      ${isUploading && html`<progress max=${pictures.count} value=${pictures.done} aria-label=${words.pictures(pictures.done, pictures.count)}></progress>`}
      ${pictures.failed.map((text) => html`<p class="error">${text}</p>`)}`}
    <${Failure} error=${check.error} retry=${check.error instanceof Problem && check.error.status < 500 ? null : check.again} />
    <${ImportTable} sheet=${sheet} check=${check} edit=${edit} replaceAll=${replaceAll} />
    <footer class="import-foot row">
      <p class="grow" role="status">${imported ? words.progress(imported.stored, imported.total) : check.result ? words.counts(check.result) : t.loading}</p>
      <${Failure} error=${importing.error} />
      <${Button} kind="primary" busy=${importing.busy || !check.result} onClick=${() => check.result?.good > 0 && !isUploading && importing.run()}>${words.go(check.result?.good ?? 0)}<//>
    </footer>
  `;
}

const baseName = (cell = '') => cell.split(/[\\/]/).at(-1).trim().toLowerCase();

function Start({ onFiles, account }) {
  const input = useRef(null);
  const exporting = useAction(async () => save((await fetchFile(`/v1/pins/export?account_id=${account}`)).text, 'pins.csv'));
  return html`
    <div class="field file drop-zone many"><div>
      <p class="drop-text">${words.drop}</p>
      <div class="row"><label class="button choose" for="csv">${words.choose}</label>
        <input id="csv" class="own-file" type="file" multiple accept=".csv,.tsv,text/csv,image/*" ref=${input} onChange=${() => onFiles([...input.current.files])} /></div>
      <p class="hint">${words.hint}</p>
    </div></div>
    <p class="row"><${Button} onClick=${() => save(TEMPLATE, 'pins-template.csv')}>${words.template}<//>
      <${Button} busy=${exporting.busy} onClick=${exporting.run}>${words.export}<//></p>
    <${Failure} error=${exporting.error} />
  `;
}

/** Which column is what: those that nobody knows can be named. */
function Columns({ sheet, rename }) {
  const unknown = sheet.columns.flatMap((column, index) => (column ? [] : [index]));
  const missing = ['Media URL', 'Pinterest board'].filter((column) => !sheet.columns.includes(column));
  if (unknown.length === 0) return missing.map((column) => html`<p class="error">${words.missing(column)}</p>`);
  return html`<details class="card" open=${missing.length > 0}><summary>${words.unknown(unknown.length)}</summary>
    ${missing.map((column) => html`<p class="error">${words.missing(column)}</p>`)}
    <div class="columns">${unknown.map((index) => html`<${Field} key=${index} label=${sheet.names[index] || words.unnamed(index + 1)}>
      ${(given) => html`<select ...${given} value="" onChange=${(event) => rename(index, event.target.value)}>
        <option value="">${words.ignore}</option>${COLUMNS.map((column) => html`<option value=${column}>${words.columns[column] ?? column}</option>`)}</select>`}<//>`)}</div></details>`;
}

function Done({ imported, first, again }) {
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  return html`<section class="card">
    <h2 ref=${heading} tabindex="-1">${words.done(imported.stored)}</h2>
    ${imported.already_planned > 0 && html`<p>${words.already(imported.already_planned)}</p>`}
    ${imported.refused > 0 && html`<p>${words.leftOut(imported.refused)}</p>`}
    <p class="row"><${Link} class="button primary" href=${first ? `/app/calendar?day=${toInput(first).slice(0, 10)}` : '/app/calendar'}>${t.compose.done.calendar}<//>
      <${Button} onClick=${again}>${words.another}<//></p>
  </section>`;
}

function save(text, name) {
  const address = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
