//! The pins of one request: made, stored once, and found again when the request is repeated.

use futures_util::future::try_join_all;
use http::StatusCode;
use shared::api::Problem;
use shared::domain::{Content, Destination, Pin, PinId};
use shared::store::StoreError;

use super::fingerprint::fingerprint;
use super::form::{Form, Request};
use crate::desk::Desk;
use crate::idempotency::IdempotencyKey;
use crate::placement::Placement;

/// A request with the ids of its pins.
pub struct Order {
    request: Request,
    ids: Vec<PinId>,
    /// Absent where the request carries no key.
    fingerprint: Option<String>,
}

impl Order {
    /// Names the pins: by the key where there is one, otherwise at random.
    pub fn new(desk: &Desk, request: Request, key: Option<IdempotencyKey>) -> Self {
        let id = |position| match &key {
            Some(key) => key.pin_id(&desk.owner, position),
            None => PinId::random(&*desk.function.platform.random),
        };
        let ids = (0..request.targets.len()).map(id).collect();
        Self { fingerprint: key.map(|_| fingerprint(&request)), ids, request }
    }

    /// The pins of an earlier request with the same key, those that it did not store included; nothing where there
    /// was none. 409 `idempotency_mismatch` where the earlier request asked for something else.
    pub async fn resume(&self, desk: &Desk, form: &Form) -> Result<Option<Vec<Pin>>, Problem> {
        let store = &desk.function.platform.pins;
        let (Some(_), Some(first)) = (&self.fingerprint, self.ids.first()) else { return Ok(None) };
        let Some(first) = store.load(&desk.owner, first).await? else { return Ok(None) };
        self.recognize(&first)?;
        let stored = store.load_many(&desk.owner, &self.ids).await?;
        if stored.len() == self.ids.len() {
            return Ok(Some(stored));
        }
        // All accounts of a request belong to one mode; what else is wrong by now shows when the pin comes due.
        let unverified = Placement { mode: first.mode, verified: false };
        let placements = super::place(desk, form, &mut Vec::new()).await?;
        let placements: Vec<_> = placements.into_iter().map(|place| place.or(Some(unverified))).collect();
        self.fill(desk, &placements).await.map(Some)
    }

    /// Stores the pins that are not stored yet and answers all of them as they are now.
    ///
    /// The first one decides between two requests with the same key, so it is stored before the others.
    pub async fn fill(&self, desk: &Desk, placements: &[Option<Placement>]) -> Result<Vec<Pin>, Problem> {
        let placed: Option<Vec<_>> = placements.iter().copied().collect();
        let placed = placed.expect("a target without a placement was refused");
        let pins: Vec<_> = (0..self.ids.len()).map(|position| self.pin(desk, position, placed[position])).collect();
        let (first, rest) = pins.split_first().expect("a request without a target was refused");
        let first = self.store(desk, first.clone()).await.map_err(|problem| self.uncertain(problem))?;
        let rest = try_join_all(rest.iter().map(|pin| self.store(desk, pin.clone()))).await;
        let rest = rest.map_err(|problem| self.interrupted(problem))?;
        Ok([vec![first], rest].concat())
    }

    /// What its pins show.
    pub fn content(&self) -> &Content {
        &self.request.content
    }

    fn pin(&self, desk: &Desk, position: usize, placement: Placement) -> Pin {
        let target = &self.request.targets[position];
        let Placement { mode, verified } = placement;
        let to = Destination {
            account_id: target.account_id.clone(),
            mode,
            board_id: target.board_id.clone(),
            section_id: target.section_id.clone(),
            board_verified: verified,
        };
        let content = self.request.content.clone();
        let mut pin = Pin::draft(self.ids[position].clone(), desk.owner.clone(), to, content, desk.now);
        pin.request_fingerprint.clone_from(&self.fingerprint);
        if let Some(at) = target.when.moment(desk.now) {
            pin.schedule(at, desk.now).expect("a draft can be scheduled");
        }
        pin
    }

    /// Stores `pin`; answers the pin that has its id already, where an earlier try or request stored it.
    async fn store(&self, desk: &Desk, pin: Pin) -> Result<Pin, Problem> {
        let store = &desk.function.platform.pins;
        match store.create(&pin).await {
            Ok(()) => Ok(pin),
            Err(StoreError::Conflict) => {
                let stored = store.load(&desk.owner, &pin.id).await?.ok_or(StoreError::Conflict)?;
                self.recognize(&stored)?;
                Ok(stored)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn recognize(&self, stored: &Pin) -> Result<(), Problem> {
        if stored.request_fingerprint == self.fingerprint {
            return Ok(());
        }
        let detail = "This Idempotency-Key was used for another request. Use a new key for a new request.";
        Err(Problem::conflict("idempotency_mismatch", detail))
    }

    /// Says what to do where nobody knows whether the first pin is stored.
    fn uncertain(&self, problem: Problem) -> Problem {
        if problem.status != StatusCode::SERVICE_UNAVAILABLE {
            return problem;
        }
        let detail = match self.fingerprint {
            Some(_) => "Repeat the request with the same Idempotency-Key: nothing is stored twice.",
            None => {
                "The pin may be stored all the same. Look at GET /v1/pins before you repeat the request, and send an \
                 Idempotency-Key next time: then a request can be repeated as it is."
            }
        };
        Problem { detail: detail.to_owned(), ..problem }
    }

    /// Says what to do where some pins are stored and others may not be.
    fn interrupted(&self, problem: Problem) -> Problem {
        let detail = match self.fingerprint {
            Some(_) => {
                "Some of the pins are stored. Repeat the request with the same Idempotency-Key: it stores the rest."
            }
            None => {
                "Some of the pins are stored. Look at GET /v1/pins before you repeat the request for the others, and \
                 send an Idempotency-Key next time: then a request can be repeated as it is."
            }
        };
        Problem { detail: detail.to_owned(), ..problem }
    }
}
