// The state of a pin in words.

import { zoneInUse } from './compose-time.js';
import { t } from './texts.js';
import { clock, dateTime, exact, fields, relative } from './time.js';

const words = t.pin;

/** `14:05`, with its day where that is not today. */
function nearTime(at) {
  const [one, two] = [fields(at, zoneInUse()), fields(Date.now(), zoneInUse())];
  const isToday = one.year === two.year && one.month === two.month && one.day === two.day;
  return isToday ? clock(at, zoneInUse()) : dateTime(at, zoneInUse());
}

/** The state of a pin as a sentence. */
export function inWords(pin) {
  const say = words.state;
  const why = pin.reason && (words.why[pin.reason.code] ?? pin.reason.message.replace(/\.$/, ''));
  const next = pin.next_attempt_at && nearTime(pin.next_attempt_at);
  switch (pin.status) {
    case 'scheduled':
      if (why && next) return say.again(next, why);
      if (Date.parse(pin.publish_at) <= Date.now()) return say.due;
      return say.scheduled(dateTime(pin.publish_at, zoneInUse()), relative(pin.publish_at));
    case 'publishing':
      if (pin.reason?.code !== 'checking') return say.publishing;
      return next ? say.checkingUntil(next) : say.checking;
    case 'published':
      return say.published(exact(pin.published_at, zoneInUse()), late(pin.lateness_ms));
    case 'held':
      return `${pin.held_until ? say.heldUntil(nearTime(pin.held_until), why) : say.held(why)}${pin.ahead === null ? '' : ` ${say.ahead(pin.ahead)}`}`;
    case 'failed':
      return say.failed(whyRejected(pin) ?? why);
    default:
      return say[pin.status];
  }
}

/** Why a pin failed, as a headline: Pinterest's words where we have none of our own. */
export function causeOf(pin) {
  const { reason, attempts } = pin;
  const told = reason?.code === 'rejected' && attempts.findLast((attempt) => attempt.outcome === 'refused')?.message;
  const why = told || words.why[reason?.code] || reason?.message || t.status.failed;
  return why.replace(/\.$/, '').replace(/^./, (letter) => letter.toUpperCase());
}

/** Pinterest's own words where it rejected a pin for what we have no words for. */
function whyRejected({ reason, attempts }) {
  const told = reason?.code === 'rejected' && attempts.findLast((attempt) => attempt.outcome === 'refused')?.message;
  return told ? words.rejectedWith(told.replace(/\.$/, '')) : null;
}

export function late(ms) {
  if (ms < 1000) return words.late.onTime;
  if (ms < 60_000) return words.late.seconds(Math.round(ms / 1000));
  return ms < 3_600_000 ? words.late.minutes(Math.round(ms / 60_000)) : words.late.hours(Math.round(ms / 3_600_000));
}
