// CSV files as spreadsheets write them: taken apart into cells, and put together again for the API.

/** The columns that the API knows, under the names that files are sent with. */
export const COLUMNS = ['Media URL', 'Title', 'Pinterest board', 'Publish date', 'Time', 'Description', 'Link', 'Alt text', 'Section', 'Account', 'Thumbnail', 'AI', 'Keywords'];

// What other programs call them, in small letters.
const OTHERS = {
  'Media URL': ['media file url', 'image url', 'image', 'photo', 'picture', 'media', 'file', 'video url', 'filename', 'file name'],
  Title: ['pin title', 'name', 'headline'],
  'Pinterest board': ['board', 'board name', 'boards'],
  'Publish date': ['date', 'scheduled date', 'publish at', 'schedule', 'scheduled at', 'datetime', 'date time'],
  Time: ['publish time', 'scheduled time'],
  Description: ['pin description', 'text', 'caption'],
  Link: ['destination link', 'url', 'destination url', 'pin link', 'website'],
  'Alt text': ['alt', 'alternative text'],
  Section: ['board section'],
  Account: ['username', 'profile'],
  Thumbnail: ['cover', 'cover time'],
  AI: ['ai disclosure', 'ai disclosures'],
  Keywords: ['tags', 'keywords or tags', 'hashtags'],
};

/** The text of a file; what is no UTF-8 is what spreadsheets on Windows write. */
export async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The records of a text, each a list of cells. */
function recordsOf(text, separator) {
  const records = [];
  let [cells, cell, isQuoted] = [[], '', false];
  const end = () => (cells.push(cell), (cell = ''));
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (isQuoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') (cell += '"', (at += 1));
      else isQuoted = false;
    } else if (letter === '"' && cell === '') isQuoted = true;
    else if (letter === separator) end();
    else if (letter === '\n' || letter === '\r') {
      if (letter === '\r' && text[at + 1] === '\n') at += 1;
      end();
      records.push(cells);
      cells = [];
    } else cell += letter;
  }
  if (cell !== '' || cells.length > 0) (end(), records.push(cells));
  return records.filter((record) => record.some((each) => each.trim() !== ''));
}

/** `{columns, rows}`: the name that each column is sent with, empty where nobody knows, and the cells of each row. */
export function parse(text) {
  const clean = text.replace(/^\uFEFF/, '').replace(/^sep=.\r?\n/i, '');
  const head = clean.slice(0, clean.search(/[\r\n]|$/));
  const separator = [',', ';', '\t'].toSorted((one, two) => head.split(two).length - head.split(one).length)[0];
  const [names = [], ...records] = recordsOf(clean, separator);
  const columns = [];
  for (const name of names) {
    const meant = columnOf(name);
    columns.push(columns.includes(meant) ? '' : meant);
  }
  return { names: names.map((name) => name.trim()), columns, rows: records.map((cells) => names.map((_, index) => (cells[index] ?? '').trim())) };
}

function columnOf(name) {
  const plain = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return COLUMNS.find((column) => column.toLowerCase() === plain) ?? COLUMNS.find((column) => OTHERS[column].includes(plain)) ?? '';
}

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** `{text, lines}`: a file of these columns, and the line on which each row begins. */
export function write(columns, rows) {
  const used = columns.flatMap((column, index) => (column ? [index] : []));
  let line = 2;
  const lines = [];
  const records = rows.map((cells) => {
    lines.push(line);
    const record = used.map((index) => quoted(cells[index] ?? '')).join(',');
    line += record.split('\n').length;
    return record;
  });
  return { text: [used.map((index) => quoted(columns[index])).join(','), ...records].join('\n') + '\n', lines };
}
