// A file of one's own as the picture or the video of a pin: announced, uploaded straight to the bucket, and checked.

import { ask } from './api.js';
import { takeFiles, useDroppedFiles } from './drop.js';
import { Failure, Field, html, useAction, useCallback, useEffect, useRef, useState } from './parts.js';
import { asJpeg, thumbnailOf } from './picture-file.js';
import { t } from './texts.js';
import { Thumb } from './thumb.js';

const words = t.compose.file;

const IMAGES = ['image/jpeg', 'image/png'];
const VIDEOS = ['video/mp4', 'video/quicktime', 'video/x-m4v'];
// Those that a browser may be able to turn into JPEGs.
const OTHER_IMAGES = ['image/webp', 'image/heic', 'image/heif', 'image/avif'];

/** What can be chosen as a file. */
export const ACCEPTED = [...IMAGES, ...VIDEOS, ...OTHER_IMAGES].join(',');

const LONGEST_S = 15 * 60;

// What was uploaded in this tab, as it can be shown without asking: the address of the bytes, width, height and length.
const shown = new Map();

/** How an uploaded file looks, where it was uploaded in this tab. */
export const seenHere = (id) => shown.get(id) ?? null;

/** The file as Pinterest takes it: other pictures that this browser can read become JPEGs. */
async function suitable(file) {
  if (VIDEOS.includes(file.type) || IMAGES.includes(file.type)) return file;
  const converted = file.type.startsWith('image/') ? await asJpeg(file) : null;
  if (!converted) throw unusable(words.wrongType);
  return converted;
}

/** Of a file that does not get better by being sent again. */
const unusable = (message) => Object.assign(new Error(message), { isFinal: true });

/**
 * Uploads `given` with a thumbnail and has it checked; answers the media, or throws what a person can do. `onProgress` gets how
 * much of it is there, from 0 to 1.
 */
export async function upload(given, onProgress = null) {
  const file = await suitable(given);
  const isVideo = VIDEOS.includes(file.type);
  if (file.size > (isVideo ? 2e9 : 20e6)) throw unusable(words.tooLarge(isVideo ? '2 GB' : '20 MB'));
  const small = await thumbnailOf(file, isVideo);
  const announced = { content_type: file.type, size: file.size, name: file.name.slice(0, 200) };
  if (small) Object.assign(announced, { thumbnail: { content_type: small.blob.type, size: small.blob.size }, color: small.color });
  const { upload: signed, thumbnail_upload: signedSmall, id } = (await ask('POST', '/v1/media', { body: announced })).body;
  const [sent] = await Promise.all([put(signed, file, onProgress), signedSmall && put(signedSmall, small.blob)]);
  if (!sent?.ok) throw new Error(words.notSent);
  const { body: media } = await ask('POST', `/v1/media/${id}/complete`);
  const why = media.problems.map((problem) => problem.message).join(' ');
  if (media.status !== 'ready') throw why ? unusable(why) : new Error(words.notSent);
  // The file is shown without its thumbnail, which is nothing that a person could do something about.
  const warnings = media.warnings.filter(({ code }) => !code.startsWith('thumbnail_'));
  shown.set(media.id, { url: URL.createObjectURL(file), width: media.width, height: media.height, duration_ms: media.duration_ms, warnings, preview: media.preview });
  return { media, isVideo };
}

/** Sends the bytes; `fetch` would not say how many are there. */
function put({ url, method, headers }, body, onProgress = null) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onProgress) request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onload = () => done({ ok: request.status >= 200 && request.status < 300 });
    request.onerror = request.onabort = () => done(null);
    request.send(body);
  });
}

/**
 * Chooses, drops or pastes a file, or shows the one that is chosen; `onChange` gets its id and name, both empty where it is
 * taken away. `preview` is how the chosen one is shown, and `onMany` gets several files at once.
 */
export function FileField({ id, name, preview, canHave = true, onMany = null, onChange }) {
  const input = useRef(null);
  const [more, setMore] = useState(0);
  const told = useRef(null);
  told.current = onChange;
  const sending = useAction(async (files) => {
    if (!files?.[0]) return;
    if (files.length > 1 && onMany) return onMany(files);
    setMore(files.length - 1);
    const { media, isVideo } = await upload(files[0]);
    // The form may have been filled in meanwhile.
    told.current({ url: '', media_id: media.id, media_name: media.name ?? files[0].name, media_type: isVideo ? 'video' : 'media', cover_at: '1', cover_id: '' });
  });
  const latest = useRef(null);
  latest.current = (files) => canHave && sending.run(files);
  useDroppedFiles(useCallback((files) => latest.current(files), []));
  useEffect(() => latest.current(takeFiles()), []);
  const remove = () => (sending.clear(), onChange({ media_id: '', media_name: '', media_type: 'image_url' }));
  if (!canHave) return null;
  const chooser = (label) => html`<label class=${id ? 'button' : 'button choose'} for="own-file">${label}</label>
    <input id="own-file" class="own-file" type="file" multiple=${Boolean(onMany)} accept=${ACCEPTED} ref=${input} disabled=${sending.busy}
      aria-describedby="own-file-hint" onChange=${() => (sending.run([...input.current.files]), (input.current.value = ''))} />`;
  return html`
    <div class=${id ? 'field file chosen' : 'field file drop-zone'}>
      ${id && html`<${Thumb} preview=${seenHere(id)?.preview ?? preview} size="card" />`}
      <div>
        ${id ? html`<p class="file-name"><strong>${words.chosen}</strong> ${name || words.unnamed}</p>` : html`<p class="drop-text">${words.drop}</p>`}
        <div class="row">${chooser(id ? words.other : words.label)}${id && html`<button type="button" class="button plain" onClick=${remove}>${words.remove}</button>`}</div>
        ${(seenHere(id)?.warnings ?? []).map((warning) => html`<p class="hint">${warning.message}</p>`)}
        <p class="hint" id="own-file-hint" role="status">${sending.busy ? words.sending : id ? '' : words.hint}</p>
        ${more > 0 && html`<p class="hint">${words.onlyFirst(more + 1)}</p>`}
        <${Failure} error=${sending.error} />
      </div>
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

/** What is shown of a video before it plays: one of its own pictures, or an image. */
export function CoverField({ content, error, onChange }) {
  const own = useRef(null);
  const sending = useAction(async ([file]) => {
    if (!file) return;
    if (VIDEOS.includes(file.type)) throw new Error(words.coverNoImage);
    onChange({ cover_id: (await upload(file)).media.id });
  });
  if (content.media_type !== 'video') return null;
  if (content.cover_id) {
    return html`<p class="row"><span class="hint">${words.coverFile}</span> <button type="button" class="button plain" onClick=${() => onChange({ cover_id: '' })}>${words.coverFrame}</button></p>`;
  }
  const last = lastSecond(content.media_id);
  const put = (event) => onChange({ cover_at: event.target.value });
  const input = `cover-${content.media_id}`;
  return html`
    <${Field} label=${words.cover} hint=${words.coverHint(last)} error=${coverObjection(content) ?? error}>
      ${(given) => html`<div class="cover-frame">
        ${last !== null && html`<${Frame} id=${content.media_id} at=${content.cover_at} /><input type="range" min="0" max=${last} step="1" value=${content.cover_at} aria-label=${words.coverSlider} onInput=${put} />`}
        <input ...${given} class="short" inputmode="numeric" value=${content.cover_at} onInput=${put} /></div>`}
    <//>
    <div class="field file"><label class="button" for=${input}>${sending.busy ? words.sending : words.coverOwn}</label>
      <input id=${input} class="own-file" type="file" accept=${[...IMAGES, ...OTHER_IMAGES].join(',')} ref=${own} disabled=${sending.busy} onChange=${() => (sending.run([...own.current.files]), (own.current.value = ''))} /></div>
    <${Failure} error=${sending.error} />
  `;
}

/** The picture of a video at that second; of one that was chosen in this tab. */
function Frame({ id, at }) {
  const video = useRef(null);
  useEffect(() => {
    if (Number.isFinite(Number(at))) video.current.currentTime = Number(at);
  }, [at]);
  return html`<video ref=${video} src=${seenHere(id).url} muted playsinline preload="auto" aria-hidden="true"></video>`;
}
