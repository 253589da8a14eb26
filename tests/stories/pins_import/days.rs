//! Dates without a time, and dates as spreadsheets write them.

use serde_json::{Value, json};
use tests::HEADER;

use super::{check, named, pins, stored, told, world};

fn table(dates: &[&str]) -> String {
    let row = |(number, date): (usize, &&str)| {
        format!(
            "Day {number},https://example.com/{number}.jpg,New arrivals,,,https://example.com/{number},\"{date}\",\n"
        )
    };
    format!("{HEADER}\n{}", dates.iter().enumerate().map(row).collect::<Vec<_>>().concat())
}

/// What a dry run says of the times that were chosen: lines and times.
fn chosen(checked: &Value) -> Vec<(u64, String)> {
    let times = checked["chosen_times"].as_array().unwrap().iter();
    times.map(|one| (one["line"].as_u64().unwrap(), one["publish_at"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_day_alone_gets_the_time_of_the_upload_and_says_so() {
    let (world, account) = world().await;
    // It is 2027-01-15 08:00 in UTC, and 03:00 in New York.
    let query = format!("account_id={account}&time_zone=America/New_York");
    let dates = ["2027-03-01", "2027-03-01", "2027-03-02", "2027-01-15", "March 1, 2027", "2027-01-14", "2032-01-01"];
    let checked = check(&world, &query, table(&dates)).await;
    let expected = [
        (2, "2027-03-01T08:00:00Z"),
        (3, "2027-03-01T08:15:00Z"),
        (4, "2027-03-02T08:00:00Z"),
        (5, "2027-01-15T08:00:00Z"),
        (6, "2027-03-01T08:30:00Z"),
    ];
    assert_eq!(chosen(&checked), expected.map(|(line, at)| (line, at.to_owned())));
    let wrong = [(7, "Publish date", "in_the_past"), (8, "Publish date", "too_far")];
    assert_eq!(told(&checked, "errors"), named(&wrong));
    let row = checked["rows"].as_array().unwrap().iter().find(|row| row["line"] == 3).unwrap();
    assert_eq!(row["publish_at"], "2027-03-01T08:15:00Z");
    let message = row["warnings"][0]["message"].as_str().unwrap();
    assert!(message.contains("the pin goes out at 2027-03-01T03:15:00-05:00"), "{message}");

    let import = stored(&world, &query, table(&dates[..5])).await;
    assert_eq!((&import["stored"], &import["warned"]), (&json!(5), &json!(5)));
    let times: Vec<_> = pins(&world).await.iter().map(|pin| pin["publish_at"].as_str().unwrap().to_owned()).collect();
    let mut expected = expected.map(|(_, at)| at.to_owned());
    expected.sort();
    assert_eq!(times, expected);

    // Sent again the next hour with one more: the day tells which are the same, and nobody's time is taken twice.
    world.wait(jiff::SignedDuration::from_mins(10)).await;
    let longer = table(&[&dates[..5], &["2027-03-01"]].concat());
    let checked = check(&world, &query, longer).await;
    assert_eq!((&checked["already_planned"], &checked["good"]), (&json!(5), &json!(1)), "{checked}");
    assert_eq!(chosen(&checked), [(7, "2027-03-01T08:10:00Z".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_day_alone_goes_by_the_plan_where_there_is_one() {
    let (world, account) = world().await;
    let slots = ["09:30", "12:00"].map(|time| json!({"day": "monday", "time": time}));
    let plan = json!({"time_zone": "Europe/Berlin", "slots": slots, "same_link_hours": 0, "same_image_hours": 0});
    let answer = world.user("alice").put(&format!("/v1/accounts/{account}/plan"), &plan).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let query = format!("account_id={account}&time_zone=Europe/Berlin");
    let dates = ["2027-03-01", "2027-03-01", "2027-03-01", "2027-03-02"];
    let checked = check(&world, &query, table(&dates)).await;
    let expected = ["2027-03-01T08:30:00Z", "2027-03-01T11:00:00Z", "2027-03-01T08:00:00Z", "2027-03-02T08:00:00Z"];
    let times: Vec<_> = chosen(&checked).into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, expected);
    assert!(checked["rows"][0]["warnings"][0]["message"].as_str().unwrap().contains("a free slot"), "{checked}");
}

#[tokio::test(start_paused = true)]
async fn dates_that_read_in_one_way_only_are_taken_and_the_others_show_how_to_write_them() {
    let (world, account) = world().await;
    let query = format!("account_id={account}&time_zone=Europe/Berlin");
    let dates = [
        "2027/03/18 09:00",
        "2027-6-5 8:00",
        "2027-03-19 09:00:00 UTC",
        "20 March 2027 9:00",
        "Mar 21, 2027 9:00 AM",
        "03/04/2027",
        "13/04/2027 10:00",
        "1.5.2027",
        "next Monday",
    ];
    let checked = check(&world, &query, table(&dates)).await;
    let wrong = |line, code| (line, "Publish date", code);
    let expected = [wrong(7, "ambiguous"), wrong(8, "ambiguous"), wrong(9, "ambiguous"), wrong(10, "invalid_time")];
    assert_eq!(told(&checked, "errors"), named(&expected));
    for (row, spelling) in
        [(0, "2027-03-04 or 2027-04-03."), (1, "first: 2027-04-13T10:00:00."), (2, "2027-01-05 or 2027-05-01.")]
    {
        let message = checked["rows"][row]["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(spelling), "{message}");
    }
    stored(&world, &query, table(&dates[..5])).await;
    let times: Vec<_> = pins(&world).await.iter().map(|pin| pin["publish_at"].as_str().unwrap().to_owned()).collect();
    let expected = [
        "2027-03-18T08:00:00Z",
        "2027-03-19T09:00:00Z",
        "2027-03-20T08:00:00Z",
        "2027-03-21T08:00:00Z",
        "2027-06-05T06:00:00Z",
    ];
    assert_eq!(times, expected);
}

#[tokio::test(start_paused = true)]
async fn a_column_with_the_time_of_the_day_is_read_with_the_date_beside_it() {
    let (world, account) = world().await;
    let query = format!("account_id={account}&time_zone=America/New_York");
    let rows = [
        ("2027-03-01", "9:30 PM"),
        ("March 2, 2027", "09:30"),
        ("2027-03-03", ""),
        ("2027-03-04 08:00", "08:00"),
        ("", ""),
        ("2027-03-05", "evening"),
        ("", "10:00"),
        ("03/04/2027", "10:00"),
    ];
    let mut file = "Media URL,Pinterest board,Date,Time\n".to_owned();
    for (number, (date, time)) in rows.iter().enumerate() {
        let row = format!("https://example.com/{number}.jpg,New arrivals,\"{date}\",{time}\n");
        file.push_str(&row);
    }
    let checked = check(&world, &query, file.clone()).await;
    let wrong = [(7, "Time", "invalid_time"), (8, "Publish date", "required"), (9, "Publish date", "ambiguous")];
    assert_eq!(told(&checked, "errors"), named(&wrong));
    let good: String = file.split_inclusive('\n').take(6).collect();
    stored(&world, &query, good).await;
    let times: Vec<_> = pins(&world).await.iter().map(|pin| pin["publish_at"].as_str().unwrap().to_owned()).collect();
    let expected = [
        "2027-01-15T08:00:00Z",
        "2027-03-02T02:30:00Z",
        "2027-03-02T14:30:00Z",
        "2027-03-03T08:00:00Z",
        "2027-03-04T13:00:00Z",
    ];
    assert_eq!(times, expected);
}
