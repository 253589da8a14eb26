//! A CSV file becomes pins on the page: errors where they are, what was meant by a button, and images from beside the file.

use serde_json::{Value, json};
use tests::files;

use super::create::give_slots;
use super::{Visit, pictures};

const SHEET: &str = "Pin title;Image URL;Board name;Link;Date\n\
                     Iced tea;https://example.com/tea.png;Summer recipes;;2027-06-01T09:00:00\n\
                     Rye bread;https://example.com/rye.png;Sumer recipes;;\n\
                     Oat cookies;https://example.com/oat.png;Sumer recipes;no address;\n\
                     Plum pie;plum-pie.png;Summer recipes;;\n";

#[tokio::test]
async fn a_file_with_mistakes_is_mended_and_imported_by_eight_clicks() {
    let Some(visit) = Visit::planned().await else { return };
    give_slots(&visit).await;
    let browser = &visit.chromium;
    let (sheet, picture) = (pictures().join("sheet.csv"), pictures().join("plum-pie.png"));
    std::fs::write(&sheet, SHEET).unwrap();
    std::fs::write(&picture, files::png(1000, 1500)).unwrap();
    browser.go(&visit.at("/app/create")).await;
    browser.press("Import a CSV file").await;
    browser.sees("Drop a CSV file here").await;
    browser.attach_all("Choose files", &[sheet, picture]).await;
    browser.sees("3 rows without a date").await;
    browser.sees("1 of 1 images uploaded").await;
    browser.sees("2 OK · 2 with errors").await;
    browser.picture(&pictures().join("import.png")).await;
    browser.press("Use Summer recipes for 2 rows").await;
    browser.sees("3 OK · 1 with errors").await;
    let script = "const field = document.querySelector('.row-error input[aria-invalid]'); field.value = 'https://example.com/oat'; \
                  field.dispatchEvent(new Event('change', {bubbles: true}));";
    browser.run(script, &[]).await;
    browser.sees("Import 4 pins").await;
    browser.press("Import 4 pins").await;
    browser.sees("4 pins imported").await;
    let pins = visit.api("/v1/pins?status=scheduled&limit=100").await["items"].as_array().cloned().unwrap_or_default();
    let pin = |title: &str| pins.iter().find(|pin| pin["content"]["title"] == title).cloned().unwrap_or_default();
    for title in ["Rye bread", "Oat cookies", "Plum pie"] {
        let at = pin(title)["publish_at"].as_str().unwrap_or_default().to_owned();
        assert!(at.ends_with("T09:00:00Z") || at.ends_with("T18:00:00Z"), "{title} is in a free slot: {at}");
    }
    assert_eq!(pin("Plum pie")["content"]["media"]["source_type"], json!("media"));
    assert_ne!(pin("Iced tea"), Value::Null);
    browser.press("View in calendar").await;
    browser.arrives(&visit.at("/app/calendar?day=")).await;
    visit.end().await;
}
