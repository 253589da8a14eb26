//! Bugs that are planted to see whether they are found.

use std::sync::Arc;

use jiff::SignedDuration;
use publisher::{Publisher, Rule, Rules};
use shared::platform::Platform;

use super::tamper::Tamper;

/// What is wrong with a run's program.
#[derive(Debug, Clone, Copy)]
pub struct Planted {
    /// The bug in a few words.
    pub name: &'static str,
    /// What is changed in the rules that the publisher keeps.
    pub rules: fn(&mut Rules),
    /// What happens to its requests to AWS.
    pub tamper: Option<Tamper>,
    /// What its HTTP client does by itself.
    pub client: Client,
    /// Whether an invocation stays although its work is done.
    pub lingers: bool,
    /// Whether it is about events, so that they are on in every run.
    pub has_events: bool,
}

/// What the HTTP client of a publisher does of its own accord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// Nothing.
    SendsOnce,
    /// It sends again what got no answer.
    RepeatsWhatWasLost,
    /// It sends again what was answered with trouble of the server.
    RepeatsOnTrouble,
    /// It shows who it is for as it did first.
    KeepsAuthorization,
}

impl Planted {
    /// The program as it is.
    pub const NOTHING: Self = Self {
        name: "nothing",
        rules: |_| {},
        tamper: None,
        client: Client::SendsOnce,
        lingers: false,
        has_events: false,
    };

    /// A publisher with the bug.
    pub fn publisher(&self, platform: Arc<Platform>) -> Publisher {
        let mut rules = Rules::default();
        (self.rules)(&mut rules);
        Publisher::with_rules(platform, rules)
    }
}

/// Bugs that the first seeds are not seen to find, each with what is missing for it. `--bug` plants them all the same.
pub const NOT_SEEN: [(&str, &str); 6] = [
    ("a cancel without a condition", "of 500 seeds none changes a pin between a cancel's read and its write"),
    ("a repeated request that makes the pin anew", "since pins are handed over, few runs repeat a request in time"),
    ("two workers renewing one account", "since one invocation works for an account, two have to overlap in a renewal"),
    ("a shard that stays with an owner that died", "delays are told and not judged yet"),
    ("a slot that is given twice", "about one seed in eight hundred has two requests for a slot at once"),
    ("a look that reads one page and no other", "few runs have more pins due at once than a page"),
];

/// The seeds from which rare bugs are looked for, so that not hundreds of runs go by before each is found.
const RARE: [(&str, u64); 1] = [("a renewal without a lease", 282)];

/// The seed from which the bug of that name is looked for.
pub fn looked_for_from(name: &str) -> u64 {
    RARE.iter().find(|(rare, _)| *rare == name).map_or(1, |(_, seed)| *seed)
}

const fn at_aws(name: &'static str, tamper: Tamper) -> Planted {
    Planted { name, tamper: Some(tamper), ..Planted::NOTHING }
}

const fn of_events(name: &'static str, tamper: Tamper) -> Planted {
    Planted { has_events: true, ..at_aws(name, tamper) }
}

const fn in_rules(name: &'static str, rules: fn(&mut Rules)) -> Planted {
    Planted { name, rules, ..Planted::NOTHING }
}

const fn in_client(name: &'static str, client: Client) -> Planted {
    Planted { name, client, ..Planted::NOTHING }
}

/// Every bug that the simulation finds within a thousand seeds.
pub const PLANTED: &[Planted] = &[
    at_aws("a claim without a condition", Tamper::ClaimWithoutCondition),
    at_aws("a claim whatever the pin's state", Tamper::ClaimWhateverTheState),
    at_aws("a claim whatever the pin's time", Tamper::ClaimWhateverTheTime),
    at_aws("a claim that is not counted", Tamper::ClaimUncounted),
    at_aws("a lease as short as the claim", Tamper::LeaseTooShort),
    at_aws("the due entry of a published pin left behind", Tamper::DueLeftBehind),
    at_aws("the due entry of a cancelled pin left behind", Tamper::DueOfCancelled),
    at_aws("a retried pin out of the due index", Tamper::RetryOutOfIndex),
    at_aws("a retry that moves the pin's own time", Tamper::RetryMovesTime),
    at_aws("a pin in another account's shard", Tamper::WrongShard),
    at_aws("an edit without a condition", Tamper::EditWithoutCondition),
    at_aws("a cancel without a condition", Tamper::CancelWithoutCondition),
    at_aws("a release that leaves the pins parked", Tamper::ReleaseLeavesPins),
    at_aws("a hold that is not written", Tamper::HoldUnwritten),
    at_aws("a renewal without a lease", Tamper::RenewalWithoutLease),
    at_aws("a counter that does not move", Tamper::CounterStandsStill),
    at_aws("settings read once and for all", Tamper::SettingsReadOnce),
    at_aws("an outcome under another pin's id", Tamper::OutcomeOfAnother),
    in_rules("a pin posted a second early", |rules| rules.early = SignedDuration::from_secs(1)),
    in_rules("a lease that ends in the middle of the invocation", |rules| {
        rules.lease_beyond = SignedDuration::from_secs(-45);
    }),
    in_rules("no look at the board after an unknown outcome", |rules| rules.without.push(Rule::LookAfterUnknown)),
    in_rules("no look at the board after a death", |rules| rules.without.push(Rule::LookAfterDeath)),
    in_rules("a look before a pin can be visible", |rules| {
        rules.first_look = SignedDuration::from_secs(5);
        rules.second_look = SignedDuration::from_secs(10);
    }),
    in_rules("a board that could not be read taken for empty", |rules| rules.without.push(Rule::KeepUnclearOpen)),
    in_rules("another pin of the owner's taken for the one in doubt", |rules| rules.without.push(Rule::ExcludeOwn)),
    at_aws("a repeated request that makes the pin anew", Tamper::CreateWithoutCondition),
    at_aws("a hold whose release is not planned", Tamper::HoldNeverReleased),
    in_rules("a hold that is not heeded", |rules| rules.without.push(Rule::HeedHolds)),
    in_rules("a hold that is never released", |rules| rules.without.push(Rule::Release)),
    in_rules("a pin published a day late", |rules| rules.without.push(Rule::HeedGrace)),
    in_rules("publishing while it is disabled", |rules| rules.without.push(Rule::HeedSettings)),
    in_rules("two workers renewing one account", |rules| rules.without.push(Rule::RenewAlone)),
    in_rules("a new token pair that is thrown away", |rules| rules.without.push(Rule::StoreNewPair)),
    in_rules("a refresh token that is not kept where no new one comes", |rules| {
        rules.without.push(Rule::KeepRefreshToken);
    }),
    in_rules("an access token given up with its renewal", |rules| rules.without.push(Rule::UseAccessToItsEnd)),
    at_aws("a shard that stays with an owner that died", Tamper::ShardStaysTaken),
    at_aws("a look that reads one page and no other", Tamper::LookReadsOnePage),
    at_aws("a renewal after which the next is not planned", Tamper::RenewalNotPlanned),
    at_aws("a waiting pin that expires", Tamper::WaitingPinExpires),
    at_aws("a slot that is given twice", Tamper::SlotGivenTwice),
    at_aws("an importer that counts a pin it has not stored", Tamper::ImportedPinUnstored),
    of_events("an event that is written after what it tells", Tamper::EventBeside),
    of_events("a sender that forgets what failed", Tamper::RetryForgotten),
    of_events("a sender that forgets what has to wait", Tamper::OrderForgotten),
    Planted { name: "an invocation that stays when its work is done", lingers: true, ..Planted::NOTHING },
    in_client("a client that keeps the token of another account", Client::KeepsAuthorization),
    in_client("a client that repeats what got no answer", Client::RepeatsWhatWasLost),
    in_client("a client that repeats what was answered with 500", Client::RepeatsOnTrouble),
];
