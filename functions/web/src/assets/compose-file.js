// A file of one's own as the picture or the video of a pin: announced, uploaded straight to the bucket, and checked.

import { ask } from './api.js';
import { Button, Failure, Field, html, useAction, useRef } from './parts.js';
import { t } from './texts.js';

const words = t.compose.file;

const IMAGES = ['image/jpeg', 'image/png'];
const VIDEOS = ['video/mp4', 'video/quicktime', 'video/x-m4v'];
const LONGEST_S = 15 * 60;

// What was uploaded in this tab, as it can be shown without asking: the address of the bytes, width, height and length.
const shown = new Map();

/** How an uploaded file looks, where it was uploaded in this tab. */
export const seenHere = (id) => shown.get(id) ?? null;

/** Uploads `file` and has it checked; answers the media, or throws what a person can do. */
async function upload(file) {
  const isVideo = VIDEOS.includes(file.type);
  if (!isVideo && !IMAGES.includes(file.type)) throw new Error(words.wrongType);
  if (file.size > (isVideo ? 2e9 : 20e6)) throw new Error(words.tooLarge(isVideo ? '2 GB' : '20 MB'));
  const announced = { content_type: file.type, size: file.size, name: file.name.slice(0, 200) };
  const { upload: signed, id } = (await ask('POST', '/v1/media', { body: announced })).body;
  const sent = await fetch(signed.url, { method: signed.method, headers: signed.headers, body: file }).catch(() => null);
  if (!sent?.ok) throw new Error(words.notSent);
  const { body: media } = await ask('POST', `/v1/media/${id}/complete`);
  if (media.status !== 'ready') throw new Error(media.problems.map((problem) => problem.message).join(' ') || words.notSent);
  shown.set(media.id, { url: URL.createObjectURL(file), width: media.width, height: media.height, duration_ms: media.duration_ms, warnings: media.warnings });
  return media;
}

/** Chooses a file, or shows the one that is chosen; `onChange` gets its id and name, both empty where it is taken away. */
export function FileField({ id, name, onChange }) {
  const input = useRef(null);
  const sending = useAction(async () => {
    const file = input.current.files[0];
    if (!file) return;
    const media = await upload(file);
    const media_type = VIDEOS.includes(file.type) ? 'video' : 'media';
    onChange({ media_id: media.id, media_name: media.name ?? file.name, media_type, cover_at: '1', cover_id: '' });
  });
  if (id) {
    return html`<div class="field"><p><strong>${words.chosen}</strong> ${name || words.unnamed}</p>
      ${(seenHere(id)?.warnings ?? []).map((warning) => html`<p class="hint">${warning.message}</p>`)}
      <${Button} onClick=${() => (sending.clear(), onChange({ media_id: '', media_name: '', media_type: 'image_url' }))}>${words.other}<//></div>`;
  }
  return html`
    <div class="field">
      <label for="own-file">${words.label}</label>
      <input id="own-file" type="file" accept=${[...IMAGES, ...VIDEOS].join(',')} ref=${input} disabled=${sending.busy} aria-describedby="own-file-hint"
        onChange=${() => sending.run()} />
      <p class="hint" id="own-file-hint" role="status">${sending.busy ? words.sending : words.hint}</p>
      <${Failure} error=${sending.error} />
    </div>
  `;
}

/** The last second of a video that can be its cover. */
const lastSecond = (id) => (seenHere(id)?.duration_ms ? Math.floor(seenHere(id).duration_ms / 1000) : null);

/** What is wrong with the cover of a video; nothing where it has none of its own. */
export function coverObjection({ media_type, media_id, cover_at, cover_id }) {
  if (media_type !== 'video' || cover_id) return null;
  const last = lastSecond(media_id) ?? LONGEST_S;
  return /^\d{1,4}$/.test(cover_at.trim()) && Number(cover_at) <= last ? null : words.coverWrong(last);
}

/** Which second of the video is its cover. */
export function CoverField({ content, error, onChange }) {
  if (content.media_type !== 'video') return null;
  if (content.cover_id) return html`<p class="hint">${words.coverFile}</p>`;
  return html`<${Field} label=${words.cover} hint=${words.coverHint(lastSecond(content.media_id))} error=${coverObjection(content) ?? error}>
    ${(given) => html`<input ...${given} inputmode="numeric" value=${content.cover_at} onInput=${(event) => onChange({ cover_at: event.target.value })} />`}
  <//>`;
}
