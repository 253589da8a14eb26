// What a pin shows: its fields with Pinterest's limits, its picture, and how it will look.

import { CoverField, coverObjection, FileField, seenHere } from './compose-file.js';
import { get } from './api.js';
import { errorOf } from './compose-errors.js';
import { titleOf } from './file-names.js';
import { BoardName } from './compose-place.js';
import { Avatar, Field, canBeShown, html, useEffect, useRef, useState } from './parts.js';
import { t } from './texts.js';
import { addressOf, length } from './thumb.js';

const words = t.compose;

export const LIMITS = { title: 100, description: 800, alt_text: 500, link: 2048, url: 2048 };

// What can be declared of AI, in the order of the API.
const AI = ['ai_modified', 'synthetic_performer'];

// The fields of the API that have a place on the pages.
export const MARKED = /^(targets|board_id|section_id|publish_at|content\.(title|description|alt_text|link|media|ai_disclosures))/;

/** What `onChange` is called with is the name of the field that was changed, and all of the content. */
export function ContentFields({ content, picture, errors, onChange, onMany = null }) {
  const [left, setLeft] = useState({});
  const field = (name, label, hint, control) => {
    const isAddress = name === 'url' || name === 'link';
    const wrong = objections(content).find((one) => one.field === fieldOf(name));
    // Nobody is told that an address is incomplete while they write it.
    const shown = wrong && (!isAddress || (left[name] && content[name])) ? wrong.message : errorOf(errors, fieldOf(name));
    const rest = LIMITS[name] - count(content[name]);
    const told = [hint, (!isAddress || rest < 100) && rest >= 0 && words.count(count(content[name]), LIMITS[name])].filter(Boolean).reverse().join(' · ');
    const put = (value) => onChange(name, { ...content, [name]: value });
    const leave = ({ target }) => {
      // A line that appears at once would move away what is being pressed.
      setTimeout(() => setLeft((before) => ({ ...before, [name]: true })), 250);
      if (isAddress && completed(target.value) !== target.value) put(completed(target.value));
    };
    return html`<${Field} label=${label} hint=${told} error=${shown} optional=${name !== 'url'}>
      ${(given) => control({ ...given, value: content[name], onInput: (event) => put(event.target.value), onBlur: leave })}
    <//>`;
  };
  // A new pin is called after its file until somebody calls it otherwise.
  const title = (part) => (onMany && part.media_name && !content.title ? { title: titleOf(part.media_name) } : {});
  return html`
    <${FileField} id=${content.media_id} name=${content.media_name} preview=${picture.preview} canHave=${!content.slides} onMany=${onMany}
      onChange=${(part) => onChange('url', { ...content, ...title(part), ...part })} />
    ${!content.media_id && !content.slides && field('url', words.picture.label, words.picture.hint, (given) => html`<input type="url" inputmode="url" ...${given} />`)}
    <${CoverField} content=${content} error=${errorOf(errors, 'content.media.cover')} onChange=${(part) => onChange('url', { ...content, ...part })} />
    ${(content.media_id || content.slides) && errorOf(errors, 'content.media') && html`<p class="error">${errorOf(errors, 'content.media')}</p>`}
    <p class="told" role="status">${about(picture)}</p>
    ${field('title', words.fields.title, words.hints.title, (given) => html`<input ...${given} />`)}
    ${field('description', words.fields.description, words.hints.description, (given) => html`<textarea ...${given}></textarea>`)}
    ${field('alt_text', words.fields.alt_text, words.hints.alt_text, (given) => html`<textarea rows="2" ...${given}></textarea>`)}
    ${field('link', words.fields.link, words.hints.link, (given) => html`<input type="url" inputmode="url" ...${given} />`)}
    <${AiFields} value=${content.ai} error=${errorOf(errors, 'content.ai_disclosures')} onChange=${(ai) => onChange('ai_disclosures', { ...content, ai })} />
    ${isAddress(content.link) && html`<p class="told"><a href=${content.link} target="_blank" rel="noopener noreferrer">${words.open}</a></p>`}
  `;
}

/** What was made with AI: each box is a declaration, and there is none that says that nothing was. */
export function AiFields({ id = '', value, error, onChange }) {
  const chosen = value ? value.split(' ') : [];
  const toggle = (word) => AI.filter((one) => (one === word) !== chosen.includes(one)).join(' ');
  return html`<fieldset class="ai">
    <legend>${words.ai.title}</legend>
    ${AI.map((word) => html`<div class="check" key=${word}>
      <input type="checkbox" id=${`ai-${word}${id}`} checked=${chosen.includes(word)} onChange=${() => onChange(toggle(word))} />
      <label for=${`ai-${word}${id}`}>${words.ai[word]}</label>
    </div>`)}
    <p class="hint">${words.ai.hint}</p>
    ${error && html`<p class="error">${error}</p>`}
  </fieldset>`;
}

/** As the API names a field of the content. */
export const fieldOf = (name) => (name === 'url' ? 'content.media' : `content.${name}`);

/** Characters as Pinterest counts them. */
const count = (text) => [...text].length;

export function isAddress(text) {
  if (!URL.canParse(text) || /\s/.test(text)) return false;
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) && url.host !== '' && url.username === '' && url.password === '';
}

/** `example.com/cake` as it is meant. */
export function completed(text) {
  const bare = text.trim();
  return /^[\w-]+(\.[\w-]+)+([/?#]\S*)?$/.test(bare) ? `https://${bare}` : bare;
}

/** What can be said to be wrong with the content without asking. */
export function objections(content) {
  const found = Object.entries(LIMITS).filter(([name, limit]) => count(content[name]) > limit)
    .map(([name, limit]) => ({ field: fieldOf(name), message: words.tooLong(limit, count(content[name]) - limit) }));
  if (content.link.trim() && !isAddress(content.link)) found.push({ field: 'content.link', message: words.address });
  const cover = coverObjection(content);
  if (cover) found.push({ field: 'content.media.cover', message: cover });
  if (!content.media_id && !content.slides && !isAddress(content.url)) {
    found.push({ field: 'content.media', message: content.url.trim() ? words.address : words.picture.missing });
  }
  return found;
}

export function asContent({ title, description, alt_text, link, ai, ...shown }) {
  const texts = Object.entries({ title, description, alt_text, link }).map(([name, text]) => [name, text || null]);
  return { ...Object.fromEntries(texts), ai_disclosures: ai ? ai.split(' ') : [], media: asMedia(shown) };
}

/** What a form shows, as the API takes it. */
export function asMedia({ media_type, url, media_id, cover_at, cover_id, slides }) {
  if (slides) return { source_type: 'carousel', items: JSON.parse(slides) };
  if (!media_id) return { source_type: 'image_url', url };
  if (media_type !== 'video') return { source_type: 'media', media_id };
  return { source_type: 'video', media_id, cover: cover_id ? { media_id: cover_id } : { at_seconds: Number(cover_at) } };
}

export function fromContent(content) {
  const texts = ['title', 'description', 'alt_text', 'link'].map((name) => [name, content?.[name] ?? '']);
  const { source_type: media_type = 'image_url', url = '', media_id = '', cover, items } = content?.media ?? {};
  // Texts only, so that two forms are compared field by field.
  const about = { cover_at: String(cover?.at_seconds ?? 1), cover_id: cover?.media_id ?? '', slides: items ? JSON.stringify(items) : '' };
  const ai = (content?.ai_disclosures ?? []).join(' ');
  return { ...Object.fromEntries(texts), ai, url, media_id, media_name: '', media_type, ...about };
}

/**
 * How the picture of that content is: `{state: none | insecure | loading | shown | still | failed | hidden, isVideo, kind, url, width,
 * height, preview}`. Of a file that was uploaded earlier it is a small picture (`still`), which `known` may say already.
 */
export function usePicture({ url, media_id, media_type, slides, cover_id }, known = null) {
  const [picture, setPicture] = useState({ state: 'none' });
  const isTyped = useRef(false);
  const id = slides ? JSON.parse(slides)[0].media_id : cover_id || media_id;
  const kind = slides ? 'carousel' : media_type === 'video' ? 'video' : 'image';
  useEffect(() => {
    if (id) {
      const seen = seenHere(id);
      if (seen && !slides && !cover_id) return setPicture({ state: 'shown', isVideo: kind === 'video', kind, ...seen });
      const show = (preview) => setPicture({ ...preview, state: preview.url ? 'still' : 'hidden', url: addressOf(preview), kind, preview: { ...preview, kind } });
      if (seen || known) return show(seen?.preview ?? known);
      setPicture({ state: 'loading', kind });
      const asking = new AbortController();
      get(`/v1/media/${id}`, { signal: asking.signal }).then(({ preview }) => show(preview))
        .catch((error) => asking.signal.aborted || setPicture({ state: error.status === 404 ? 'gone' : 'failed', kind }));
      return () => asking.abort();
    }
    if (!isAddress(url)) return setPicture({ state: 'none' });
    if (!canBeShown(url)) return setPicture({ state: 'insecure' });
    setPicture({ state: 'loading' });
    const image = new Image();
    image.referrerPolicy = 'no-referrer';
    image.onload = () => setPicture({ state: 'shown', kind, url, width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => setPicture({ state: 'failed' });
    // Not while the address is being typed.
    const timer = setTimeout(() => (image.src = url), isTyped.current ? 400 : 0);
    isTyped.current = true;
    return () => (clearTimeout(timer), (image.onload = image.onerror = null));
  }, [url, id, kind, known?.url]);
  return picture;
}

/** How the picture suits Pinterest, in words. */
function about({ state, isVideo, kind, width, height }) {
  if (!['shown', 'still'].includes(state) || !width) return words.picture[state] ?? '';
  if (kind === 'carousel') return words.picture.carousel;
  if (isVideo || kind === 'video') return `${words.picture.size(width, height)}. ${words.picture.video}`;
  return `${words.picture.size(width, height)}, ${suits(width, height)}`;
}

/** How an image or a video suits Pinterest, as short as a card has room for. */
export function shapeOf(preview) {
  if (!preview?.width) return '';
  if (preview.kind === 'carousel') return words.picture.slides;
  return preview.kind === 'video' ? `${preview.width} × ${preview.height}` : suits(preview.width, preview.height).replace(/^./, (letter) => letter.toUpperCase());
}

function suits(width, height) {
  const ratio = width / height;
  const told = ratio >= 1 ? `${ratio.toFixed(2)}:1` : `1:${(1 / ratio).toFixed(2)}`;
  const shape = Math.abs(ratio - 1) < 0.02 ? words.picture.square : ratio > 0.75 ? words.picture.wide(told) : ratio < 0.6 ? words.picture.tall(told) : words.picture.fits;
  const size = width < 200 ? words.picture.tiny : width < 600 ? words.picture.small : '';
  return `${shape} ${size}`.trim();
}

const slideCount = ({ slides }) => (slides ? JSON.parse(slides).length : '');

/** A pin as it will look at Pinterest. */
export function PinPreview({ content, picture: found, account, board }) {
  const [broken, setBroken] = useState(null);
  const picture = broken && broken === found.url ? { state: 'failed' } : found;
  return html`
    <article class="pin-preview">
      ${picture.state === 'shown' && picture.isVideo
        ? html`<video src=${picture.url} controls muted playsinline aria-label=${words.preview.alt}></video>`
        : ['shown', 'still'].includes(picture.state)
        ? html`<span class="whole">
            <img src=${picture.url} alt=${content.alt_text || words.preview.alt} width=${picture.width} height=${picture.height}
              style=${picture.preview?.color ? { background: picture.preview.color } : null} referrerpolicy=${picture.state === 'shown' ? 'no-referrer' : null} onError=${() => setBroken(picture.url)} />
            ${picture.kind !== 'image' && html`<span class="badge kind">${picture.kind === 'video' ? `▶ ${picture.duration_ms ? length(picture.duration_ms) : ''}` : `▣ ${slideCount(content)}`}</span>`}
          </span>`
        : html`<div class="no-picture">${words.preview[picture.state] ?? words.preview.noPicture}</div>`}
      ${isAddress(content.link) && html`<p class="quiet host">${new URL(content.link).host.replace(/^www\./, '')}</p>`}
      <p class="name">${content.title || html`<span class="quiet">${words.preview.noTitle}</span>`}</p>
      ${content.description && html`<p class="text">${content.description}</p>`}
      ${account && html`<p class="row by"><${Avatar} account=${account} />
        <span><strong>${account.username}</strong>
          ${board && html`<br /><span class="quiet"><${BoardName} account=${account.id} board=${board} /></span>`}</span></p>`}
    </article>
  `;
}
