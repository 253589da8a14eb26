//! The pins of one request: made, stored once, and found again when the request is repeated.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use http::StatusCode;
use jiff::SignedDuration;
use shared::api::{IdempotencyKey, Note, Problem};
use shared::domain::{AccountId, Mode, Picture, Pin, PinId, Plan};
use shared::store::StoreError;

use super::fingerprint::fingerprint;
use super::form::{Form, Request};
use super::timetable::{Timetable, is_planned};
use crate::desk::Desk;
use crate::placement::Placement;
use crate::planner::{Planner, Timing};

/// How often a pin looks for another slot when somebody else is given the one that it found.
const TURNS: u32 = 200;

/// The pins of a request as they are stored, with what was done to their times.
#[derive(Debug)]
pub struct Filled {
    /// One for each target, in their order.
    pub pins: Vec<Pin>,
    /// What was done, pin by pin.
    pub notes: Vec<(PinId, Note)>,
    /// The plans of their accounts, as far as there are some and they were read.
    pub plans: BTreeMap<AccountId, Plan>,
}

/// A request with the ids of its pins.
pub struct Order {
    request: Request,
    ids: Vec<PinId>,
    /// Absent where the request carries no key.
    fingerprint: Option<String>,
    /// What is known of the picture that the pins show.
    picture: Option<Box<Picture>>,
}

impl Order {
    /// Names the pins: by the key where there is one, otherwise at random.
    pub fn new(desk: &Desk, request: Request, key: Option<IdempotencyKey>) -> Self {
        let id = |position| match &key {
            Some(key) => key.pin_id(&desk.owner, position),
            None => PinId::random(&*desk.function.platform.random),
        };
        let ids = (0..request.targets.len()).map(id).collect();
        Self { fingerprint: key.map(|_| fingerprint(&request)), ids, request, picture: None }
    }

    /// The pins of an earlier request with the same key, those that it did not store included; nothing where there
    /// was none. 409 `idempotency_mismatch` where the earlier request asked for something else.
    pub async fn resume(&mut self, desk: &Desk, form: &Form) -> Result<Option<Filled>, Problem> {
        let store = &desk.function.platform.pins;
        let (Some(_), Some(first)) = (&self.fingerprint, self.ids.first()) else { return Ok(None) };
        let Some(first) = store.load(&desk.owner, first).await? else { return Ok(None) };
        self.recognize(&first)?;
        let stored = store.load_many(&desk.owner, &self.ids).await?;
        if stored.len() == self.ids.len() {
            return Ok(Some(Filled { pins: stored, notes: Vec::new(), plans: BTreeMap::new() }));
        }
        let mut errors = Vec::new();
        let placements = super::place(desk, form, &mut errors).await?.into_iter().enumerate();
        let placements: Vec<_> =
            placements.map(|(position, place)| place.or_else(|| self.as_written(position, first.mode))).collect();
        // An id that is refused by now is stored all the same; a name that means nothing any more cannot be.
        if placements.iter().any(Option::is_none) {
            return Err(Problem::invalid(errors));
        }
        self.picture = first.picture;
        self.fill(desk, &placements, &stored).await.map(Some)
    }

    /// Lets the pins know the picture that they show.
    pub fn with_picture(self, picture: Option<Box<Picture>>) -> Self {
        Self { picture, ..self }
    }

    /// Where the target goes by its ids alone: all accounts of a request belong to one mode, and what else is wrong by
    /// now shows when the pin comes due.
    fn as_written(&self, position: usize, mode: Mode) -> Option<Placement> {
        let target = &self.request.targets[position];
        let section_id = match &target.section {
            Some(section) => Some(section.as_id()?),
            None => None,
        };
        let board_id = target.board.as_id()?;
        Some(Placement { mode, board_id, section_id, verified: false, unverifiable: false, plan: None })
    }

    /// Stores the pins that are not among the `stored` ones yet and answers all of them as they are now.
    ///
    /// The first one decides between two requests with the same key, so it is stored before the others. Where times
    /// depend on a plan, all of them are found before the first pin is stored.
    pub async fn fill(&self, desk: &Desk, placements: &[Option<Placement>], stored: &[Pin]) -> Result<Filled, Problem> {
        let placed: Option<Vec<_>> = placements.iter().cloned().collect();
        let placed = placed.expect("a target without a placement was refused");
        if is_planned(&self.request, &placed) {
            return self.fill_by_plan(desk, &placed, stored).await;
        }
        let at = |position: usize| Timing::fixed(self.request.targets[position].when.moment(desk.now));
        let placed = placed.iter().enumerate();
        let pins: Vec<_> = placed.map(|(position, place)| self.pin(desk, position, place, &at(position))).collect();
        let (first, rest) = pins.split_first().expect("a request without a target was refused");
        let first = self.store(desk, first.clone()).await.map_err(|problem| self.uncertain(problem))?;
        let rest = try_join_all(rest.iter().map(|pin| self.store(desk, pin.clone()))).await;
        let rest = rest.map_err(|problem| self.interrupted(problem))?;
        let placed = self.ids.iter().zip(placements.iter().flatten());
        let notes = placed.filter_map(|(id, place)| Some((id.clone(), place.note()?))).collect();
        // Where one of the accounts has a plan, the times depend on it.
        Ok(Filled { pins: [vec![first], rest].concat(), notes, plans: BTreeMap::new() })
    }

    /// When the pins would go out, without storing any.
    pub async fn timings(
        &self,
        desk: &Desk,
        planner: &mut Planner<'_>,
        placed: &[Placement],
    ) -> Result<Vec<Timing>, Problem> {
        Ok(Timetable::plan(desk, planner, (&self.request, &self.ids), placed, &[]).await?.timings)
    }

    /// The ids of the pins, in the order of the targets.
    pub fn ids(&self) -> &[PinId] {
        &self.ids
    }

    /// What is asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    async fn fill_by_plan(&self, desk: &Desk, placed: &[Placement], stored: &[Pin]) -> Result<Filled, Problem> {
        let asked = (&self.request, self.ids.as_slice());
        let mut planner = Planner::new(desk, []);
        let mut table = Timetable::plan(desk, &mut planner, asked, placed, stored).await?;
        let accounts = self.request.targets.iter().map(|target| target.account_id.clone());
        let plans = accounts.zip(placed).filter_map(|(account, place)| Some((account, place.plan.clone()?))).collect();
        let mut filled = Filled { pins: Vec::new(), notes: Vec::new(), plans };
        for (position, place) in placed.iter().enumerate() {
            if let Some(pin) = stored.iter().find(|pin| pin.id == self.ids[position]) {
                filled.pins.push(pin.clone());
                continue;
            }
            let result = self.store_by_plan(desk, asked, (position, place), &mut table).await;
            filled.pins.push(result.map_err(|problem| match position {
                0 => self.uncertain(problem),
                _ => self.interrupted(problem),
            })?);
            let notes = table.timings[position].notes.iter().copied().chain(place.note());
            filled.notes.extend(notes.map(|note| (self.ids[position].clone(), note)));
        }
        Ok(filled)
    }

    /// Stores one pin, in its slot where it has one; where somebody else is given that slot first, in the next one.
    async fn store_by_plan(
        &self,
        desk: &Desk,
        asked: (&Request, &[PinId]),
        (position, place): (usize, &Placement),
        table: &mut Timetable<'_, '_>,
    ) -> Result<Pin, Problem> {
        let store = &desk.function.platform.pins;
        for turn in 1..=TURNS {
            let timing = &table.timings[position];
            let pin = self.pin(desk, position, place, timing);
            let Some(claim) = &timing.claim else { return self.store(desk, pin).await };
            match store.create_in(&pin, claim).await {
                Ok(()) => return Ok(pin),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(stored) = store.load(&desk.owner, &pin.id).await? {
                self.recognize(&stored)?;
                return Ok(stored);
            }
            pause(desk, turn).await;
            table.again(desk, asked, position).await?;
        }
        Err(StoreError::Conflict.into())
    }

    fn pin(&self, desk: &Desk, position: usize, placement: &Placement, timing: &Timing) -> Pin {
        let target = &self.request.targets[position];
        let to = placement.destination(target.account_id.clone());
        let content = self.request.content.clone();
        let mut pin = Pin::draft(self.ids[position].clone(), desk.owner.clone(), to, content, desk.now);
        pin.request_fingerprint.clone_from(&self.fingerprint);
        pin.picture.clone_from(&self.picture);
        pin.created_by.clone_from(&desk.by);
        if let Some(at) = timing.at {
            pin.schedule(at, desk.now).expect("a draft can be scheduled");
            pin.slot = timing.claim.as_ref().map(|claim| claim.slot);
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
        let detail = "This Idempotency-Key was already used for a different request. Use a new key.";
        Err(Problem::conflict("idempotency_mismatch", detail))
    }

    /// Says what to do where nobody knows whether the first pin is stored.
    fn uncertain(&self, problem: Problem) -> Problem {
        if problem.status != StatusCode::SERVICE_UNAVAILABLE {
            return problem;
        }
        let detail = match self.fingerprint {
            Some(_) => "Send the request again with the same Idempotency-Key. Nothing is scheduled twice.",
            None => {
                "The pin may be scheduled anyway. Check your pins before you send the request again. Next time, send \
                 an Idempotency-Key, which makes it safe to repeat a request."
            }
        };
        Problem { detail: detail.to_owned(), ..problem }
    }

    /// Says what to do where some pins are stored and others may not be.
    fn interrupted(&self, problem: Problem) -> Problem {
        let detail = match self.fingerprint {
            Some(_) => {
                "Some of the pins are scheduled. Send the request again with the same Idempotency-Key to schedule \
                 the rest."
            }
            None => {
                "Some of the pins are scheduled. Check your pins before you send the request for the others. Next \
                 time, send an Idempotency-Key, which makes it safe to repeat a request."
            }
        };
        Problem { detail: detail.to_owned(), ..problem }
    }
}

/// Waits for a moment that is drawn, so that many who look for slots do not meet again and again.
async fn pause(desk: &Desk, turn: u32) {
    let mut drawn = [0; 1];
    desk.function.platform.random.fill(&mut drawn);
    let wait = SignedDuration::from_millis(i64::from(drawn[0]) * i64::from(turn.min(8)) / 16);
    let clock = &desk.function.platform.clock;
    clock.sleep_until(clock.now() + wait).await;
}
