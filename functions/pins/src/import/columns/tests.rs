#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::super::csv;
use super::*;

fn record(text: &str) -> Record {
    csv::read(text, 1, ',').next().unwrap().unwrap()
}

/// A code, and what it is about.
type Said = Vec<(&'static str, String)>;

/// The notes, or the errors, of a header.
fn read(header: &str) -> Result<Said, Said> {
    let said = |note: RowNote| match note.code {
        std::borrow::Cow::Borrowed(code) => (code, note.message),
        std::borrow::Cow::Owned(_) => panic!("a new note borrows its code"),
    };
    match Columns::read(&record(header), ',') {
        Ok((_, notes)) => Ok(notes.into_iter().map(said).collect()),
        Err(errors) => Err(errors.into_iter().map(|error| (error.code, error.field)).collect()),
    }
}

#[test]
fn columns_go_by_their_names_in_any_order_and_case() {
    let (columns, notes) = Columns::read(&record(" media url ,LINK,Pinterest Board,,"), ',').unwrap();
    let record = record("m,l,b");
    assert_eq!((columns.cell(&record, Column::Link), columns.cell(&record, Column::Title)), ("l", ""));
    assert_eq!((columns.misfit(&record), notes), (None, Vec::new()));
}

#[test]
fn no_name_means_two_columns() {
    let names: Vec<_> = Column::ALL.into_iter().flat_map(aliases).collect();
    for (position, name) in names.iter().enumerate() {
        assert_eq!(plain(name), *name, "it is written as it is compared");
        assert!(!names[..position].contains(name), "{name} is there twice");
    }
}

#[test]
fn other_names_are_understood() {
    for (header, column) in [
        ("Media file URL", Column::MediaUrl),
        ("Image_URL", Column::MediaUrl),
        ("BOARD", Column::Board),
        ("board-name", Column::Board),
        ("Destination  link", Column::Link),
        ("Keywords or tags", Column::Keywords),
        ("Alt", Column::AltText),
        ("publish_at", Column::PublishDate),
        ("Scheduled date", Column::PublishDate),
        ("Caption", Column::Description),
        ("Media URL*", Column::MediaUrl),
        ("Publish-Date", Column::PublishDate),
        ("Publish\u{200b} date", Column::PublishDate),
        ("Posting time", Column::Time),
    ] {
        assert_eq!(Column::read(header), Some((column, Called::Otherwise)), "{header}");
    }
    for header in ["Pin URL", "Status", "Notes", "Price", "", "URL", "媒体"] {
        assert_eq!(Column::read(header), None, "{header}");
    }
}

#[test]
fn what_is_passed_over_is_named_once_with_what_was_perhaps_meant() {
    let notes = read("Media URL,Pinterest board,Titel,Pin URL,,Price").unwrap();
    let [("unknown_columns", message)] = notes.as_slice() else { panic!("{notes:?}") };
    let named = "\"Titel\" (did you mean Title?), \"Pin URL\", one without a name, \"Price\".";
    assert!(message.contains(named), "{message}");
    let many: Vec<_> = (0..300).map(|number| format!("x{number}")).collect();
    let notes = read(&format!("Media URL,Pinterest board,{}", many.join(","))).unwrap();
    assert!(notes[0].1.contains("\"x9\" and 290 more."), "{notes:?}");
    let notes = read("Media URL,Image URL,Board").unwrap();
    let [("columns_not_used", message)] = notes.as_slice() else { panic!("{notes:?}") };
    assert!(message.contains("\"Image URL\" (beside \"Media URL\")"), "{message}");
    assert_eq!(read("Media URL,Board,Tags,Labels"), Ok(Vec::new()), "nothing is made of either");
}

#[test]
fn what_is_wrong_with_a_header_is_named() {
    for (header, errors) in [
        ("Media URL,Pinterest board,media url", vec![("Media URL", "duplicate_column")]),
        ("Media URL,Media URL,Image URL,Board", vec![("Media URL", "duplicate_column")]),
        ("Image URL,Photo,Board", vec![("Media URL", "duplicate_column")]),
        ("Title", vec![("Media URL", "missing_column"), ("Pinterest board", "missing_column")]),
        ("Media URL,Pinterest bord", vec![("Pinterest board", "missing_column")]),
        ("Media URL,Board,Pubish date", vec![("Publish date", "missing_column")]),
        ("Cake,https://example.com/a.jpg,Cakes", vec![("body", "header_missing")]),
    ] {
        let errors = errors.into_iter().map(|(field, code)| (code, field.to_owned())).collect::<Vec<_>>();
        assert_eq!(read(header), Err(errors), "{header}");
    }
    let errors = Columns::read(&record("Image URL,Photo,Board"), ',').unwrap_err();
    assert!(errors[0].message.contains("\"Image URL\", \"Photo\" mean the same column"), "{errors:?}");
}

#[test]
fn a_time_beside_no_date_is_the_date_with_its_time() {
    let cells = record("m,b,t,d");
    for (header, date, time) in [
        ("Media URL,Board,Posting time,Notes", "t", ""),
        ("Media URL,Board,Posting time,Date", "d", "t"),
        ("Media URL,Board,Publish date,Publish time", "t", "d"),
        ("Media URL,Board,Time,Title", "t", ""),
    ] {
        let (columns, _) = Columns::read(&record(header), ',').unwrap();
        let read = (columns.cell(&cells, Column::PublishDate), columns.cell(&cells, Column::Time));
        assert_eq!(read, (date, time), "{header}");
    }
    assert_eq!(read("Media URL,Board,Post time,Posting time,Date"), Err(vec![("duplicate_column", "Time".to_owned())]));
}
