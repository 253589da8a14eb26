// Days, weeks and months, and moving pins among them. A day is a text such as `2027-03-14`, which is in no zone: only the
// functions that are given a zone say which moments belong to it. Nothing here needs a document.

import { fields, moment } from './time.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

// Where a browser does not tell: weeks begin on Sunday or Saturday there, elsewhere on Monday.
const SUNDAY = 'AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW';
const SATURDAY = 'AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY';

/** The day that the calendar of the zone shows at that moment. */
export function dayOf(at, zone) {
  const { year, month, day } = fields(at, zone);
  return text(year, month, day);
}

/** Whether that is a day that exists. */
export function isDay(value) {
  return /^\d{4}-\d\d-\d\d$/.test(value ?? '') && asText(asUtc(value)) === value;
}

/** The day as midnight UTC, to be written by a format in UTC. */
export function asUtc(day) {
  const { year, month, day: date } = parts(day);
  return Date.UTC(year, month - 1, date);
}

export function addDays(day, count) {
  return asText(asUtc(day) + count * DAY_MS);
}

/** The same day of another month, or its last one where it has no such day. */
export function addMonths(day, count) {
  const { year, month, day: date } = parts(day);
  const last = new Date(Date.UTC(year, month + count, 0));
  return text(last.getUTCFullYear(), last.getUTCMonth() + 1, Math.min(date, last.getUTCDate()));
}

/** How many days later `to` is. */
export function daysBetween(from, to) {
  return Math.round((asUtc(to) - asUtc(from)) / DAY_MS);
}

/** From 1 for Monday to 7 for Sunday. */
export function weekday(day) {
  return new Date(asUtc(day)).getUTCDay() || 7;
}

/** The day of the week with which weeks begin, from 1 for Monday to 7 for Sunday. */
export function firstDayOfWeek(locale) {
  const known = new Intl.Locale(locale);
  const told = (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay;
  if (told) return told;
  const region = known.maximize().region;
  if (SATURDAY.split(' ').includes(region)) return 6;
  return SUNDAY.split(' ').includes(region) ? 7 : 1;
}

/** The seven days of the week that the day is in. */
export function weekOf(day, firstDay) {
  const start = addDays(day, -((weekday(day) - firstDay + 7) % 7));
  return Array.from({ length: 7 }, (_, index) => addDays(start, index));
}

/** The weeks that show the month of the day, with the days of other months in the first and the last. */
export function weeksOf(day, firstDay) {
  const first = `${day.slice(0, 7)}-01`;
  const end = addDays(addMonths(first, 1), -1);
  const weeks = [];
  for (let week = weekOf(first, firstDay); week[0] <= end; week = weekOf(addDays(week[0], 7), firstDay)) weeks.push(week);
  return weeks;
}

/** Every day of the month that the day is in. */
export function monthOf(day) {
  const first = `${day.slice(0, 7)}-01`;
  return Array.from({ length: daysBetween(first, addMonths(first, 1)) }, (_, index) => addDays(first, index));
}

/** The first moment of the day in the zone, which is not midnight where the clocks skip that. */
export function startOf(day, zone) {
  return moment(parts(day), zone).at;
}

/** By how many minutes the clocks of the zone go forward on that day, or back if negative; 0 on most. */
export function clockChange(day, zone) {
  return (DAY_MS - (startOf(addDays(day, 1), zone) - startOf(day, zone))) / MINUTE_MS;
}

/** Whether the clocks of the zone skip that whole hour of the day. */
export function isSkipped(day, hour, zone) {
  const half = (minute) => moment({ ...parts(day), hour, minute }, zone).kind === 'gap';
  return half(0) && half(30) && half(59);
}

/** The moments by the day that they are on, each day in order: a Map from day to items. */
export function groupByDay(items, zone, at = (item) => item.publish_at) {
  const days = new Map();
  for (const item of inOrder(items, at)) {
    const day = dayOf(at(item), zone);
    if (!days.has(day)) days.set(day, []);
    days.get(day).push(item);
  }
  return days;
}

export function inOrder(items, at = (item) => item.publish_at) {
  return items
    .map((item) => [at(item) ? +new Date(at(item)) : Infinity, item])
    .sort(([one], [two]) => (one === two ? 0 : one - two))
    .map(([, item]) => item);
}

/** The same time of the clock on another day: `{at, kind}` as `moment` says it. */
export function toDay(at, day, zone) {
  return onClock(at, parts(day), zone);
}

/** The same minute of another hour, and of another day. */
export function toHour(at, day, hour, zone) {
  return onClock(at, { ...parts(day), hour }, zone);
}

/** Days keep the time of the clock; hours and minutes are exact, whatever the clocks do. */
export function by(at, { days = 0, hours = 0, minutes = 0 }, zone) {
  const moved = days ? toDay(at, addDays(dayOf(at, zone), days), zone) : { at: new Date(at), kind: null };
  return { at: new Date(+moved.at + hours * HOUR_MS + minutes * MINUTE_MS), kind: moved.kind };
}

/**
 * The moments after `move`, in the order of `items`. None overtakes another: where the clocks skip an hour, what would be in
 * it goes out with what follows, at the earliest.
 */
export function moveAll(items, move, at = (item) => item.publish_at) {
  const sorted = inOrder(items, at);
  const moved = new Map();
  let next = Infinity;
  for (const item of sorted.reverse()) {
    next = Math.min(next, +move(at(item)).at);
    moved.set(item, new Date(next));
  }
  return items.map((item) => moved.get(item));
}

/** All on one day, each at its time of the clock. */
export function allToDay(items, day, zone, at = (item) => item.publish_at) {
  return items.map((item) => toDay(at(item), day, zone).at);
}

function onClock(at, changes, zone) {
  const wall = fields(at, zone);
  const wanted = { ...wall, ...changes };
  // An hour that the clocks show twice is left alone where nothing is to change.
  if (['year', 'month', 'day', 'hour'].every((name) => wall[name] === wanted[name])) return { at: new Date(at), kind: null };
  const { at: found, kind } = moment(wanted, zone);
  return { at: new Date(+found + (+new Date(at) % MINUTE_MS)), kind };
}

function parts(day) {
  const [year, month, date] = day.split('-').map(Number);
  return { year, month, day: date };
}

function asText(utc) {
  const date = new Date(utc);
  return text(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
}

function text(year, month, day) {
  const two = (number) => String(number).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}
