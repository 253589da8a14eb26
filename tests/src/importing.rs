//! Runs the importer as AWS does, and files to run it with.

use std::sync::Arc;

use importer::Importer;
use local::lambda::Handler;
use shared::kick::ImporterEvent;
use shared::platform::Platform;

use crate::World;
use crate::world::IMPORTER;

/// What AWS Lambda does with an event for the importer, but for its second and third try.
pub(crate) fn handler(platform: Arc<Platform>) -> Handler {
    let importer = Arc::new(Importer::new(platform));
    Arc::new(move |event| {
        let importer = importer.clone();
        Box::pin(async move {
            let event: ImporterEvent = serde_json::from_value(event).expect("it is called with its event");
            // What comes of it shows in the table.
            let _ = importer.handle(event).await;
        })
    })
}

impl World {
    /// Lets files be stored by an importer on `platform` from now on; what it fails at stays as it is.
    pub fn host_importer(&self, platform: Arc<Platform>) {
        self.parts.lambda.host(IMPORTER, handler(platform));
    }
}

/// The header of Pinterest's file.
pub const HEADER: &str = "Title,Media URL,Pinterest board,Thumbnail,Description,Link,Publish date,Keywords";

/// The same with so much text that 10,000 rows are nearly as long as a file may be.
pub fn long_file(rows: usize) -> String {
    file(rows).replace("With lemon", &"With lemon and olive oil, as it is baked by the sea. ".repeat(6))
}

/// A file with `rows` right rows for the board "New arrivals", a minute apart from 2027-02-01 on.
pub fn file(rows: usize) -> String {
    let mut text = format!("{HEADER}\n");
    let first: jiff::civil::DateTime = "2027-02-01T00:00:00".parse().expect("a date");
    for number in 1..=rows {
        let at = first + jiff::SignedDuration::from_mins(i64::try_from(number).expect("a small number"));
        let row = format!(
            "Cake {number},https://example.com/cakes/{number}.jpg,New arrivals,,\"With lemon, and number {number} of all\",\
             https://example.com/cakes/{number},{at},\n"
        );
        text.push_str(&row);
    }
    text
}
