// What was told about a pin: its events, and the webhooks that they were sent to.

import { get } from './api.js';
import { Button, Failure, Tag, html, useAction, useEffect, useState } from './parts.js';
import { platform } from './texts-platform.js';
import { exact } from './time.js';

const words = platform.told;
const { deliveries, types } = platform.webhooks;

// One page looks at 200 events of everything; so many of them are read before somebody is asked whether to go on.
const PAGES = 5;
const MOST = 20;
const KINDS = { delivered: 'ok', pending: 'warn', failed: 'bad' };

export default function Told({ pin, zone }) {
  const [found, setFound] = useState({ events: [], next: null, sent: null });
  const looking = useAction(async () => {
    let { events, next } = found;
    for (let page = 0; page === 0 || (next && page < PAGES); page += 1) {
      const answer = await get(`/v1/events?pin=${pin.id}&limit=100${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
      events = [...events, ...answer.items];
      next = answer.next_cursor;
    }
    setFound({ events, next, sent: await sentTo(events) });
  });
  useEffect(() => {
    looking.run();
  }, [pin.id]);
  if (!looking.busy && !looking.error && found.events.length === 0 && !found.next) return null;
  return html`
    <h3>${words.title}</h3>
    <ol class="plain timeline">
      ${found.events.toReversed().map((event) => html`
        <li key=${event.id}>
          <strong>${types[event.type] ?? event.type}</strong><br /><span class="quiet"><time datetime=${event.timestamp}>${exact(event.timestamp, zone)}</time></span>
          ${(found.sent?.get(event.id) ?? []).map(({ url, status }) => html`
            <p class="url"><${Tag} kind=${KINDS[status]}>${deliveries.statuses[status] ?? status}<//> ${words.to(url)}</p>`)}
        </li>
      `)}
    </ol>
    <${Failure} error=${looking.error} retry=${looking.run} />
    ${found.next && html`<p><${Button} kind="plain" busy=${looking.busy} onClick=${looking.run}>${words.more}<//></p>`}
  `;
}

/** The webhooks that the latest events were sent to, by event. */
async function sentTo(events) {
  const sent = new Map();
  const query = events.slice(-MOST).map(({ id }) => `event=${id}`).join('&');
  if (!query) return sent;
  const { items } = await get('/v1/webhooks?limit=20');
  await Promise.all(items.map(async ({ id, url }) => {
    const answer = await get(`/v1/webhooks/${id}/deliveries?${query}`);
    for (const { event_id: event, status } of answer.items) sent.set(event, [...(sent.get(event) ?? []), { url, status }]);
  }));
  return sent;
}
