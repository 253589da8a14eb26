//! Pinterest is down for a while and comes back; the program `scale` does the same for an hour.

use jiff::SignedDuration;
use tests::outage::Outage;

#[tokio::test(start_paused = true)]
async fn an_outage_costs_no_more_calls_than_work_and_everything_is_out_soon_after() {
    let outage = Outage { accounts: 2, pause: SignedDuration::from_secs(10), length: SignedDuration::from_mins(12) };
    let survived = outage.survive().await;
    println!("{survived:?}");
    assert_eq!(survived.broken(), None);
}
