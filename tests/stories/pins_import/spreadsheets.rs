//! Files as spreadsheets and people write them: separators, encodings, columns of their own, rows of nothing.

use serde_json::{Value, json};
use tests::{Answer, HEADER, World};

use super::{PLAIN, check, import, named, pins, stored, told, world};

const ROW: &str = "Lentils;https://example.com/lentils.jpg;New arrivals;;\"Warm; with bread, and salt\";https://example.com/l;\
                   2027-02-01T09:00:00;";

async fn send(world: &World, account: &str, kind: &str, file: impl Into<Vec<u8>>) -> Answer {
    let caller = world.user("alice").with("content-type", kind);
    caller.upload(&format!("/v1/pins/import?account_id={account}&dry_run=true"), file).await
}

fn wide(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// The fields and codes of what is told of a whole file.
fn notes(answer: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["notes"].as_array().unwrap().iter().map(|note| (text(&note["field"]), text(&note["code"]))).collect()
}

#[tokio::test(start_paused = true)]
async fn whatever_separates_the_columns_the_pins_are_the_same() {
    let (world, account) = world().await;
    let file = format!("{}\r\n{ROW}\r\n", HEADER.replace(',', ";"));
    let with = |sign: &str| {
        // The semicolon and the comma of the description are in quotes and stay.
        let row = ROW.replace("Warm; with", "Warm\u{1} with").replace(';', sign).replace('\u{1}', ";");
        format!("{}\r\n{row}\r\n", HEADER.replace(',', sign))
    };
    for (file, line) in [
        (with(","), 2),
        (with(";"), 2),
        (with("\t"), 2),
        (format!("sep=;\r\n{file}"), 3),
        (format!("sep=,\n{}", with(",")), 3),
        (format!("sep=|\n{}", with("|")), 3),
        (format!("\u{FEFF}sep=;\r\n{file}"), 3),
    ] {
        let checked = check(&world, &format!("account_id={account}"), file.clone()).await;
        assert_eq!((&checked["good"], &checked["rows"], notes(&checked)), (&json!(1), &json!([]), vec![]), "{file}");
        let wrong = file.replace("New arrivals", "Nowhere");
        let checked = check(&world, &format!("account_id={account}"), wrong).await;
        assert_eq!(told(&checked, "errors"), named(&[(line, "Pinterest board", "not_found")]), "{file}");
    }
    stored(&world, &format!("account_id={account}"), format!("sep=;\r\n{file}")).await;
    assert_eq!(pins(&world).await[0]["content"]["description"], "Warm; with bread, and salt");
    let few = check(&world, &format!("account_id={account}"), format!("{file}Few;{PLAIN};New arrivals\n")).await;
    assert!(few["rows"][0]["errors"][0]["message"].as_str().unwrap().contains("separated by semicolons"), "{few}");
}

#[tokio::test(start_paused = true)]
async fn utf_16_is_read_by_its_mark_and_windows_1252_is_told() {
    let (world, account) = world().await;
    let text = |title: &str| format!("\u{FEFF}Title\tMedia URL\tBoard\r\n{title}\t{PLAIN}\tNew arrivals\r\n");
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        for (title, kind, status) in [
            ("Soupe à l’oignon", "application/octet-stream", 200),
            ("Soupe à l’oignon", "application/vnd.ms-excel", 200),
            ("Soup", "text/plain", 200),
        ] {
            let answer = send(&world, &account, kind, wide(&text(title), order)).await;
            let checked = answer.json();
            assert_eq!((answer.status, &checked["encoding"]), (status, &json!("utf-16")), "{checked}");
            assert_eq!(checked["good"], 1, "{checked}");
        }
    }
    let windows = b"Title;Media URL;Board\nCr\xE8me \x80 5;https://example.com/a.jpg;New arrivals\n";
    let checked = send(&world, &account, "application/octet-stream", windows.to_vec()).await.json();
    assert_eq!((&checked["encoding"], notes(&checked)[0].1.as_str()), (&json!("windows-1252"), "encoding"));
    assert!(checked["notes"][0]["message"].as_str().unwrap().contains("line 2 says \"Crème\""), "{checked}");
    let refused = send(&world, &account, "application/json", windows.to_vec()).await;
    assert_eq!(refused.wrong_fields(), [("Content-Type".to_owned(), "unsupported".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn rows_of_nothing_but_blanks_are_none() {
    let (world, account) = world().await;
    let blank = ",,,,,,,\n , ,,,\u{a0},,,\n\"\",\" \",,,,,,\n";
    let row = format!("Tea,{PLAIN},New arrivals,,,,2027-02-01T09:00:00,\n");
    let file = format!("{blank}{HEADER}\n{blank}{row}{blank}{}", ",,\n".repeat(12_000));
    let checked = check(&world, &format!("account_id={account}"), file.clone()).await;
    assert_eq!((&checked["row_count"], &checked["good"], &checked["accepted"]), (&json!(1), &json!(1), &json!(true)));
    assert_eq!(stored(&world, &format!("account_id={account}"), file).await["rows"], 1);
}

#[tokio::test(start_paused = true)]
async fn columns_of_ones_own_are_passed_over_and_told_once() {
    let (world, account) = world().await;
    let header = "Pin title,Media file URL,Board name,Destination link,Publish date,Keywords or tags,Alt,Pin URL,Titel";
    let row = |number: usize| {
        format!(
            "Oats {number},https://example.com/{number}.jpg,New arrivals,https://example.com/{number},\
                 2027-02-01T09:0{number}:00,oats,A bowl,https://www.pinterest.com/pin/{number}/,x\n"
        )
    };
    let file = format!("{header}\n{}", (1..9).map(row).collect::<Vec<_>>().concat());
    let checked = check(&world, &format!("account_id={account}"), file.clone()).await;
    assert_eq!((&checked["good"], &checked["warned"], &checked["rows"]), (&json!(8), &json!(0), &json!([])));
    let named = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(notes(&checked), [named("file", "unknown_columns"), named("Keywords", "not_used")]);
    let message = checked["notes"][0]["message"].as_str().unwrap();
    assert!(message.contains("\"Pin URL\", \"Titel\" (did you mean Title?)."), "{message}");
    let import = stored(&world, &format!("account_id={account}"), file).await;
    assert_eq!((notes(&import), &import["stored"]), (notes(&checked), &json!(8)));
    let pin = &pins(&world).await[0]["content"];
    assert_eq!((&pin["title"], &pin["alt_text"]), (&json!("Oats 1"), &json!("A bowl")));
    assert_eq!(
        (&pin["link"], &pin["media"]["url"]),
        (&json!("https://example.com/1"), &json!("https://example.com/1.jpg"))
    );
    let twice = format!(
        "Media URL,Image URL,Board,Publish date\n{PLAIN},https://example.com/b.jpg,New arrivals,2027-03-01T09:00\n"
    );
    let checked = check(&world, &format!("account_id={account}"), twice).await;
    assert_eq!((notes(&checked), &checked["good"]), (vec![named("file", "columns_not_used")], &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn the_only_error_is_told_first_however_many_rows_have_a_note() {
    let (world, account) = world().await;
    let row = |number: usize, board: &str| {
        format!(
            "'=Note {number},https://example.com/{number}.jpg,{board},,,https://example.com/{number},2027-02-01T09:00:00,tea\n"
        )
    };
    let link =
        |number: usize| format!("Again,{PLAIN},New arrivals,,,https://example.com/{number},2027-02-01T09:00:00,tea\n");
    let rows: String = (0..150).map(|number| row(number, "New arrivals") + &link(number)).collect();
    let file = format!("{HEADER}\n{rows}{}", row(900, "Nowhere at all"));
    let checked = check(&world, &format!("account_id={account}"), file.clone()).await;
    assert_eq!(told(&checked, "errors"), named(&[(302, "Pinterest board", "not_found")]));
    assert_eq!((&checked["rows"][0]["line"], &checked["rows"][1]["line"]), (&json!(302), &json!(3)));
    assert_eq!(checked["rows"].as_array().unwrap().len(), 100, "each second row repeats a link of its own");
    let codes: Vec<_> = notes(&checked).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["not_used", "many_pins", "apostrophe", "repeated"], "{}", checked["notes"]);
    let answer = import(&world, &format!("account_id={account}"), file).await;
    assert_eq!(answer.wrong_fields(), [("line 302: Pinterest board".to_owned(), "not_found".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_section_behind_its_board_is_found_and_what_is_missing_is_named() {
    let (world, account) = world().await;
    let boards = format!("/v1/accounts/{account}/boards");
    let board = world.user("alice").post(&boards, &json!({"name": "Salt & pepper"})).await.json()["id"].clone();
    let sections = format!("{boards}/{}/sections", board.as_str().unwrap());
    let section = world.user("alice").post(&sections, &json!({"name": "Mills"})).await.json()["id"].clone();
    let row = |number: usize, board: &str, section: &str| {
        format!("Mill {number},{PLAIN},{board},2027-02-0{number}T09:00:00,{section}\n")
    };
    let rows = [
        row(1, "Salt & pepper/Mills", ""),
        row(2, "Salt &amp; pepper/mills", ""),
        row(3, "Salt & pepper/Pots", ""),
        row(4, "Salt/Mills", ""),
        row(5, "Salt & pepper/Mills", "Pots"),
        row(6, "Salt & pepper/Mills", "MILLS"),
    ];
    let file = format!("Title,Media URL,Pinterest board,Publish date,Section\n{}", rows.concat());
    let query = format!("account_id={account}");
    let checked = check(&world, &query, file.clone()).await;
    let wrong = [(4, "Pinterest board", "not_found"), (5, "Pinterest board", "not_found"), (6, "Section", "not_found")];
    assert_eq!(told(&checked, "errors"), named(&wrong), "{checked}");
    for (row, words) in
        [(0, "The board \"Salt & pepper\" has no section \"Pots\"."), (1, "none \"Salt\" before a section either")]
    {
        let message = checked["rows"][row]["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(words) && message.contains("or create it."), "{message}");
    }
    stored(&world, &format!("{query}&mode=good"), file).await;
    let places: Vec<_> =
        pins(&world).await.iter().map(|pin| (pin["board_id"].clone(), pin["section_id"].clone())).collect();
    assert_eq!(places, vec![(board, section); 3]);
}
