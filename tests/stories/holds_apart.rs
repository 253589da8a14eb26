//! One account in trouble costs the others nothing, measured against the same work without the trouble.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use pinterest_sim::{Fault, FaultAnswer, Operation};
use serde_json::json;
use tests::precision::{Setting, run_beside};
use tests::{Ticks, World};

/// How long the first account may not be called after its first refusal.
const PAUSE: SignedDuration = SignedDuration::from_secs(60);

fn refuse(world: &World, code: i64, message: &str) {
    let headers = BTreeMap::from([("x-ratelimit-reset".to_owned(), PAUSE.as_secs().to_string())]);
    let body = Some(json!({"code": code, "message": message}));
    let answer = Some(FaultAnswer::Status { status: 429, body, headers });
    let person = Some("person0".to_owned());
    world.simulator.set_fault(Fault { answer, person, times: Some(1), ..Fault::on(Operation::CreatePin) });
}

/// What is wrong with the first account.
type Trouble = fn(&World);

#[tokio::test(start_paused = true)]
async fn an_account_in_trouble_costs_the_others_nothing_and_is_not_called_before_its_time() {
    let troubles: [(&str, Trouble); 3] = [
        ("rate limited", |world| refuse(world, 8, "This request exceeded a rate limit.")),
        ("spam block", |world| refuse(world, 9, "Sorry! You have hit a block (Pins) to combat spam.")),
        ("revoked", |world| assert_eq!(world.simulator.revoke_tokens("person0").unwrap(), 1)),
    ];
    let setting = Setting { minutes: 3, accounts: 3, pause: SignedDuration::from_secs(3) };
    let ticks = Ticks::At(20);
    let (_, alone) = run_beside(ticks, setting, |_| ()).await;
    for (name, trouble) in troubles {
        let (world, beside) = run_beside(ticks, setting, trouble).await;
        println!("{name}: {}; without: {}", beside.seen, alone.seen);
        assert!(beside.seen.percentile(99) <= alone.seen.percentile(99) + 100, "{name}: {}", beside.seen);
        let calls = world.simulator.calls();
        let posts = calls.iter().filter(|call| call.operation == Operation::CreatePin);
        let posts: Vec<_> = posts.filter(|call| call.person.as_deref() == Some("person0")).map(|c| c.at).collect();
        let refused_at = posts.first().copied();
        match name {
            "revoked" => assert!(posts.is_empty(), "a token that is dead names nobody"),
            "rate limited" => {
                assert!(posts[1..].iter().all(|at| at.duration_since(refused_at.unwrap()) >= PAUSE), "{posts:?}");
                assert!(posts.len() > 2, "and then it goes on");
            }
            _ => assert_eq!(posts.len(), 1, "it waits for half a day"),
        }
    }
}
