//! Comma-separated values as RFC 4180 has them, with the lines on which records begin, and the same with another
//! separator.
//!
//! What is quoted wrongly is noted at its record, not guessed at; only a quote that is never closed makes a file
//! unreadable.

/// How many cells of a record are kept: many times the columns that there are.
const MOST_CELLS: usize = 100;

/// A record of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, the first one being 1.
    pub line: u32,
    /// Its cells, of a record that has very many only the first.
    pub cells: Vec<String>,
    /// How many cells it has.
    pub count: usize,
    /// How many cells it has up to the last one that is not blank.
    pub width: usize,
    /// Whether a cell is quoted in a way that says nothing for certain.
    pub is_misquoted: bool,
}

/// A quote that is opened on this line and never closed.
#[derive(Debug, PartialEq, Eq)]
pub struct Unclosed(pub u32);

/// Reads records one by one from `text`, which begins in `line`. Lines without anything but blank cells are none. They end
/// with LF, CRLF or CR. Nothing comes after an error.
pub fn read(text: &str, line: u32, separator: char) -> Reader<'_> {
    Reader { rest: text, line, separator }
}

/// What is left to be read.
#[derive(Debug)]
pub struct Reader<'t> {
    rest: &'t str,
    line: u32,
    separator: char,
}

/// What ends a cell.
enum End {
    Cell,
    Record,
}

impl Record {
    fn push(&mut self, cell: String) {
        self.count += 1;
        if !cell.trim().is_empty() {
            self.width = self.count;
        }
        if self.count <= MOST_CELLS {
            self.cells.push(cell);
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = Result<Record, Unclosed>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let record = self.record();
            match &record {
                Err(_) => self.rest = "",
                // Spreadsheets write rows that were cleared as nothing but separators.
                Ok(Record { width: 0, is_misquoted: false, .. }) => continue,
                Ok(_) => {}
            }
            return Some(record);
        }
        None
    }
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Record, Unclosed> {
        let mut record = Record { line: self.line, cells: Vec::new(), count: 0, width: 0, is_misquoted: false };
        loop {
            let mut cell = String::new();
            if self.takes('"') {
                self.quoted(&mut cell)?;
                // Nothing but the end of the cell may follow.
                let after = cell.len();
                let end = self.plain(&mut cell);
                record.is_misquoted |= cell.len() > after;
                record.push(cell);
                if let End::Record = end {
                    return Ok(record);
                }
                continue;
            }
            let end = self.plain(&mut cell);
            record.is_misquoted |= cell.contains('"');
            record.push(cell);
            if let End::Record = end {
                return Ok(record);
            }
        }
    }

    /// The rest of a cell that is not quoted, with what ends it.
    fn plain(&mut self, cell: &mut String) -> End {
        let length = self.rest.find([self.separator, '\r', '\n']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(length);
        cell.push_str(text);
        self.rest = rest;
        if self.takes(self.separator) {
            return End::Cell;
        }
        self.line_end();
        End::Record
    }

    /// What is in quotes; two of them stand for one. Line ends within become LF.
    fn quoted(&mut self, cell: &mut String) -> Result<(), Unclosed> {
        let opened = self.line;
        loop {
            let length = self.rest.find(['"', '\r', '\n']).ok_or(Unclosed(opened))?;
            let (text, rest) = self.rest.split_at(length);
            cell.push_str(text);
            self.rest = rest;
            if self.line_end() {
                cell.push('\n');
            } else {
                self.takes('"');
                if !self.takes('"') {
                    return Ok(());
                }
                cell.push('"');
            }
        }
    }

    fn line_end(&mut self) -> bool {
        let is_end = self.takes_text("\r\n") || self.takes('\r') || self.takes('\n');
        self.line += u32::from(is_end);
        is_end
    }

    fn takes(&mut self, letter: char) -> bool {
        self.rest.strip_prefix(letter).map(|rest| self.rest = rest).is_some()
    }

    fn takes_text(&mut self, text: &str) -> bool {
        self.rest.strip_prefix(text).map(|rest| self.rest = rest).is_some()
    }
}

/// A cell as it is written: always in quotes, so that no program takes a semicolon or a tab in it for its end.
pub fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u32, Vec<String>)> {
        let records: Vec<_> = read(text, 1, ',').map(Result::unwrap).collect();
        assert!(records.iter().all(|record| !record.is_misquoted), "{text:?}");
        records.into_iter().map(|record| (record.line, record.cells)).collect()
    }

    #[test]
    fn records_begin_on_the_lines_that_an_editor_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "\"1", "2\",\"x, \"\"y\"\"\"", "", "3,"].join(end);
            let expected = [(1, vec!["a", "b"]), (2, vec!["1\n2", "x, \"y\""]), (5, vec!["3", ""])];
            assert_eq!(
                cells(&text),
                expected.map(|(line, cells)| (line, cells.into_iter().map(str::to_owned).collect()))
            );
            assert_eq!(cells(&format!("{text}{end}")).len(), 3, "an end of the last line adds nothing");
        }
    }

    #[test]
    fn a_separator_ends_cells_and_the_others_are_text() {
        for separator in [';', '\t', '|'] {
            let text = format!("a,b{separator}\"1{separator}2\"{separator}\"x, y; z\"\n");
            let records: Vec<_> = read(&text, 2, separator).map(Result::unwrap).collect();
            assert_eq!((records.len(), records[0].line), (1, 2));
            assert_eq!(records[0].cells, ["a,b".to_owned(), format!("1{separator}2"), "x, y; z".to_owned()]);
        }
    }

    #[test]
    fn what_has_only_blank_cells_is_no_record() {
        for blank in ["", ",,,", " ,\u{a0},", "\"\",\" \"", "  "] {
            assert_eq!(cells(&format!("a,b\n{blank}\n{blank}\nc,\n{blank}")).len(), 2, "{blank:?}");
        }
        assert_eq!(read("a\n\"\"x\n", 1, ',').count(), 2, "what is quoted wrongly may be anything");
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_by_the_line_that_opens_it() {
        let all = |text| read(text, 1, ',').collect::<Result<Vec<_>, _>>();
        assert_eq!(all("a,b\n1,\"2\n3,4\n"), Err(Unclosed(2)));
        assert_eq!(all("\""), Err(Unclosed(1)));
    }

    #[test]
    fn a_record_that_is_quoted_wrongly_does_not_take_the_next_one_with_it() {
        for text in ["\"a\"b,c\nd,e", "5\" tall,c\nd,e", "a,\"b\" \nd,e"] {
            let records: Vec<_> = read(text, 1, ',').map(Result::unwrap).collect();
            assert_eq!(records.iter().map(|record| record.is_misquoted).collect::<Vec<_>>(), [true, false], "{text:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for text in ["", "a", "a,b", "\"", "a\nb", " a ", "é,\"\"\n"] {
            let written = format!("{},x\r\n", cell(text));
            assert_eq!(cells(&written), [(1, vec![text.to_owned(), "x".to_owned()])], "{written:?}");
        }
    }
}
