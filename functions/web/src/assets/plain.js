// What the API says is also for programs: here it is said as on a page, without routes, fields, ids and times for machines.

import { t } from './texts.js';
import { dateTime } from './time.js';

const words = t.plain;

// Names of settings and fields, as in "raise the daily limit (pins_per_day)".
const NAMES = / \([a-z]+(?:_[a-z]+)+(?:,[^)]*)?\)/g;

// A sentence with one of these says what a program is to do.
const FOR_PROGRAMS = /\/v1\/|…\/|\b(GET|POST|PUT|PATCH|DELETE)\b|Idempotency-Key|If-Match|\bsource_type\b|\{"?/;

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g;
const IDS = /(?:\b(?:the |The )?(?:pin|file|account|template|import)\s+)?\b(pin|media|acc|tpl|imp)_[a-z2-7]{20,}/g;

/** What is wrong with a field, in words for whoever filled it in. */
export function plainError({ field, code, message, ...rest }) {
  const moment = message.match(MOMENT)?.[0];
  const own = words.errors[code]?.(moment && dateTime(moment));
  return { ...rest, field, code, message: own ?? plain(message) };
}

/** A message without the sentences that are for programs. */
export function plain(message) {
  const kept = message.split(/(?<=[.!?])\s+/).filter((sentence) => !FOR_PROGRAMS.test(sentence)).join(' ').replace(NAMES, '');
  const told = (kept || words.otherwise).replace(MOMENT, (moment) => dateTime(moment));
  return told.replace(IDS, (_, kind, at) => (at === 0 ? words.ids[kind].replace(/^./, (letter) => letter.toUpperCase()) : words.ids[kind]));
}
