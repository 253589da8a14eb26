// The administrator's page: the Pinterest app, as its settings are known, and whether it works.

import { ask, get } from './api.js';
import { askBeforeLeaving } from './app.js';
import { Button, Choice, Copy, Failure, Field, Loaded, Notice, Tag, html, useAction, useData, useEffect, useRef, useState } from './parts.js';
import { plain } from './plain.js';
import { t } from './texts.js';
import { exact } from './time.js';

const words = t.settings;
const LIMITS = Object.keys(words.limits.names);

export default function Settings({ who }) {
  const stored = useData(async (signal) => {
    const { body, etag } = await ask('GET', '/v1/settings', { signal });
    return { settings: body, etag };
  });
  const [saves, setSaves] = useState(0);
  if (who && !who.isAdmin) return html`<h1>${words.title}</h1><${Notice} kind="warn">${words.adminsOnly}<//>`;
  return html`
    <h1>${words.title}</h1>
    <${Loaded} of=${stored}>
      ${(data) => html`
        <div class="columns settings">
          <div>
            <${Steps} settings=${data.settings} />
            <${Form} data=${data} reload=${stored.reload} onSaved=${() => setSaves(saves + 1)} />
          </div>
          <div>
            <${Check} settings=${data.settings} saves=${saves} />
            <${Changes} saves=${saves} />
          </div>
        </div>
      `}
    <//>
  `;
}

/** What is left to do before anything is published; nothing once Pinterest is enabled. */
function Steps({ settings }) {
  if (settings.status === 'enabled') return null;
  const done = { create: settings.app_id, enter: settings.app_id && settings.app_secret.set, enable: false };
  return html`
    <section class="card" aria-labelledby="steps">
      <h2 id="steps">${words.steps.title}</h2>
      <ol class="steps">
        <li class=${done.create ? 'done' : ''}>
          <a href=${settings.create_app_url} target="_blank" rel="noopener">${words.steps.create}</a>
        </li>
        <li>
          ${words.steps.register}
          <span class="row"><code>${settings.callback_url}</code> <${Copy} text=${settings.callback_url} label=${words.callback.label} /></span>
        </li>
        <li class=${done.enter ? 'done' : ''}>${words.steps.enter}</li>
        <li>${words.steps.enable}</li>
      </ol>
    </section>
  `;
}

function Form({ data, reload, onSaved }) {
  const [base, setBase] = useState(data);
  const [form, setForm] = useState(asForm(data.settings));
  const [done, setDone] = useState(false);
  // What is typed is kept when the page reads the settings again; the version it was typed over stays as well.
  const isTouched = JSON.stringify(form) !== JSON.stringify(asForm(base.settings));
  useEffect(() => {
    if (isTouched || data === base) return;
    setBase(data);
    setForm(asForm(data.settings));
  }, [data]);
  useEffect(() => {
    if (!isTouched) return undefined;
    const warn = (event) => event.preventDefault();
    addEventListener('beforeunload', warn);
    const stay = askBeforeLeaving(words.leave);
    return () => (removeEventListener('beforeunload', warn), stay());
  }, [isTouched]);
  const set = (name) => (value) => (setDone(false), setForm({ ...form, [name]: value }));
  const typed = (name) => (event) => set(name)(event.target.value);
  const page = useRef(null);
  const saving = useAction(async () => {
    const isSwitch = base.settings.status === 'enabled' && form.mode !== base.settings.mode;
    if (isSwitch && !confirm(words.mode.switching(t.mode[base.settings.mode], t.mode[form.mode]))) return;
    const hadChanges = isTouched;
    setDone(false);
    const body = { status: form.status, mode: form.mode, app_id: form.app_id.trim() || null, scopes: form.scopes, carousels: form.carousels, events: form.events, pins_per_day: whole(form.pins_per_day), limits: Object.fromEntries(LIMITS.map((name) => [name, whole(form.limits[name])])) };
    if (form.replacing) body.app_secret = form.app_secret.trim();
    const saved = await ask('PUT', '/v1/settings', { body, headers: { 'if-match': base.etag } });
    const next = { settings: saved.body, etag: saved.etag };
    setBase(next);
    setForm(asForm(next.settings));
    setDone(hadChanges ? words.saved : words.unchanged);
    reload();
    onSaved();
  });
  const takingTheirs = useAction(async () => {
    const { body, etag } = await ask('GET', '/v1/settings');
    setBase({ settings: body, etag });
    saving.clear();
  });
  useEffect(() => {
    if (saving.error) page.current.querySelector('[aria-invalid], .error')?.scrollIntoView({ block: 'center' });
    if (saving.error) page.current.querySelector('[aria-invalid]')?.focus();
  }, [saving.error]);
  const wrong = (name) => saving.error?.of?.(name) ?? null;
  const shown = form.replacing || !base.settings.app_secret.set;
  const changedMeanwhile = saving.error?.status === 412;
  return html`
    <form class="card" ref=${page} onSubmit=${(event) => (event.preventDefault(), saving.run())}>
      <h2>${words.form}</h2>
      <${Choice} label=${words.status.label} value=${form.status} onChange=${set('status')} options=${words.status.options} />
      ${wrong('status') && html`<p class="error">${wrong('status')}</p>`}
      <${Choice} label=${words.mode.label} value=${form.mode} onChange=${set('mode')} options=${words.mode.options} />
      <${Field} label=${words.appId.label} hint=${words.appId.hint} error=${wrong('app_id')}>
        ${(given) => html`<input ...${given} inputmode="numeric" autocomplete="off" value=${form.app_id} onInput=${typed('app_id')} />`}
      <//>
      ${shown
        ? html`<${Field} label=${words.secret.label} hint=${words.secret.hint} error=${wrong('app_secret')}>
            ${(given) => html`<input ...${given} type="password" autocomplete="off" value=${form.app_secret}
              onInput=${(event) => (setDone(false), setForm({ ...form, app_secret: event.target.value, replacing: true }))} />`}
          <//>
          ${base.settings.app_secret.set && html`<p><${Button} kind="plain"
            onClick=${() => setForm({ ...form, app_secret: '', replacing: false })}>${words.secret.keep}<//></p>`}`
        : html`<div class="field">
            <strong>${words.secret.label}</strong>
            <p class="row">
              <span>${words.secret.stored(base.settings.app_secret.last4)}</span>
              <${Button} onClick=${() => setForm({ ...form, replacing: true })}>${words.secret.replace}<//>
            </p>
            ${wrong('app_secret') && html`<p class="error">${wrong('app_secret')}</p>`}
          </div>`}
      <${Scopes} scopes=${form.scopes} onChange=${set('scopes')} error=${wrong('scopes')} />
      <${Choice} label=${words.carousels.label} value=${form.carousels} onChange=${set('carousels')} options=${words.carousels.options} />
      <${Choice} label=${words.events.label} value=${form.events} onChange=${set('events')} options=${words.events.options} />
      <${Field} label=${words.pinsPerDay.label} hint=${words.pinsPerDay.hint} error=${wrong('pins_per_day')}>
        ${(given) => html`<input ...${given} type="number" min="0" step="1" inputmode="numeric" value=${form.pins_per_day} onInput=${typed('pins_per_day')} />`}
      <//>
      <${Limits} limits=${form.limits} onChange=${set('limits')} wrong=${wrong} />
      <div class="field">
        <strong id="callback">${words.callback.label}</strong>
        <p class="row"><code aria-labelledby="callback">${base.settings.callback_url}</code>
          <${Copy} text=${base.settings.callback_url} label=${words.callback.label} /></p>
        <p class="hint">${words.callback.hint}
          ${' '}<a href="https://developers.pinterest.com/apps/" target="_blank" rel="noopener">${words.callback.where}</a></p>
      </div>
      ${changedMeanwhile
        ? html`<${Notice} kind="warn" title=${words.changed.title}>
            <p>${words.changed.about}</p><${Button} busy=${takingTheirs.busy} onClick=${takingTheirs.run}>${words.changed.goOn}<//>
            <${Failure} error=${takingTheirs.error} />
          <//>`
        : saving.error?.status === 422 ? html`<p class="error" role="alert">${words.marked}</p>` : html`<${Failure} error=${saving.error} />`}
      ${base.settings.warnings.map((warning) => html`<${Notice} kind="warn">${warning.message}<//>`)}
      <p class="row">
        <button type="submit" class="button primary" aria-disabled=${saving.busy ? 'true' : null}>${t.save}</button>
        <span role="status">${done || (isTouched ? words.unsaved : '')}</span>
      </p>
    </form>
  `;
}

function asForm(settings) {
  return {
    status: settings.status,
    mode: settings.mode,
    app_id: settings.app_id ?? '',
    app_secret: '',
    replacing: false,
    scopes: [...settings.scopes],
    carousels: settings.carousels,
    events: settings.events,
    pins_per_day: String(settings.pins_per_day),
    limits: Object.fromEntries(LIMITS.map((name) => [name, String(settings.limits[name])])),
  };
}

/** The number that was typed; what is none is sent as it is, and refused with its reason. */
const whole = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : text);

/** What one owner may have. */
function Limits({ limits, onChange, wrong }) {
  return html`
    <fieldset>
      <legend>${words.limits.label}</legend>
      <p class="hint">${words.limits.hint}</p>
      ${LIMITS.map((name) => html`
        <${Field} label=${words.limits.names[name]} error=${wrong(`limits.${name}`)}>
          ${(given) => html`<input ...${given} type="number" min="0" step="1" inputmode="numeric" value=${limits[name]}
            onInput=${(event) => onChange({ ...limits, [name]: event.target.value })} />`}
        <//>
      `)}
    </fieldset>
  `;
}

function Scopes({ scopes, onChange, error }) {
  const toggle = (name) => onChange(scopes.includes(name) ? scopes.filter((scope) => scope !== name) : [...scopes, name]);
  const known = words.scopes.known.map(([name]) => name);
  const others = scopes.filter((scope) => !known.includes(scope)).map((scope) => [scope, words.scopes.other, false]);
  return html`
    <fieldset>
      <legend>${words.scopes.label}</legend>
      <p class="hint">${words.scopes.hint}</p>
      ${[...words.scopes.known, ...others].map(
        ([name, allows, needed]) => html`
          <div class="check">
            <input type="checkbox" id=${`scope-${name}`} checked=${scopes.includes(name)} onChange=${() => toggle(name)} />
            <label for=${`scope-${name}`}><code>${name}</code> ${needed && html`<${Tag} kind="neutral">${words.scopes.needed}<//>`}
              <br /><span class="quiet">${allows}</span></label>
          </div>
        `,
      )}
      ${error && html`<p class="error">${error}</p>`}
    </fieldset>
  `;
}

/** The rows of the set-up check, each with what to do. */
function Check({ settings, saves }) {
  const [rows, setRows] = useState(null);
  const checking = useAction(async () => setRows((await ask('POST', '/v1/settings/verify')).body.items));
  useEffect(() => {
    setRows(null);
    // Whether it works is what somebody who saves wants to know.
    if (saves > 0 && settings.status === 'enabled') checking.run();
  }, [saves]);
  const trial = rows?.some((row) => row.check === 'tier' && row.result !== 'ok');
  const callback = rows?.some((row) => row.check === 'callback_url' && row.result !== 'ok');
  return html`
    <section class="card" aria-labelledby="check">
      <h2 id="check">${words.check.title}</h2>
      <p class="quiet">${words.check.about}</p>
      <p><${Button} kind=${settings.status === 'enabled' ? '' : 'primary'} busy=${checking.busy} onClick=${checking.run}>${words.check.run}<//></p>
      <${Failure} error=${checking.error} />
      <div role="status">
        ${rows && html`<ul class="plain checks">
          ${rows.map(
            (row) => html`
              <li>
                <p class="row"><${Tag} kind=${{ ok: 'ok', failed: 'bad', unknown: 'warn' }[row.result]}>${words.check.results[row.result]}<//>
                  <strong>${words.check.names[row.check] ?? row.check}</strong></p>
                <p>${plain(row.detail)}</p>
                ${row.remedy && html`<p class="remedy">${plain(row.remedy)}</p>`}
              </li>
            `,
          )}
        </ul>`}
      </div>
      ${callback && html`<details><summary>${words.redirect.title}</summary>
        <p>${words.redirect.about}</p>
        <p class="row"><code>${settings.callback_url}</code> <${Copy} text=${settings.callback_url} label=${words.callback.label} /></p>
        <ul>${words.redirect.causes.map((cause) => html`<li>${cause}</li>`)}</ul>
      </details>`}
      ${trial && html`<details><summary>${words.trial.title}</summary>
        <p>${words.trial.about}</p>
        <ol>${words.trial.steps.map((step) => html`<li>${step}</li>`)}</ol>
        <p>${words.trial.demo}</p>
        <ul>${words.trial.scenes.map((scene) => html`<li>${scene}</li>`)}</ul>
      </details>`}
    </section>
  `;
}

function Changes({ saves }) {
  const [most, setMost] = useState(5);
  const changes = useData((signal) => get(`/v1/settings/changes?limit=${most}`, { signal }), [saves, most]);
  return html`
    <section class="card" aria-labelledby="changes">
      <h2 id="changes">${words.changes.title}</h2>
      <${Loaded} of=${changes}>
        ${(list) => list.items.length === 0
          ? html`<p class="quiet">${words.changes.none}</p>`
          : html`<ul class="plain">
                ${list.items.map((change) => html`<li class="change"><strong>${change.by}</strong> ${words.changes.changed(change.fields)}
                  <br /><span class="quiet">${exact(change.at)}</span></li>`)}
              </ul>
              ${list.next_cursor && most < 100 && html`<${Button} kind="plain" onClick=${() => setMost(100)}>${words.changes.more}<//>`}`}
      <//>
    </section>
  `;
}
