//! Creating many pins: files become cards, times are seen before they count, and each card tells what became of it.

use std::path::PathBuf;

use serde_json::{Value, json};
use shared::clock::{Clock, SystemClock};

use super::{Visit, pictures};

/// Files of these names and types, each with a picture of its own.
async fn files(visit: &Visit, names: &[&str]) -> Vec<PathBuf> {
    let script = "const [hue, kind] = arguments; \
                  const canvas = Object.assign(document.createElement('canvas'), {width: 600, height: 900}); \
                  const context = canvas.getContext('2d'); context.fillStyle = `hsl(${hue} 60% 50%)`; context.fillRect(0, 0, 600, 900); \
                  return canvas.toDataURL(kind).split(',')[1];";
    let mut made = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let kind = if name.contains(".webp") { "image/webp" } else { "image/jpeg" };
        let data = visit.chromium.run(script, &[json!(index * 29), json!(kind)]).await;
        let bytes = data_encoding::BASE64.decode(data.as_str().unwrap().as_bytes()).unwrap();
        let file = pictures().join(name);
        std::fs::write(&file, bytes).unwrap();
        made.push(file);
    }
    made
}

const RECIPES: [&str; 12] = [
    "01-lemon-cake.jpg",
    "02-walnut-brownies.jpg",
    "03-tomato-salad.jpg",
    "04-iced-tea.jpg",
    "05-oat_cookies.jpg",
    "06-pumpkin-soup.jpg",
    "07-beet-hummus.jpg",
    "08-fig-toast.jpg",
    "09-rye-bread.jpg",
    "10-mint-tea.jpg",
    "11-plum-jam.jpg",
    "IMG_4821.jpg",
];

/// Ann with an account that has two slots on every day, on the page that takes files.
async fn with_slots() -> Option<Visit> {
    let visit = Visit::planned().await?;
    give_slots(&visit).await;
    visit.chromium.go(&visit.at("/app/create")).await;
    visit.chromium.sees("Drop images or videos here").await;
    Some(visit)
}

/// Leaves cards for the board and the slots of Ann's account on the page.
pub(super) async fn fill(visit: &Visit) {
    give_slots(visit).await;
    visit.chromium.go(&visit.at("/app/create")).await;
    visit.chromium.sees("Drop images or videos here").await;
    add(visit, "Choose images or videos", &RECIPES[..5]).await;
    choose_board(visit, "Summer recipes", "Apply to 5 pins").await;
    times(visit, 5).await;
}

/// Gives Ann's account two slots on every day.
pub(super) async fn give_slots(visit: &Visit) {
    let (account, _) = visit.place().await;
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let slots = days.iter().flat_map(|day| ["09:00", "18:00"].map(|time| json!({"day": day, "time": time})));
    let plan = json!({"time_zone": "UTC", "slots": slots.collect::<Vec<_>>()});
    let (status, _, answer) = visit.send("PUT", &format!("/v1/accounts/{account}/plan"), Some(&plan), None).await;
    assert_eq!(status, 200, "{answer}");
}

/// Adds files, and waits until they are uploaded.
async fn add(visit: &Visit, label: &str, names: &[&str]) {
    let files = files(visit, names).await;
    visit.chromium.attach_all(label, &files).await;
    visit.chromium.sees(&format!("{} pins", names.len())).await;
    uploaded(visit).await;
}

async fn uploaded(visit: &Visit) {
    let script = "const done = arguments[0]; const since = Date.now(); const look = () => \
                  !document.querySelector('.face progress') && document.querySelector('.pin-card') || Date.now() - since > 30_000 \
                  ? done(!document.querySelector('.face progress')) : setTimeout(look, 50); look();";
    assert_eq!(visit.chromium.run_async(script, &[]).await, json!(true), "the uploads end");
}

/// Chooses a board for all cards, or for those that are picked: three clicks.
async fn choose_board(visit: &Visit, board: &str, apply: &str) {
    visit.chromium.press("Boards").await;
    visit.chromium.tick(board).await;
    visit.chromium.press(apply).await;
}

/// The times on the cards, once each has one that the API agrees with.
async fn times(visit: &Visit, count: usize) -> Vec<String> {
    let script = "const [count, done] = arguments; const since = Date.now(); const look = () => { \
                  const times = [...document.querySelectorAll('.when-cell .time')].map((time) => time.textContent.trim()); \
                  if (times.length === count && document.querySelector('.pin-cards[aria-busy=false]') || Date.now() - since > 20_000) done(times); else setTimeout(look, 50); }; look();";
    let times = visit.chromium.run_async(script, &[json!(count)]).await;
    let times: Vec<_> = times.as_array().unwrap().iter().map(|time| time.as_str().unwrap().to_owned()).collect();
    assert_eq!(times.len(), count, "{times:?}\n{}", visit.chromium.text().await);
    times
}

/// Nine o'clock of a day to come, as a field for a time has it.
fn in_days(days: i64) -> String {
    let then = SystemClock.now() + jiff::SignedDuration::from_hours(24 * days);
    format!("{}T09:00", &then.to_string()[..10])
}

/// Ann's pins with an uploaded picture, in the order of their times.
async fn pins(visit: &Visit) -> Vec<Value> {
    let pins = visit.api("/v1/pins?limit=100").await["items"].as_array().cloned().unwrap_or_default();
    pins.into_iter().filter(|pin| pin["content"]["media"]["source_type"] != "image_url").collect()
}

fn titles(pins: &[Value]) -> Vec<&str> {
    pins.iter().map(|pin| pin["content"]["title"].as_str().unwrap_or_default()).collect()
}

#[tokio::test]
async fn twelve_photos_become_twelve_pins_in_free_slots_by_eight_clicks() {
    let Some(visit) = with_slots().await else { return };
    let browser = &visit.chromium;
    browser.go(&visit.at("/")).await;
    // One click, and a dialog for files, which counts as three.
    browser.press("Create").await;
    browser.sees("Drop images or videos here").await;
    add(&visit, "Upload an image or video", &RECIPES).await;
    // Three more, and one to schedule.
    choose_board(&visit, "Summer recipes", "Apply to 12 pins").await;
    let shown = times(&visit, 12).await;
    assert_eq!(browser.value("Title of pin 1").await, "Lemon cake");
    assert_eq!(browser.value("Title of pin 5").await, "Oat cookies");
    assert_eq!(browser.value("Title of pin 12").await, "", "what a camera calls a picture says nothing of it");
    browser.press("Schedule 12 pins").await;
    browser.sees("12 scheduled").await;

    let pins = pins(&visit).await;
    assert_eq!(pins.len(), 12);
    assert_eq!(titles(&pins)[..3], ["Lemon cake", "Walnut brownies", "Tomato salad"]);
    let at: Vec<jiff::Timestamp> =
        pins.iter().map(|pin| pin["publish_at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(at.is_sorted() && at.windows(2).all(|pair| pair[0] < pair[1]), "each has a slot of its own: {at:?}");
    let clock = "return arguments[0].map((at) => new Intl.DateTimeFormat(navigator.language, {timeStyle: 'short'}).format(new Date(at)))";
    let clocks = browser.run(clock, &[json!(at.iter().map(ToString::to_string).collect::<Vec<_>>())]).await;
    for (told, clock) in shown.iter().zip(clocks.as_array().unwrap()) {
        assert!(told.ends_with(clock.as_str().unwrap()), "{told} is what it was: {clock}");
    }
    // The next batch knows the board, and goes on where this one ends.
    browser.press("Create more pins").await;
    add(&visit, "Choose images or videos", &["12-apple-pie.jpg", "13-cherry-pie.jpg"]).await;
    assert!(browser.text().await.contains("Summer recipes"));
    assert!(times(&visit, 2).await.iter().all(|time| !shown.contains(time)));
    browser.press("Boards: Summer recipes").await;
    browser.sees("All other boards").await;
    browser.press("Cancel").await;
    visit.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_one_card_is_said_there_and_the_others_go_out() {
    let Some(visit) = with_slots().await else { return };
    let browser = &visit.chromium;
    let text = pictures().join("notes.txt");
    std::fs::write(&text, "Buy flour.").unwrap();
    let mut chosen = files(&visit, &RECIPES[..3]).await;
    chosen.push(text);
    browser.attach_all("Choose images or videos", &chosen).await;
    browser.sees("Choose a JPEG or PNG image").await;
    uploaded(&visit).await;
    browser.press("Schedule 3 pins").await;
    browser.sees("Fix 3 pins to continue.").await;
    browser.sees("Choose at least one board.").await;
    choose_board(&visit, "Summer recipes", "Apply to 3 pins").await;
    // What only the API can tell stays with its card: two at one time that lead to the same page.
    for pin in [2, 3] {
        browser.fill(&format!("Link of pin {pin}"), "https://example.com/pies").await;
        browser.tick(&format!("Select pin {pin}")).await;
    }
    browser.press("When: free slots").await;
    browser.press("Pick a time").await;
    browser.choose("Date and time", &in_days(60)).await;
    browser.press("Apply to 2 pins").await;
    browser.sees("Another pin with the same image or link goes out too close to this time.").await;
    browser.press("Schedule 3 pins").await;
    browser.sees("2 scheduled").await;
    browser.sees("Retry 1").await;
    browser.sees("Another pin with the same image or link goes out too close to this time.").await;
    assert_eq!(titles(&pins(&visit).await), ["Lemon cake", "Walnut brownies"]);
    browser.press("Change time of pin 3").await;
    browser.press("Next free slots").await;
    browser.press("Apply").await;
    browser.press("Schedule 1 pin").await;
    browser.sees("3 scheduled").await;
    assert_eq!(titles(&pins(&visit).await), ["Lemon cake", "Tomato salad", "Walnut brownies"]);
    browser.press("Remove pin 4").await;
    browser.sees("Removed.").await;
    visit.end().await;
}

#[tokio::test]
async fn cards_outlive_the_tab_and_a_lost_answer_schedules_nothing_twice() {
    let Some(visit) = with_slots().await else { return };
    let browser = &visit.chromium;
    add(&visit, "Choose images or videos", &RECIPES[..3]).await;
    choose_board(&visit, "Summer recipes", "Apply to 3 pins").await;
    browser.fill("Title of pin 2", "Brownies with walnuts").await;
    browser.go(&visit.at("/app/create")).await;
    browser.sees("Create 3 pins").await;
    assert_eq!(browser.value("Title of pin 2").await, "Brownies with walnuts");
    times(&visit, 3).await;
    let lose = "const real = window.fetch; let lost = 0; window.fetch = async (path, ...more) => { \
                const answer = await real(path, ...more); \
                if (String(path) === '/v1/pins/batch' && lost++ === 0) throw new TypeError('lost'); return answer; };";
    browser.run(lose, &[]).await;
    browser.press("Schedule 3 pins").await;
    browser.sees("We lost the connection while scheduling.").await;
    assert_eq!(pins(&visit).await.len(), 3, "they were taken");
    // Also where a card was changed meanwhile, it is told what was scheduled.
    browser.fill("Title of pin 1", "Another cake").await;
    browser.press("Schedule 3 pins").await;
    browser.sees("3 scheduled").await;
    browser.sees("Your earlier attempt already scheduled this.").await;
    assert_eq!(titles(&pins(&visit).await), ["Lemon cake", "Brownies with walnuts", "Tomato salad"]);
    visit.end().await;
}

#[tokio::test]
async fn times_boards_links_and_texts_are_chosen_for_all_or_for_some() {
    let Some(visit) = with_slots().await else { return };
    let browser = &visit.chromium;
    add(&visit, "Choose images or videos", &RECIPES[..4]).await;
    choose_board(&visit, "Summer recipes", "Apply to 4 pins").await;
    browser.press("Link").await;
    browser.fill("Link of these pins", "https://example.com/recipes/{name}").await;
    browser.press("Apply to 4 pins").await;
    assert_eq!(browser.value("Link of pin 2").await, "https://example.com/recipes/walnut-brownies");
    // Two of them go out on one day after the other.
    browser.tick("Select pin 3").await;
    browser.tick("Select pin 4").await;
    browser.press("When: free slots").await;
    browser.press("One every …").await;
    browser.fill("Every", "2").await;
    browser.choose("First one at", &in_days(60)).await;
    browser.press("Apply to 2 pins").await;
    let shown = times(&visit, 4).await;
    assert!(shown[2].contains("9:00") && shown[3].contains("9:00") && shown[2] != shown[3], "{shown:?}");
    // One goes to two boards, a week apart.
    browser.press("Boards of pin 1: Summer recipes").await;
    browser.tick("House hunting together").await;
    browser.fill("Days between the boards", "3").await;
    browser.press("Apply").await;
    // The names of boards come after the times.
    browser.sees("House hunting together").await;
    let shown = times(&visit, 5).await;
    assert!(shown[1].contains("House hunting together"), "{shown:?}");
    browser.press("Schedule 4 pins").await;
    browser.sees("5 scheduled").await;
    let made = pins(&visit).await;
    let of = |title: &str| made.iter().filter(|pin| pin["content"]["title"] == title).collect::<Vec<_>>();
    let at = |pin: &Value| pin["publish_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let cakes = of("Lemon cake");
    assert_eq!(at(cakes[1]).duration_since(at(cakes[0])).as_hours(), 72, "{cakes:?}");
    let apart = at(of("Iced tea")[0]).duration_since(at(of("Tomato salad")[0]));
    assert!((47..=49).contains(&apart.as_hours()), "two days, whatever the clocks do: {apart}");
    // All of it is taken back, and on the page again.
    browser.press("Undo all 5").await;
    browser.sees("Create 4 pins").await;
    assert!(pins(&visit).await.iter().all(|pin| pin["status"] == "cancelled"));
    browser.press("Schedule 4 pins").await;
    browser.sees("5 scheduled").await;
    visit.end().await;
}

#[tokio::test]
async fn several_files_lead_here_from_anywhere_and_become_what_pinterest_takes() {
    let Some(visit) = with_slots().await else { return };
    let browser = &visit.chromium;
    // What the administrator and the account say: carousels are allowed, and there is a template.
    visit.save(&json!({"carousels": "enabled"})).await;
    let template = json!({"name": "Recipes", "title": "{title} – an easy recipe", "hashtags": ["#recipes"]});
    visit.post("/v1/templates", &template).await;
    browser.go(&visit.at("/app/compose")).await;
    let pair = files(&visit, &["14-pear-tart.webp", "15-plum-tart.jpg", "16-fig-tart.jpg"]).await;
    browser.attach_all("Upload an image or video", &pair).await;
    browser.arrives(&visit.at("/app/create")).await;
    browser.sees("Create 3 pins").await;
    uploaded(&visit).await;
    choose_board(&visit, "Summer recipes", "Apply to 3 pins").await;
    browser.press("Template").await;
    let template = visit.api("/v1/templates").await["items"][0]["id"].clone();
    browser.choose("Template", template.as_str().unwrap()).await;
    browser.press("Apply to 3 pins").await;
    browser.sees("Title: Fig tart – an easy recipe").await;
    // Two of them in one pin, of which the order counts, and one alone.
    browser.tick("Select pin 1").await;
    browser.tick("Select pin 2").await;
    browser.press("Combine into a carousel").await;
    browser.sees("Create 2 pins").await;
    times(&visit, 2).await;
    browser.press("Schedule 2 pins").await;
    browser.sees("2 scheduled").await;
    let made = pins(&visit).await;
    assert_eq!(titles(&made), ["Pear tart – an easy recipe", "Fig tart – an easy recipe"]);
    let media = &made[0]["content"]["media"];
    assert_eq!((&media["source_type"], media["items"].as_array().unwrap().len()), (&json!("carousel"), 2), "{media}");
    let kinds = visit.api("/v1/media").await["items"].as_array().cloned().unwrap_or_default();
    assert!(kinds.iter().all(|file| file["content_type"] == "image/jpeg"), "the WebP is a JPEG: {kinds:?}");
    visit.end().await;
}

#[tokio::test]
async fn a_video_has_the_cover_that_is_chosen_by_its_frame() {
    let Some(visit) = with_slots().await else { return };
    let browser = &visit.chromium;
    let video = pictures().join("17-kneading.mp4");
    std::fs::write(&video, tests::files::mp4(10_000, 720, 1280)).unwrap();
    browser.attach_all("Choose images or videos", &[video]).await;
    browser.sees("720 × 1280").await;
    choose_board(&visit, "Summer recipes", "Apply").await;
    browser.press("More fields of pin 1").await;
    browser.choose("Frame of the video", "7").await;
    assert_eq!(browser.value("Cover: second of the video").await, "7");
    browser.press("Schedule 1 pin").await;
    browser.sees("1 scheduled").await;
    let made = pins(&visit).await;
    assert_eq!((titles(&made), &made[0]["content"]["media"]["cover"]["at_seconds"]), (vec!["Kneading"], &json!(7)));
    visit.end().await;
}
