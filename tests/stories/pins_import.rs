//! Files as Pinterest's own bulk tool takes them: every row judged, told by its line, and none dropped in silence.

mod days;
mod job;
mod round_trip;
mod sameness;
mod spreadsheets;

use jiff::SignedDuration;
use pinterest_sim::NewBoard;
use serde_json::{Value, json};
use shared::domain::Mode;
use tests::{ABSENT_ACCOUNT, Answer, HEADER, START, World, file, files, host};

const PLAIN: &str = "https://example.com/a.jpg";

async fn world() -> (World, String) {
    let world = World::enabled().await;
    let account = world.link("alice", "shop").await;
    (world, account)
}

async fn import(world: &World, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    world.user("alice").upload(&format!("/v1/pins/import?{query}"), file).await
}

/// What a dry run says of a file.
async fn check(world: &World, query: &str, file: impl Into<Vec<u8>>) -> Value {
    let answer = import(world, &format!("dry_run=true&{query}"), file).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The lines with what is said of them: the column and the code.
fn told(check: &Value, of: &str) -> Vec<(u64, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = check["rows"].as_array().unwrap().iter();
    let notes = rows.flat_map(|row| {
        let line = row["line"].as_u64().unwrap();
        row[of].as_array().unwrap().iter().map(move |note| (line, text(&note["field"]), text(&note["code"])))
    });
    notes.collect()
}

fn named(notes: &[(u64, &str, &str)]) -> Vec<(u64, String, String)> {
    notes.iter().map(|(line, field, code)| (*line, (*field).to_owned(), (*code).to_owned())).collect()
}

/// The pins of alice's, soonest first.
async fn pins(world: &World) -> Vec<Value> {
    let list = world.user("alice").get("/v1/pins?limit=100").await.json();
    list["items"].as_array().unwrap().clone()
}

/// Sends a file, lets it be stored, and answers the import as it is then.
async fn stored(world: &World, query: &str, file: impl Into<Vec<u8>>) -> Value {
    let answer = import(world, query, file).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    world.parts.lambda.finish().await;
    let path = format!("/v1/pins/imports/{}", answer.json()["id"].as_str().unwrap());
    world.user("alice").get(&path).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_file_becomes_pins_and_each_row_tells_which() {
    let (world, account) = world().await;
    let before = world.everything_stored().await;
    let checked = check(&world, &format!("account_id={account}"), file(3)).await;
    assert_eq!((&checked["accepted"], &checked["good"], &checked["rows"]), (&json!(true), &json!(3), &json!([])));
    assert_eq!(world.everything_stored().await, before, "a dry run stores nothing");

    let import = stored(&world, &format!("account_id={account}"), file(3)).await;
    assert_eq!((&import["status"], &import["total"], &import["stored"]), (&json!("done"), &json!(3), &json!(3)));
    let pins = pins(&world).await;
    assert_eq!(pins.len(), 3);
    assert_eq!(pins[0]["publish_at"], "2027-02-01T00:01:00Z");
    assert_eq!((&pins[0]["content"]["title"], &pins[0]["board_verified"]), (&json!("Cake 1"), &json!(true)));
    assert_eq!(pins[0]["content"]["description"], "With lemon, and number 1 of all");
    let rows = format!("/v1/pins/imports/{}/rows", import["id"].as_str().unwrap());
    let page = world.user("alice").get(&format!("{rows}?limit=2")).await.json();
    assert_eq!((&page["items"][1]["line"], &page["items"][1]["pin_id"]), (&json!(3), &pins[1]["id"]));
    let next = format!("{rows}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    let page = world.user("alice").get(&next).await.json();
    assert_eq!((&page["items"][0]["pin_id"], &page["next_cursor"]), (&pins[2]["id"], &Value::Null));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_no_table_of_pins_is_refused_as_a_whole_with_the_remedy() {
    let (world, account) = world().await;
    let row = format!("Cake,{PLAIN},New arrivals");
    let many = "Title,Media URL,Pinterest board\n".to_owned() + &format!("{row}\n").repeat(10_001);
    for (name, file, field, code) in [
        ("empty", Vec::new(), "body", "empty"),
        ("blank lines", b"\n\r\n".to_vec(), "body", "empty"),
        ("header only", HEADER.into(), "body", "no_rows"),
        ("no header", row.clone().into(), "body", "header_missing"),
        ("missing columns", "Title,Link\na,b".into(), "Media URL", "missing_column"),
        ("duplicate column", format!("{HEADER},title\n").into(), "Title", "duplicate_column"),
        ("a misspelt date", "Media URL,Board,Pubish date\na,b,c".into(), "Publish date", "missing_column"),
        ("two names of a column", "Image URL,Photo,Board\na,b,c".into(), "Media URL", "duplicate_column"),
        ("a wrong separator", format!("sep=;\n{HEADER}\n{row}").into(), "body", "separator"),
        ("nothing but commas", format!("{HEADER}\n,,,,,,,\n ,,,,,,,\n").into(), "body", "no_rows"),
        ("an open quote", format!("{HEADER}\n\"Cake,{PLAIN}").into(), "body", "bad_quoting"),
        ("NUL", format!("{HEADER}\nCa\0ke").into(), "body", "nul_byte"),
        ("UTF-16 without its mark", HEADER.bytes().flat_map(|byte| [byte, 0]).collect(), "body", "encoding"),
        ("a workbook", b"PK\x03\x04\x14\0\x06\0".to_vec(), "body", "workbook"),
        ("neither UTF-8 nor Windows-1252", [HEADER.as_bytes(), b"\n\x81"].concat(), "body", "encoding"),
        ("too many rows", many.into(), "body", "too_many_rows"),
    ] {
        for query in ["dry_run=true", "mode=good", "mode=all"] {
            let answer = import(&world, &format!("account_id={account}&{query}"), file.clone()).await;
            assert_eq!(answer.status, 422, "{name}: {}", answer.text());
            assert_eq!(answer.wrong_fields()[0], (field.to_owned(), code.to_owned()), "{name}");
        }
    }
    let wide = format!("{HEADER}\n{}", "x".repeat(5_000_000));
    assert_eq!(import(&world, "", wide).await.status, 413);
    for (size, status) in [(4_500_001, 413), (4_500_000, 422)] {
        let caller = world.user("alice").with("content-type", "application/octet-stream");
        let answer = caller.upload("/v1/pins/import", vec![b'x'; size]).await;
        assert_eq!(answer.status, status, "{size}: API Gateway writes it in base64: {}", answer.text());
    }
    assert_eq!(pins(&world).await.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn parameters_and_headers_that_are_wrong_are_named_at_once() {
    let (world, _) = world().await;
    let caller = world.user("alice").with("content-type", "application/json").with("idempotency-key", "");
    let answer = caller.upload("/v1/pins/import?dry_run=yes&mode=some&time_zone=Mars", file(1)).await;
    let fields: Vec<_> = answer.wrong_fields().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["dry_run", "mode", "time_zone", "Idempotency-Key", "Content-Type"]);
}

#[tokio::test(start_paused = true)]
async fn every_wrong_cell_is_named_by_its_line_and_column() {
    let (world, account) = world().await;
    let long = "x".repeat(101);
    let rows = [
        format!("Good,{PLAIN},New arrivals,,,,,,,,"),
        format!("\"{long}\",{PLAIN},New arrivals,,\"two\nlines\",example.com,,,,,"),
        format!("No board,{PLAIN},,,,,,,,,"),
        format!("Near,{PLAIN},New arrival,,,,,,,,"),
        ",,New arrivals,,,,,,,,".to_owned(),
        format!("Few,{PLAIN},New arrivals"),
        format!("5\" tall,{PLAIN},New arrivals,,,,,,,,"),
        "Video,https://example.com/a.MP4?x=1,New arrivals,00:01,,,,,,,".to_owned(),
        format!("Past,{PLAIN},New arrivals,,,,2020-01-01,,,,"),
        format!("Odd,{PLAIN},New arrivals,,,,tomorrow,,,,"),
        format!("Far,{PLAIN},New arrivals,,,,2032-01-01,,,,"),
        format!("Nobody's,{PLAIN},New arrivals,,,,,,{ABSENT_ACCOUNT},,"),
        format!("Section,{PLAIN},New arrivals,,,,,,,Nowhere,"),
        "Not public,http://127.0.0.1/a.jpg,New arrivals,,,,,,,,".to_owned(),
    ];
    let file = format!("{HEADER},Account,Section,Alt text\n{}\n", rows.join("\n"));
    let expected = named(&[
        (3, "Title", "too_long"),
        (3, "Link", "invalid_url"),
        (5, "Pinterest board", "required"),
        (6, "Pinterest board", "not_found"),
        (7, "Media URL", "required"),
        (8, "row", "cell_count"),
        (9, "row", "bad_quoting"),
        (10, "Media URL", "media_unsupported"),
        (11, "Publish date", "in_the_past"),
        (12, "Publish date", "invalid_time"),
        (13, "Publish date", "too_far"),
        (14, "Account", "not_found"),
        (15, "Section", "not_found"),
        (16, "Media URL", "private_address"),
    ]);
    let query = format!("account_id={account}");
    let checked = check(&world, &query, file.clone()).await;
    assert_eq!(told(&checked, "errors"), expected);
    assert_eq!((&checked["good"], &checked["refused"], &checked["accepted"]), (&json!(1), &json!(13), &json!(false)));
    let near = checked["rows"].as_array().unwrap().iter().find(|row| row["line"] == 6).unwrap();
    assert!(near["errors"][0]["message"].as_str().unwrap().contains("Did you mean \"New arrivals\""), "{near}");

    let answer = import(&world, &query, file.clone()).await;
    let fields: Vec<_> =
        expected.iter().map(|(line, column, code)| (format!("line {line}: {column}"), code.clone())).collect();
    assert_eq!((answer.status, answer.wrong_fields()), (422, fields));
    assert!(answer.json()["detail"].as_str().unwrap().starts_with("13 of 14 rows are invalid"), "{}", answer.text());
    assert_eq!(pins(&world).await.len(), 0, "all or nothing");

    let import = stored(&world, &format!("{query}&mode=good"), file).await;
    assert_eq!((&import["stored"], &import["refused"]), (&json!(1), &json!(13)));
    let rows = format!("/v1/pins/imports/{}/rows?status=error", import["id"].as_str().unwrap());
    let page = world.user("alice").get(&rows).await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["pin_id"]), (13, &Value::Null));
    let wrong = world.user("alice").get(&format!("{rows}&status=bad&limit=0")).await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test(start_paused = true)]
async fn what_pinterests_tool_drops_in_silence_is_told_and_taken() {
    let (world, account) = world().await;
    let link = "https://example.com/cake";
    let rows = [
        format!("Cake,{PLAIN},New arrivals,,,{link},,"),
        format!("cake ,{PLAIN},New arrivals,0:03,,{link},,\"lemon, cake\""),
        format!("'=1+1,{PLAIN},New arrivals,,,,,"),
    ];
    let file = format!("{HEADER}\n{}", rows.join("\r"));
    let checked = check(&world, &format!("account_id={account}"), file.clone()).await;
    let expected = [
        (3, "Thumbnail", "not_used"),
        (3, "Keywords", "not_used"),
        (3, "Title", "repeated"),
        (3, "Link", "repeated"),
        (4, "Title", "apostrophe"),
    ];
    assert_eq!(told(&checked, "warnings"), named(&expected));
    let import = stored(&world, &format!("account_id={account}"), file).await;
    assert_eq!((&import["stored"], &import["warned"]), (&json!(3), &json!(2)));
    let titles: Vec<_> = pins(&world).await.iter().map(|pin| pin["content"]["title"].clone()).collect();
    assert!(titles.contains(&json!("=1+1")), "{titles:?}");
}

#[tokio::test(start_paused = true)]
async fn encodings_and_byte_order_marks_read_alike() {
    let (world, account) = world().await;
    let of = |day: u8| {
        format!("Title,Media URL,Pinterest board,Publish date\r\nCrème,{PLAIN},New arrivals,2027-02-0{day}T09:00\r\n")
    };
    let text = of(1);
    let windows: Vec<u8> = of(2).chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    let marked = [b"\xEF\xBB\xBF", of(3).as_bytes()].concat();
    for (file, encoding) in [(text.clone().into_bytes(), "utf-8"), (marked, "utf-8"), (windows, "windows-1252")] {
        let import = stored(&world, &format!("account_id={account}"), file).await;
        assert_eq!((&import["encoding"], &import["stored"]), (&json!(encoding), &json!(1)));
    }
    let titles: Vec<_> = pins(&world).await.iter().map(|pin| pin["content"]["title"].clone()).collect();
    assert_eq!(titles, ["Crème", "Crème", "Crème"]);
    let mangled = import(&world, "", text.replace('è', "\u{FFFD}")).await;
    assert!(mangled.text().contains("application/octet-stream"), "{}", mangled.text());
}

#[tokio::test(start_paused = true)]
async fn dates_go_by_the_zone_that_is_asked_for() {
    let (world, account) = world().await;
    let dates = ["", "28 March 2027 1:00 AM", "2027-03-28T02:30:00", "2027-10-31T02:30:00", "2027-03-28 02:30:00 UTC"];
    let rows: Vec<_> = dates.iter().map(|date| format!("{PLAIN},New arrivals,{date}")).collect();
    let file = format!("Media URL,Pinterest board,Publish date\n{}\n", rows.join("\n"));
    let query = format!("account_id={account}&time_zone=Europe/Berlin");
    let checked = check(&world, &query, file.clone()).await;
    assert_eq!(told(&checked, "errors"), named(&[(4, "Publish date", "in_a_gap")]));
    assert_eq!(told(&checked, "warnings"), named(&[(5, "Publish date", "twice")]));
    stored(&world, &format!("{query}&mode=good"), file).await;
    let times: Vec<_> = pins(&world).await.iter().map(|pin| pin["publish_at"].as_str().unwrap().to_owned()).collect();
    assert_eq!(times, [&START.to_string(), "2027-03-28T00:00:00Z", "2027-03-28T02:30:00Z", "2027-10-31T00:30:00Z"]);
    let first = &pins(&world).await[0];
    assert_eq!(first["status"], "published", "what is due at once goes out at once");
}

#[tokio::test(start_paused = true)]
async fn accounts_are_named_by_row_or_for_all_and_never_guessed() {
    let (world, account) = world().await;
    let others = world.link("bob", "creator").await;
    let row = |account: &str| format!("{PLAIN},New arrivals,{account}\n");
    let accounts = [account.as_str(), "shop", "@SHOP", "", "creator", &others];
    let file = "Media URL,Pinterest board,Account\n".to_owned() + &accounts.map(row).concat();
    let checked = check(&world, "", file.clone()).await;
    let wrong = [(5, "Account", "required"), (6, "Account", "not_found"), (7, "Account", "not_found")];
    assert_eq!(told(&checked, "errors"), named(&wrong));
    let checked = check(&world, "account_id=shop", file).await;
    assert_eq!(told(&checked, "errors"), named(&wrong[1..]));
    let bare = check(&world, "", format!("Media URL,Pinterest board\n{PLAIN},New arrivals")).await;
    assert!(bare["rows"][0]["errors"][0]["message"].as_str().unwrap().contains("account_id"), "{bare}");
}

#[tokio::test(start_paused = true)]
async fn boards_with_one_name_are_asked_about_and_all_are_read_once() {
    let (world, account) = world().await;
    for owner in ["shop", "friend"] {
        let board =
            NewBoard { collaborators: vec!["shop".to_owned()], ..NewBoard::public(host(Mode::Live), owner, "Recipes") };
        world.simulator.add_board(board).unwrap();
    }
    let before = world.simulator.calls().len();
    let boards = ["RECIPES", "New arrivals", "new  arrivals", "Nowhere", &world.board("shop", "New arrivals")];
    let rows = (0..100).map(|row| format!("https://example.com/{row}.jpg,{}\n", boards[row % 5]));
    let file = "Media URL,Pinterest board\n".to_owned() + &rows.collect::<Vec<_>>().concat();
    let checked = check(&world, &format!("account_id={account}"), file).await;
    assert_eq!(
        told(&checked, "errors")[..2],
        named(&[(2, "Pinterest board", "ambiguous"), (5, "Pinterest board", "not_found")])
    );
    assert_eq!(checked["good"], 60);
    assert!(world.simulator.calls().len() - before <= 2, "{}", world.simulator.calls().len() - before);
}

#[tokio::test(start_paused = true)]
async fn a_plan_keeps_rows_apart_from_each_other_and_from_the_calendar() {
    let (world, account) = world().await;
    let plan = json!({"time_zone": "UTC", "same_link_hours": 48, "same_image_hours": 0});
    world.user("alice").put(&format!("/v1/accounts/{account}/plan"), &plan).await;
    let row = |link: &str, day: &str| format!("{PLAIN},New arrivals,{link},2027-02-{day}\n");
    let header = "Media URL,Pinterest board,Link,Publish date\n";
    let first = format!("{header}{}", row("https://example.com/a", "01"));
    stored(&world, &format!("account_id={account}"), first).await;
    let rows = [("a", "02"), ("a", "03"), ("b", "02"), ("b", "03"), ("b", "05")];
    let rows: String = rows.iter().map(|(page, day)| row(&format!("https://example.com/{page}"), day)).collect();
    let checked = check(&world, &format!("account_id={account}"), format!("{header}{rows}")).await;
    let close = named(&[(2, "Publish date", "too_close"), (5, "Publish date", "too_close")]);
    assert_eq!(told(&checked, "errors"), close);
    assert!(checked["rows"].to_string().contains("line 4 of this account, which leads to the same page"), "{checked}");
}

#[tokio::test(start_paused = true)]
async fn uploaded_pictures_are_named_by_their_ids_and_stay() {
    let (world, account) = world().await;
    let media = world.ready_media("alice", &files::png(10, 15)).await;
    let others = world.ready_media("bob", &files::png(10, 15)).await;
    let row = |media: &str| format!("{media},New arrivals,2027-02-01\n");
    let file = format!("Media URL,Pinterest board,Publish date\n{}{}", row(&media), row(&others));
    let import = stored(&world, &format!("account_id={account}&mode=good"), file).await;
    assert_eq!((&import["stored"], &import["refused"]), (&json!(1), &json!(1)));
    assert_eq!(pins(&world).await[0]["content"]["media"]["media_id"], media);
    world.wait(SignedDuration::from_hours(24 * 60)).await;
    let kept = world.user("alice").get(&format!("/v1/media/{media}")).await;
    assert_eq!(kept.status, 200, "{}", kept.text());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_while_pinterest_is_disabled() {
    let (world, account) = world().await;
    world.change_settings(|settings| settings.enabled = false).await;
    world.wait(SignedDuration::from_mins(5)).await;
    for query in ["dry_run=true", "mode=good"] {
        let answer = import(&world, &format!("account_id={account}&{query}"), file(1)).await;
        assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("pinterest_disabled")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_video_of_ones_own_is_taken_with_a_thumbnail_of_any_form_or_none() {
    let (world, account) = world().await;
    let image = world.ready_media("alice", &files::png(720, 1280)).await;
    let video = world.completed("alice", "video/mp4", &files::mp4(10_000, 720, 1280)).await;
    let id = video["id"].as_str().unwrap();
    let row = |(number, (media, thumbnail)): (usize, &(&str, &str))| {
        format!("T{number},{media},New arrivals,{thumbnail},,,2027-02-01,\n")
    };
    let cells: [(&str, &str); 7] =
        [(id, ""), (id, "7"), (id, "0:07"), (id, "00:00:10"), (id, &image), (&image, "7"), (&image, "")];
    let rows: String = cells.iter().enumerate().map(row).collect();
    let query = format!("account_id={account}");
    let checked = check(&world, &query, format!("{HEADER}\n{rows}")).await;
    assert_eq!(told(&checked, "errors"), [], "{checked}");
    assert!(told(&checked, "warnings").contains(&(7, "Thumbnail".to_owned(), "not_used".to_owned())), "{checked}");
    stored(&world, &query, format!("{HEADER}\n{rows}")).await;
    let shown: Vec<_> = pins(&world).await.iter().map(|pin| pin["content"]["media"].clone()).collect();
    let covers = |cover: Value| shown.iter().filter(|media| media["cover"] == cover).count();
    assert_eq!(covers(json!({"at_seconds": 1})), 1, "the default");
    assert_eq!((covers(json!({"at_seconds": 7})), covers(json!({"at_seconds": 10}))), (2, 1));
    assert_eq!(covers(json!({"media_id": image})), 1);
    assert_eq!(shown.iter().filter(|media| media["source_type"] == "media").count(), 2);

    let wrong = [(id, "first"), (id, "11"), (id, "1:2:3:4"), (id, "-1"), (id, id), ("https://example.com/a.mp4", "")];
    let rows: String = wrong.iter().enumerate().map(row).collect();
    let checked = check(&world, &query, format!("{HEADER}\n{rows}")).await;
    let expected = [
        (2, "Thumbnail", "invalid"),
        (3, "Thumbnail", "past_the_end"),
        (4, "Thumbnail", "invalid"),
        (5, "Thumbnail", "invalid"),
        (6, "Thumbnail", "not_an_image"),
        (7, "Media URL", "media_unsupported"),
    ];
    assert_eq!(told(&checked, "errors"), named(&expected));
}
