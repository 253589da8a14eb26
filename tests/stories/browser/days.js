// Days and times of the calendar, across changes of the clocks in zones that are difficult. The arguments are the script of
// the scripts and what is called with everything that is wrong.
const [script, done] = arguments;

const ZONES = [
  'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Africa/Cairo',
  'America/Havana', 'America/Santiago', 'Africa/Casablanca', 'America/St_Johns', 'UTC',
];

const wrong = [];
const same = (what, found, expected) => {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    wrong.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
};

function months(days) {
  for (const first of [1, 6, 7]) {
    for (let month = 0; month < 72; month += 1) {
      const day = days.addMonths('2025-01-15', month);
      const shown = days.weeksOf(day, first).flat();
      same(`${day} begins on`, days.weekday(shown[0]), first);
      same(`${day} has all its days`, days.monthOf(day).every((one) => shown.includes(one)), true);
      for (let i = 1; i < shown.length; i += 1) same(`after ${shown[i - 1]}`, days.daysBetween(shown[i - 1], shown[i]), 1);
    }
  }
  same('the last of a month', days.addMonths('2027-01-31', 1), '2027-02-28');
}

function everyDay(days, zone) {
  for (let day = '2026-01-01'; day < '2028-01-01'; day = days.addDays(day, 1)) {
    const start = +days.startOf(day, zone);
    same(`${zone}: the start of ${day}`, [days.dayOf(start, zone), days.dayOf(start - 1, zone)], [day, days.addDays(day, -1)]);
    const minutes = (+days.startOf(days.addDays(day, 1), zone) - start) / 60_000;
    same(`${zone}: the length of ${day}`, minutes, 1440 - days.clockChange(day, zone));
  }
}

/** Moved to another day, a pin keeps its time on the clock, unless that is skipped there. */
function moves(days, time, zone) {
  let seed = 12_345;
  const draw = (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  for (let i = 0; i < 1000; i += 1) {
    const at = new Date(Date.UTC(2026, 0, 1) + draw(730 * 1440) * 60_000);
    const day = days.addDays('2026-01-01', draw(730));
    const moved = days.toDay(at, day, zone);
    const [before, after] = [time.fields(at, zone), time.fields(moved.at, zone)];
    same(`${zone}: ${at.toISOString()} is moved to`, days.dayOf(moved.at, zone), day);
    if (moved.kind !== 'gap') same(`${zone}: ${at.toISOString()} keeps`, [after.hour, after.minute], [before.hour, before.minute]);
    same(`${zone}: ${at.toISOString()} as it is typed`, +time.fromInput(time.toInput(at, zone), zone).at <= +at, true);
  }
}

function known(days, time) {
  const iso = ({ at, kind }) => `${at.toISOString()} ${kind}`;
  same('half past two is skipped in Berlin', iso(days.toDay('2027-03-27T01:30:00Z', '2027-03-28', 'Europe/Berlin')), '2027-03-28T01:30:00.000Z gap');
  same('half past two comes twice in Berlin', iso(days.toDay('2027-10-30T00:30:00Z', '2027-10-31', 'Europe/Berlin')), '2027-10-31T00:30:00.000Z fold');
  same('half an hour in Lord Howe', Math.abs(days.clockChange('2026-10-04', 'Australia/Lord_Howe')), 30);
  same('midnight is skipped in Cairo', days.startOf('2027-04-30', 'Africa/Cairo').toISOString(), '2027-04-29T22:00:00.000Z');
  same('Kathmandu', time.offsetText('2027-01-01T00:00:00Z', 'Asia/Kathmandu'), '+05:45');
}

(async () => {
  const { load } = await import(script);
  const [days, time] = ['./calendar-days.js', './time.js'].map(load);
  months(days);
  known(days, time);
  for (const zone of ZONES) {
    everyDay(days, zone);
    moves(days, time, zone);
  }
  return wrong.slice(0, 20);
})().then(done, (error) => done([String(error)]));
