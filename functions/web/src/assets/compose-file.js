// A file of one's own as the picture of a pin: announced, uploaded straight to the bucket, and checked.

import { ask } from './api.js';
import { Button, Failure, html, useAction, useRef } from './parts.js';
import { t } from './texts.js';

const words = t.compose.file;

const TYPES = ['image/jpeg', 'image/png'];
const MOST_BYTES = 20 * 1024 * 1024;

// What was uploaded in this tab, as it can be shown without asking: the address of the bytes, width and height.
const shown = new Map();

/** How an uploaded file looks, where it was uploaded in this tab. */
export const seenHere = (id) => shown.get(id) ?? null;

/** Uploads `file` and has it checked; answers the media, or throws what a person can do. */
async function upload(file) {
  if (!TYPES.includes(file.type)) throw new Error(words.wrongType);
  if (file.size > MOST_BYTES) throw new Error(words.tooLarge);
  const announced = { content_type: file.type, size: file.size, name: file.name.slice(0, 200) };
  const { upload: signed, id } = (await ask('POST', '/v1/media', { body: announced })).body;
  const sent = await fetch(signed.url, { method: signed.method, headers: signed.headers, body: file }).catch(() => null);
  if (!sent?.ok) throw new Error(words.notSent);
  const { body: media } = await ask('POST', `/v1/media/${id}/complete`);
  if (media.status !== 'ready') throw new Error(media.problems.map((problem) => problem.message).join(' ') || words.notSent);
  shown.set(media.id, { url: URL.createObjectURL(file), width: media.width, height: media.height });
  return media;
}

/** Chooses a file, or shows the one that is chosen; `onChange` gets its id and name, both empty where it is taken away. */
export function FileField({ id, name, onChange }) {
  const input = useRef(null);
  const sending = useAction(async () => {
    const file = input.current.files[0];
    if (!file) return;
    const media = await upload(file);
    onChange({ media_id: media.id, media_name: media.name ?? file.name });
  });
  if (id) {
    return html`<div class="field"><p><strong>${words.chosen}</strong> ${name || words.unnamed}</p>
      <${Button} onClick=${() => (sending.clear(), onChange({ media_id: '', media_name: '' }))}>${words.other}<//></div>`;
  }
  return html`
    <div class="field">
      <label for="own-file">${words.label}</label>
      <input id="own-file" type="file" accept=${TYPES.join(',')} ref=${input} disabled=${sending.busy} aria-describedby="own-file-hint"
        onChange=${() => sending.run()} />
      <p class="hint" id="own-file-hint" role="status">${sending.busy ? words.sending : words.hint}</p>
      <${Failure} error=${sending.error} />
    </div>
  `;
}
