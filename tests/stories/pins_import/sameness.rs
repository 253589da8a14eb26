//! A file that is sent again, with a change: what is planned already is not planned a second time.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{HEADER, START, World, pin_request};

use super::{PLAIN, check, import, named, pins, stored, told, world};

fn row(title: &str, board: &str, at: &str) -> String {
    format!("{title},{PLAIN},{board},,Warm,https://example.com/soup,{at},\n")
}

fn table(rows: &[String]) -> String {
    format!("{HEADER}\n{}", rows.concat())
}

fn counts(answer: &Value) -> [u64; 3] {
    ["good", "already_planned", "refused"].map(|name| answer[name].as_u64().unwrap())
}

async fn titles(world: &World) -> Vec<String> {
    pins(world).await.iter().map(|pin| pin["content"]["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_mended_file_makes_only_the_rows_that_were_not_taken() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    let rows = |board: &str| {
        table(&[
            row("One", "New arrivals", "2027-02-01T09:00:00"),
            row("Two", "New arrivals", "2027-02-02T09:00:00"),
            row("Three", board, "2027-02-03T09:00:00"),
        ])
    };
    let first = stored(&world, &format!("{query}&mode=good"), rows("New arrivalz x")).await;
    assert_eq!((&first["stored"], &first["refused"], &first["already_planned"]), (&json!(2), &json!(1), &json!(0)));
    let planned = pins(&world).await;
    let mended = rows("New arrivals");
    let checked = check(&world, &query, mended.clone()).await;
    assert_eq!((counts(&checked), &checked["accepted"]), ([1, 2, 0], &json!(true)), "{checked}");
    let (row, id) = (&checked["rows"][0], planned[0]["id"].as_str().unwrap());
    assert_eq!((&row["line"], &row["status"], &row["pin_id"]), (&json!(2), &json!("already_planned"), &json!(id)));
    assert_eq!(row["warnings"][0]["message"], format!("Line 2 is already scheduled as {id} and was skipped."));

    let second = stored(&world, &query, mended.clone()).await;
    assert_eq!((&second["total"], &second["already_planned"], &second["refused"]), (&json!(1), &json!(2), &json!(0)));
    assert_eq!(titles(&world).await, ["One", "Two", "Three"]);
    let rows = format!("/v1/pins/imports/{}/rows?status=already_planned", second["id"].as_str().unwrap());
    let page = world.user("alice").get(&rows).await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["pin_id"]), (2, &json!(id)));

    // Appended to, and sent while the first one is being stored; then as nothing but what is there.
    let longer = mended.clone() + &super::sameness::row("Four", "New arrivals", "2027-02-04T09:00:00");
    assert_eq!(import(&world, &query, longer.clone()).await.status, 202);
    let longest = longer.clone() + &super::sameness::row("Five", "New arrivals", "2027-02-05T09:00:00");
    stored(&world, &query, longest.clone()).await;
    assert_eq!(titles(&world).await, ["One", "Two", "Three", "Four", "Five"]);
    let nothing = stored(&world, &query, format!("{longest}\n")).await;
    assert_eq!(
        (&nothing["status"], &nothing["total"], &nothing["already_planned"]),
        (&json!("done"), &json!(0), &json!(5))
    );
}

#[tokio::test(start_paused = true)]
async fn another_board_time_or_word_is_another_pin() {
    let (world, account) = world().await;
    let query = format!("account_id={account}&time_zone=Europe/Berlin");
    let board = world.board("shop", "New arrivals");
    let other = world.user("alice").post(&format!("/v1/accounts/{account}/boards"), &json!({"name": "Soups"})).await;
    assert_eq!(other.status, 201, "{}", other.text());
    stored(&world, &query, table(&[row("Soup", "New arrivals", "2027-02-01T09:00:00")])).await;
    let rows = [
        row("Soup", &board, "2027-02-01T08:00:00Z"),
        row(" Soup ", "new ARRIVALS", "1 Feb 2027 9:00"),
        row("Soup", "Soups", "2027-02-01T09:00:00"),
        row("Soup", "New arrivals", "2027-02-01T09:00:01"),
        row("Stew", "New arrivals", "2027-02-01T09:00:00"),
        row("Stew", "New arrivals", "2027-02-01T09:00:00"),
        row("Soup", "New arrivals", "2027-02-01T09:00:00").replace("a.jpg", "b.jpg"),
        row("Soup", "New arrivals", "2027-02-01T09:00:00").replace("Warm", "Hot"),
        row("Soup", "New arrivals", "2027-02-01T09:00:00").replace("/soup", "/stew"),
    ];
    let checked = check(&world, &query, table(&rows)).await;
    assert_eq!(counts(&checked), [6, 3, 0], "{checked}");
    let left_out: Vec<_> =
        told(&checked, "warnings").into_iter().filter(|(.., code)| code == "already_planned").collect();
    let row_note = |line| (line, "row", "already_planned");
    assert_eq!(left_out, named(&[row_note(2), row_note(3), row_note(7)]));
    assert!(checked["rows"].to_string().contains("Line 7 duplicates line 6 and was skipped."), "{checked}");
    assert_eq!(stored(&world, &query, table(&rows)).await["stored"], 6);
}

#[tokio::test(start_paused = true)]
async fn what_is_out_is_left_out_and_what_was_cancelled_is_made_again() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    let soon = (START + SignedDuration::from_mins(10)).to_string();
    let rows = [
        row("Now", "New arrivals", ""),
        row("Soon", "New arrivals", &soon),
        row("Later", "New arrivals", "2027-02-01T09:00:00"),
    ];
    stored(&world, &query, table(&rows)).await;
    let later = pins(&world).await.pop().unwrap();
    world.user("alice").delete(&format!("/v1/pins/{}", later["id"].as_str().unwrap())).await;
    for _ in 0..11 {
        world.wait(SignedDuration::from_mins(1)).await;
        world.tick().await;
    }
    // The time of one has passed by now, but it is out already; another one that has passed is late.
    let late = row("Late", "New arrivals", &START.to_string());
    let checked = check(&world, &query, table(&[rows.as_slice(), &[late]].concat())).await;
    assert_eq!(counts(&checked), [1, 2, 1], "{checked}");
    assert_eq!(told(&checked, "errors"), named(&[(5, "Publish date", "in_the_past")]));
    world.wait(SignedDuration::from_hours(25)).await;
    let checked = check(&world, &query, table(&rows[..2])).await;
    assert_eq!(counts(&checked), [1, 1, 0], "a row without a date is another pin on another day: {checked}");
}

#[tokio::test(start_paused = true)]
async fn two_equal_targets_are_refused_and_others_are_not() {
    let (world, account) = world().await;
    let board = world.board("shop", "New arrivals");
    let mut body = pin_request(&account, "New arrivals", "2027-02-01T09:00:00Z");
    let target = |board: &str, more: Value| {
        let mut target = json!({"account_id": account, "board_id": board});
        target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        target
    };
    let later = json!({"publish_at": "2027-02-02T09:00:00Z"});
    body["targets"] = json!([
        target("New arrivals", json!({})),
        target(&board, later.clone()),
        target(&board, json!({})),
        target("new arrivals", later),
    ]);
    for path in ["/v1/pins", "/v1/pins/preview"] {
        let answer = world.user("alice").post(path, &body).await;
        let expected = ["targets[2]", "targets[3]"].map(|field| (field.to_owned(), "duplicate".to_owned()));
        assert_eq!(answer.wrong_fields(), expected, "{path}");
        assert!(answer.text().contains("Duplicate of targets[0]"), "{}", answer.text());
    }
    body["targets"].as_array_mut().unwrap().truncate(2);
    assert_eq!(world.user("alice").post("/v1/pins", &body).await.status, 201);
    body["targets"] = json!([target(&board, json!({})), target(&board, json!({}))]);
    body["spacing"] = json!({"interval_minutes": 60, "same_link_hours": 0, "same_image_hours": 0});
    let answer = world.user("alice").post("/v1/pins", &body).await;
    assert_eq!(answer.status, 201, "an hour apart they are two: {}", answer.text());
}

#[tokio::test(start_paused = true)]
async fn what_was_not_compared_in_a_very_full_calendar_is_told() {
    let (world, account) = world().await;
    let query = format!("account_id={account}");
    stored(&world, &query, tests::file(4_060)).await;
    let longer = tests::file(4_060) + &row("New", "New arrivals", "2027-02-04T12:00:00");
    let checked = check(&world, &query, longer).await;
    // The latest 4,000 are read; the sixty before them may be planned already.
    assert_eq!(counts(&checked), [61, 4_000, 0], "{}", checked["notes"]);
    let note = checked["notes"].as_array().unwrap().iter().find(|note| note["code"] == "not_compared").unwrap();
    let message = note["message"].as_str().unwrap();
    assert!(message.contains("more than 4,000 pins") && message.contains("60 rows, the first in line 2."), "{message}");
}
