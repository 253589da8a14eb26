//! When the pins of a request go out, found before any of them is stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::api::Problem;
use shared::domain::{FieldError, Pin, PinId};

use super::form::{Request, Target};
use super::spacing::Spacing;
use crate::desk::Desk;
use crate::placement::Placement;
use crate::planner::{NoTime, Planner, Timing, ToPlan};
use crate::when::When;

/// The times of the pins of a request, in the order of its targets.
pub struct Timetable<'p, 'd> {
    /// One for each target.
    pub timings: Vec<Timing>,
    planner: &'p mut Planner<'d>,
}

/// Whether the times of a request depend on a plan.
pub fn is_planned(request: &Request, placements: &[Placement]) -> bool {
    request.spacing.is_some()
        || request.targets.iter().any(|target| target.when == When::NextSlot)
        || placements.iter().any(|placement| placement.plan.is_some())
}

impl<'p, 'd> Timetable<'p, 'd> {
    /// Plans one pin after another, and after those that `planner` planned already; those that are `stored` keep their
    /// time. 422 names every target for which there is no time, and then nothing is planned.
    pub async fn plan(
        desk: &Desk,
        planner: &'p mut Planner<'d>,
        (request, ids): (&Request, &[PinId]),
        placements: &[Placement],
        stored: &[Pin],
    ) -> Result<Self, Problem> {
        let plans: BTreeMap<_, _> = request
            .targets
            .iter()
            .zip(placements)
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(target, placement)| {
                (target.account_id.clone(), Spacing::plan(request.spacing, placement.plan.clone()))
            })
            .collect();
        planner.set_plans(plans);
        let (mut timings, mut errors): (Vec<Timing>, Vec<FieldError>) = (Vec::new(), Vec::new());
        // The last one that goes by the common time.
        let mut last = None;
        for (index, (target, id)) in request.targets.iter().zip(ids).enumerate() {
            let wanted = ToPlan { id, account: &target.account_id, content: &request.content };
            let stored = stored.iter().find(|pin| pin.id == *id);
            let timing = match stored {
                Some(pin) => {
                    let timing = Timing::fixed(pin.publish_at);
                    planner.note(wanted, &timing);
                    timing
                }
                None => match time(desk, planner, (wanted, target), request.spacing, last).await? {
                    Ok(timing) => timing,
                    Err(none) => {
                        let own = format!("targets[{index}].publish_at");
                        let path = if target.step.is_some() { "publish_at" } else { &own };
                        let objection = none.objection(path, planner.plan(wanted.account));
                        errors.extend((!errors.contains(&objection)).then_some(objection));
                        Timing::fixed(None)
                    }
                },
            };
            if target.step.is_some() {
                let slot = timing.claim.as_ref().map(|claim| claim.slot).or_else(|| stored?.is_in_slot());
                last = slot.or(timing.at);
            }
            timings.push(timing);
        }
        if errors.is_empty() {
            return Ok(Self { timings, planner });
        }
        for ((target, id), timing) in request.targets.iter().zip(ids).zip(&timings) {
            planner.forget(ToPlan { id, account: &target.account_id, content: &request.content }, timing);
        }
        Err(Problem::invalid(errors))
    }

    /// Plans the pin of that position again, since somebody else was given its slot.
    pub async fn again(
        &mut self,
        desk: &Desk,
        (request, ids): (&Request, &[PinId]),
        position: usize,
    ) -> Result<(), Problem> {
        let target = &request.targets[position];
        let wanted = ToPlan { id: &ids[position], account: &target.account_id, content: &request.content };
        let taken = self.timings[position].claim.as_ref().map(|claim| claim.slot);
        self.planner.forget(wanted, &self.timings[position]);
        let field =
            if target.step.is_some() { "publish_at".to_owned() } else { format!("targets[{position}].publish_at") };
        let from = if request.spacing.is_some_and(|spacing| spacing.interval_minutes.is_some()) { taken } else { None };
        let found = self.planner.next_slot(wanted, from.unwrap_or(desk.now)).await?;
        let plan = self.planner.plan(wanted.account);
        self.timings[position] = found.map_err(|none| Problem::invalid(vec![none.objection(&field, plan)]))?;
        Ok(())
    }
}

async fn time(
    desk: &Desk,
    planner: &mut Planner<'_>,
    (wanted, target): (ToPlan<'_>, &Target),
    spacing: Option<Spacing>,
    last: Option<Timestamp>,
) -> Result<Result<Timing, NoTime>, Problem> {
    let interval = target.step.and(spacing).and_then(|spacing| spacing.interval_minutes);
    let later = |planner: &Planner<'_>, from: Timestamp, minutes: u32| {
        planner.plan(wanted.account).later(from, minutes).unwrap_or(from)
    };
    Ok(match (target.when, interval, target.step) {
        (When::Draft, ..) => Ok(Timing::fixed(None)),
        (When::NextSlot, Some(interval), _) => {
            let from = last.map_or(desk.now, |last| later(planner, last, interval));
            planner.next_slot(wanted, from).await?
        }
        (When::NextSlot, None, _) => planner.next_slot(wanted, desk.now).await?,
        (when, Some(interval), Some(step @ 1..)) => {
            let first = when.moment(desk.now).unwrap_or(desk.now);
            Ok(planner.from(wanted, later(planner, first, interval.saturating_mul(step))).await?)
        }
        (when, ..) => planner.exactly(wanted, when.moment(desk.now).unwrap_or(desk.now)).await?,
    })
}
