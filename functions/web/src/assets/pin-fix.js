// A pin that Pinterest rejected: what is to be mended, and one button that saves it and tries again.

import { completed, fromContent, isAddress } from './compose-content.js';
import { errorOf } from './compose-errors.js';
import { FileField } from './compose-file.js';
import { boardsOf } from './compose-place.js';
import { Refusal } from './compose.js';
import { Button, Field, html, useAction, useData, useState } from './parts.js';
import { mediaChange } from './pin-fields.js';
import { savePin } from './pin-save.js';
import { announce } from './history.js';
import { t } from './texts.js';

const words = t.pin;

// By the reason, what has to be another.
const FIELDS = {
  link_blocked: 'link', link_invalid: 'link', site_forbids_saving: 'link',
  image_unreadable: 'picture', image_unreachable: 'picture', image_too_small: 'picture',
  board_not_found: 'board', not_permitted: 'board', section_not_found: 'section',
};

/** What has to be changed before another try can help: `link`, `picture`, `board`, `section`, or null where nobody knows. */
export const fieldToFix = (pin) => (pin.status === 'failed' || pin.status === 'held' ? FIELDS[pin.reason?.code] ?? null : null);

export function Fix({ pin, etag, reload, onSaid }) {
  const field = fieldToFix(pin);
  const [content, setContent] = useState(() => fromContent(pin.content));
  const [board, setBoard] = useState(pin.board_id);
  const [isLeft, setLeft] = useState(false);
  const saving = useAction(async () => {
    const body = { publish_at: 'now' };
    if (field === 'link' && content.link !== (pin.content.link ?? '')) body.content = { link: completed(content.link.trim()) || null };
    if (field === 'picture') body.content = mediaChange(content, pin);
    if (board !== pin.board_id) Object.assign(body, { board_id: board, section_id: null });
    if (field === 'section') body.section_id = null;
    try {
      announce(await savePin(pin, etag, body));
      onSaid(words.fix.done);
    } finally {
      await reload();
    }
  });
  const change = (part) => (saving.clear(), setContent((before) => ({ ...before, ...part })));
  const errors = saving.error?.errors ?? [];
  const badLink = isLeft && content.link && !isAddress(content.link) ? t.compose.address : errorOf(errors, 'content.link');
  const submit = (event) => (event.preventDefault(), saving.run());
  return html`
    <form class="fix" onSubmit=${submit} noValidate>
      ${field === 'link' && html`<${Field} label=${t.compose.fields.link} hint=${words.fix.link} error=${badLink}>
        ${(given) => html`<input type="url" inputmode="url" ...${given} value=${content.link} onBlur=${() => setLeft(true)} onInput=${(event) => change({ link: event.target.value })} />`}<//>`}
      ${field === 'picture' && html`
        <${FileField} id=${content.media_id} name=${content.media_name} canHave=${!content.slides} onChange=${change}
          preview=${content.media_id === (pin.content.media.media_id ?? '') ? pin.preview : undefined} />
        ${!content.media_id && !content.slides && html`<${Field} label=${t.compose.picture.label} error=${errorOf(errors, 'content.media')}>
          ${(given) => html`<input type="url" inputmode="url" ...${given} value=${content.url} onInput=${(event) => change({ url: event.target.value })} />`}<//>`}`}
      ${field === 'board' && html`<${BoardField} pin=${pin} value=${board} error=${errorOf(errors, 'board_id')} onChange=${(id) => (saving.clear(), setBoard(id))} />`}
      ${field === 'section' && html`<p>${words.fix.section}</p>`}
      <${Refusal} error=${saving.error} marked=${/^(content\.(link|media)|board_id)/} />
      <p class="row"><${Button} kind="primary" busy=${saving.busy} onClick=${saving.run}>${field ? words.fix.go : words.actions.retry}<//></p>
    </form>
  `;
}

function BoardField({ pin, value, error, onChange }) {
  const boards = useData(() => boardsOf(pin.account_id), [pin.account_id]);
  const isKnown = boards.data?.some((one) => one.id === value);
  return html`<${Field} label=${t.compose.where.board} error=${error}>
    ${(given) => html`<select ...${given} value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${!isKnown && html`<option value=${value}>${boards.loading ? t.loading : t.compose.where.unknown}</option>`}
      ${(boards.data ?? []).map((one) => html`<option value=${one.id}>${one.name}</option>`)}
    </select>`}<//>`;
}
