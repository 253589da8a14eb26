//! The demo does the whole job and says so.

use crate::running::run;

#[tokio::test]
async fn the_demo_publishes_every_pin_in_time_and_shows_it() {
    let output = run(&["demo"]).await;
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}\n{complained}");
    assert_eq!(complained, "");
    for title in ["Linen apron", "Lemon cake", "Blue vase", "Olive bowl", "Walnut tray", "Clay mug", "Wool blanket"] {
        let row = said.lines().find(|line| line.trim_start().starts_with(title)).unwrap();
        assert!(row.contains(" ms "), "{row}");
    }
    assert!(said.trim_end().lines().last().unwrap().starts_with("All 7 pins are on their boards, each once"), "{said}");
}
