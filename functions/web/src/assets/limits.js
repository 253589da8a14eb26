// How much somebody has and may have; administrators look up others, too, and have everything of theirs erased.

import { ask, file, get } from './api.js';
import { Button, Failure, Field, Loaded, Notice, Tag, html, useAction, useData, useState } from './parts.js';
import { platform } from './texts-platform.js';
import { dateTime } from './time.js';

const words = platform.limits;

const GB = 1_000_000_000;
const NEAR = 0.9;

export default function Limits({ who }) {
  const own = useData((signal) => get('/v1/limits', { signal }));
  return html`
    <h1>${words.title}</h1>
    <div class="columns">
      <section class="card" aria-labelledby="own">
        <h2 id="own" class="unseen">${words.title}</h2>
        <p class="quiet">${words.about}</p>
        <${Loaded} of=${own}>${(limits) => html`<${Uses} limits=${limits} />`}<//>
      </section>
      ${who?.isAdmin && html`<${Owner} />`}
    </div>
  `;
}

/** Every limit with its use. */
function Uses({ limits }) {
  return html`<dl class="uses">${Object.keys(words.names).filter((name) => limits[name]).map((name) => html`<${Use} key=${name} name=${name} use=${limits[name]} />`)}</dl>`;
}

const digits = (count) => count.toLocaleString('en');

/** Bytes as people count them. */
function inBytes(count) {
  if (count === 0) return '0';
  const [size, unit] = count < GB / 1000 ? [1000, 'kB'] : count < GB ? [GB / 1000, 'MB'] : [GB, 'GB'];
  return `${(count / size).toLocaleString('en', { maximumFractionDigits: count / size < 10 ? 1 : 0 })} ${unit}`;
}

function Use({ name, use: { used, most, is_exact: isExact } }) {
  const write = name === 'media_bytes' ? inBytes : digits;
  const have = isExact ? write(used) : words.about_(write(used));
  const share = most ? Math.min(1, used / most) : 0;
  const isReached = most !== null && used >= most;
  return html`
    <div>
      <dt>${words.names[name]}</dt>
      <dd>${most === null ? words.noLimit(have) : words.of(have, write(most))}
        ${isReached ? html` <${Tag} kind="bad">${words.reached}<//>` : share >= NEAR && html` <${Tag} kind="warn">${words.near}<//>`}
        ${most !== null && html`<svg class=${`share ${isReached ? 'full' : ''}`} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="4" /><rect width=${100 * share} height="4" /></svg>`}
      </dd>
    </div>
  `;
}

/** Looks an owner up by name, and takes along what is stored for them. */
function Owner() {
  const [name, setName] = useState('');
  const [isMissing, setIsMissing] = useState(null);
  const [found, setFound] = useState(null);
  const [said, setSaid] = useState('');
  const looking = useAction(async () => {
    const owner = name.trim();
    const wrong = !owner ? words.owner.missing : owner.includes('/') ? words.owner.slash : null;
    setIsMissing(wrong);
    setSaid('');
    if (wrong) return setFound(null);
    setFound(await get(`/v1/owners/${encodeURIComponent(owner)}`));
  });
  const exporting = useAction(async () => {
    const path = `/v1/owners/${encodeURIComponent(found.owner)}/export`;
    let [text, next] = ['', path];
    while (next) {
      const part = await file(next);
      text += part.text;
      next = part.next && path + part.next;
    }
    save(text, `${found.owner.replaceAll(/[^\w.@-]+/g, '_')}.jsonl`);
    setSaid(words.owner.exported(text.split('\n').length - 1));
  });
  const hasNothing = found && Object.values(found.limits).every(({ used }) => used === 0);
  return html`
    <section class="card" aria-labelledby="owner">
      <h2 id="owner">${words.owner.title}</h2>
      <p class="quiet">${words.owner.about}</p>
      <form onSubmit=${(event) => (event.preventDefault(), looking.run())}>
        <${Field} label=${words.owner.label} hint=${words.owner.hint} error=${isMissing}>
          ${(given) => html`<input ...${given} autocomplete="off" autocapitalize="off" spellcheck=${false} value=${name} onInput=${(event) => setName(event.target.value)} />`}
        <//>
        <p><button class="button" type="submit" aria-disabled=${looking.busy ? 'true' : null}>${words.owner.go}</button></p>
      </form>
      <${Failure} error=${looking.error} />
      <div role="status">
        ${found && html`<h3 class="url">${words.owner.of(found.owner)}</h3>
          ${hasNothing && html`<p class="quiet">${words.owner.nothing}</p>`}`}
      </div>
      ${found?.erasure && html`<${Notice} title=${words.owner.erasing}><p>${words.owner.erased(dateTime(found.erasure.settled_at))}</p><//>`}
      ${found && html`<${Uses} limits=${found.limits} />
        <p><${Button} busy=${exporting.busy} onClick=${exporting.run}>${words.owner.export}<//></p>
        <p class="hint">${words.owner.exportHint}</p>
        <${Failure} error=${exporting.error} />`}
      <p class="said" role="status">${said}</p>
      ${found && !found.erasure && html`<${Erase} key=${found.owner} owner=${found.owner} onBegun=${(erasure) => setFound({ ...found, erasure })} />`}
    </section>
  `;
}

/** Has everything of an owner erased, once their name is typed again: it can't be undone. */
function Erase({ owner, onBegun }) {
  const [isAsked, setIsAsked] = useState(false);
  const [again, setAgain] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const erasing = useAction(async () => {
    setIsWrong(again.trim() !== owner);
    if (again.trim() !== owner) return;
    onBegun((await ask('DELETE', `/v1/owners/${encodeURIComponent(owner)}`)).body);
  });
  if (!isAsked) return html`<p><${Button} kind="danger" onClick=${() => setIsAsked(true)}>${words.owner.erase}<//></p>`;
  return html`
    <form onSubmit=${(event) => (event.preventDefault(), erasing.run())}>
      <${Notice} kind="bad" title=${words.owner.eraseTitle(owner)}><p>${words.owner.eraseAbout}</p><//>
      <${Field} label=${words.owner.again} error=${isWrong && words.owner.notTheSame(owner)}>
        ${(given) => html`<input ...${given} autocomplete="off" autocapitalize="off" spellcheck=${false} value=${again} onInput=${(event) => setAgain(event.target.value)} />`}
      <//>
      <p class="row">
        <button class="button danger" type="submit" aria-disabled=${erasing.busy ? 'true' : null}>${words.owner.eraseNow}</button>
        <${Button} onClick=${() => setIsAsked(false)}>${words.owner.keep}<//>
      </p>
      <${Failure} error=${erasing.error} />
    </form>
  `;
}

function save(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/jsonl' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
