//! Faults: which calls they strike and what becomes of those.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand::rngs::StdRng;
use serde_json::Value;

use crate::draw;
use crate::mode::Mode;
use crate::operation::Operation;
use crate::stretch::Stretch;

/// Something that goes wrong with calls of one operation. Fields that are `None` do not narrow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The operation; [`Operation::Token`] means every grant, [`Operation::Any`] every call.
    pub operation: Operation,
    /// How many calls it strikes; `None` for every one until the faults are cleared.
    pub times: Option<u32>,
    /// How likely it strikes a call that matches, 0 to 1; `None` for always.
    pub probability: Option<f64>,
    /// From when on it strikes, in milliseconds after it is set; `None` for at once.
    pub after_ms: Option<u64>,
    /// For how long it strikes, in milliseconds; `None` for without end.
    pub for_ms: Option<u64>,
    /// Only calls to this host.
    pub mode: Option<Mode>,
    /// Only calls of the person with this username.
    pub person: Option<String>,
    /// Only calls about the board with this id.
    pub board: Option<String>,
    /// Whether the call still does its work.
    pub effect: Effect,
    /// What the caller gets; `None` for the call's own answer, after the delay.
    pub answer: Option<FaultAnswer>,
    /// Whether the connection breaks in the middle of the answer's body. An answer without a body
    /// does not begin at all.
    pub truncated: bool,
    /// How long the call takes, in milliseconds.
    pub delay_ms: Option<u64>,
    /// How long a pin that the call makes stays out of lists, in milliseconds. It can be fetched
    /// by its id at once.
    pub visible_after_ms: Option<u64>,
}

/// Where in a call a fault strikes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// Before the work: with an answer of its own, nothing is created or changed.
    #[default]
    Before,
    /// After the work: it is done and kept, and the answer says otherwise.
    After,
}

/// What the caller of a struck call gets.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultAnswer {
    /// The connection breaks without an answer. The response carries the extension
    /// [`crate::Broken`] and a body that fails.
    Reset,
    /// No answer for a day, then as [`Self::Reset`].
    Timeout,
    /// An answer made up from these parts.
    Status {
        /// The HTTP status.
        status: u16,
        /// The JSON body; `None` for the one that Pinterest sends with this status.
        body: Option<Value>,
        /// Headers to set on top of the usual ones.
        headers: BTreeMap<String, String>,
    },
    /// An answer that is not Pinterest's but of something on the way: a page, half a JSON, nothing.
    Raw {
        /// The HTTP status.
        status: u16,
        /// The body as it is; empty for none.
        text: String,
        /// Its `content-type`; `None` for an answer without one.
        content_type: Option<String>,
        /// Headers, which are all that there are: the usual ones are Pinterest's.
        headers: BTreeMap<String, String>,
    },
}

impl FaultAnswer {
    /// An answer with a status and the body that Pinterest sends with it.
    pub fn status(status: u16) -> Self {
        Self::Status { status, body: None, headers: BTreeMap::new() }
    }

    /// An answer with this body and the content type of a web page.
    pub fn page(status: u16, text: impl Into<String>) -> Self {
        let content_type = Some("text/html".to_owned());
        Self::Raw { status, text: text.into(), content_type, headers: BTreeMap::new() }
    }
}

impl Fault {
    /// A fault on an operation that strikes every call and changes nothing yet: fill in the rest
    /// with `Fault { answer: …, ..Fault::on(…) }`.
    pub fn on(operation: Operation) -> Self {
        Self {
            operation,
            times: None,
            probability: None,
            after_ms: None,
            for_ms: None,
            mode: None,
            person: None,
            board: None,
            effect: Effect::Before,
            answer: None,
            truncated: false,
            delay_ms: None,
            visible_after_ms: None,
        }
    }

    fn matches(&self, call: &Target<'_>) -> bool {
        let narrows =
            |wanted: &Option<String>, given: Option<&str>| wanted.as_deref().is_none_or(|word| Some(word) == given);
        self.operation.covers(call.operation)
            && self.times != Some(0)
            && self.mode.is_none_or(|mode| mode == call.mode)
            && narrows(&self.person, call.person)
            && narrows(&self.board, call.board)
    }
}

/// A fault that was set, and when it strikes.
pub(crate) struct Armed {
    pub(crate) fault: Fault,
    stretch: Stretch,
}

impl Armed {
    pub(crate) fn new(fault: Fault, now: Timestamp) -> Self {
        let stretch = Stretch::new(now, fault.after_ms, fault.for_ms);
        Self { fault, stretch }
    }

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.stretch.is_over(now)
    }
}

/// What faults look at in a call.
pub(crate) struct Target<'a> {
    pub(crate) operation: Operation,
    pub(crate) mode: Mode,
    pub(crate) person: Option<&'a str>,
    pub(crate) board: Option<&'a str>,
}

/// The fault that strikes this call, if any; it is counted, and forgotten when it is used up or over.
pub(crate) fn strike(faults: &mut Vec<Armed>, rng: &mut StdRng, now: Timestamp, call: &Target<'_>) -> Option<Fault> {
    faults.retain(|armed| !armed.is_over(now));
    let position = faults.iter().position(|Armed { fault, stretch }| {
        stretch.holds(now)
            && fault.matches(call)
            && fault.probability.is_none_or(|probability| draw::happens(rng, probability))
    })?;
    let fault = &mut faults[position].fault;
    fault.times = fault.times.map(|times| times - 1);
    let struck = fault.clone();
    if struck.times == Some(0) {
        faults.remove(position);
    }
    Some(struck)
}
