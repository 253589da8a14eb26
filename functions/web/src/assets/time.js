// Times as people read and write them: in the zone of their browser unless another is named, right across changes of the
// clocks.

const LOCALE = navigator.language;

/** The zone of this browser, such as `Europe/Berlin`. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map();

function format(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LOCALE, { timeZone: zone, ...options }));
  return formats.get(key);
}

/** `Mon, 1 Feb 2027, 09:30`. */
export function dateTime(at, zone = HERE) {
  return format(zone, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** The same with seconds, for timelines. */
export function exact(at, zone = HERE) {
  return format(zone, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

/** `09:30`. */
export function clock(at, zone = HERE) {
  return format(zone, { timeStyle: 'short' }).format(new Date(at));
}

/** `Monday, 1 February`. */
export function day(at, zone = HERE) {
  return format(zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(at));
}

/** How far the zone is from UTC at that moment, in minutes. */
function offset(at, zone = HERE) {
  const wall = fields(at, zone);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return Math.round((asUtc - Math.floor(+new Date(at) / 1000) * 1000) / 60_000);
}

/** What calendar and clock of the zone show: `{year, month, day, hour, minute, second}`. */
export function fields(at, zone = HERE) {
  const options = {
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn',
  };
  const key = `fields ${zone}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-US', { timeZone: zone, ...options }));
  const parts = formats.get(key).formatToParts(new Date(at));
  return Object.fromEntries(parts.filter((part) => part.type !== 'literal').map((part) => [part.type, Number(part.value)]));
}

/**
 * The moment at which calendar and clock of the zone show that. A time that the clocks skip is taken as if they had not been
 * changed; of a time that they show twice it is the first. Both are told by `kind`: `gap`, `fold`, or null.
 */
export function moment({ year, month, day, hour = 0, minute = 0 }, zone = HERE) {
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  const before = offset(wall - 86_400_000, zone);
  const after = offset(wall + 86_400_000, zone);
  const fitting = [...new Set([before, after])]
    .map((minutes) => wall - minutes * 60_000)
    .filter((at) => at + offset(at, zone) * 60_000 === wall)
    .sort((one, two) => one - two);
  if (fitting.length === 0) return { at: new Date(wall - before * 60_000), kind: 'gap' };
  return { at: new Date(fitting[0]), kind: fitting.length > 1 ? 'fold' : null };
}

/** The value of an `<input type="datetime-local">` that shows the moment. */
export function toInput(at, zone = HERE) {
  const { year, month, day: date, hour, minute } = fields(at, zone);
  const two = (number) => String(number).padStart(2, '0');
  return `${year}-${two(month)}-${two(date)}T${two(hour)}:${two(minute)}`;
}

/** The moment of such a value, with its `kind`; null where it is none. */
export function fromInput(value, zone = HERE) {
  const match = /^(\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(value ?? '');
  if (!match) return null;
  const [year, month, date, hour, minute] = match.slice(1).map(Number);
  return moment({ year, month, day: date, hour, minute }, zone);
}

/** `+01:00`. */
export function offsetText(at, zone = HERE) {
  const minutes = offset(at, zone);
  const two = (number) => String(Math.floor(number)).padStart(2, '0');
  return `${minutes < 0 ? '−' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

/** `in 3 hours`, `5 minutes ago`. */
export function relative(at, now = Date.now()) {
  const seconds = (new Date(at) - now) / 1000;
  const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

/** `14:05`, and before it the day where that is not today: as short as a picture is wide. */
export function soonTime(at, zone = HERE) {
  const [one, two] = [fields(at, zone), fields(Date.now(), zone)];
  const isToday = one.year === two.year && one.month === two.month && one.day === two.day;
  return isToday ? clock(at, zone) : format(zone, { weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(new Date(at));
}

/** For how long it has been so, such as `5 minutes`. */
export function since(at, now = Date.now()) {
  const seconds = Math.max(0, (now - new Date(at)) / 1000);
  const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? ['second', 1];
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(seconds / size));
}

/** Every zone that the browser knows. */
export function zones() {
  return Intl.supportedValuesOf?.('timeZone') ?? [HERE];
}

/**
 * The moment by any `options` of `Intl.DateTimeFormat`, such as `{ month: 'long', year: 'numeric' }`; in the calendar that
 * date fields have, whatever the locale's own.
 */
export function write(at, options, zone = HERE) {
  return format(zone, { calendar: 'gregory', ...options }).format(new Date(at));
}
