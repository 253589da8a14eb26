//! When the next step of a video is due, whatever a person does to its pin meanwhile.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use jiff::ToSpan;

use super::*;
use crate::domain::content::{Cover, Draft};
use crate::domain::pin_moves::tests::NOW;
use crate::domain::{AccountId, Content, Destination, Edit, MediaId, Mode, NewTime, PinId};
use crate::random::SystemRandom;

fn video() -> Media {
    Media::Video { id: MediaId::new(NOW, &SystemRandom), cover: Cover::default() }
}

fn content(media: Media) -> Content {
    Content::check(Draft { media, ..Draft::default() }).unwrap()
}

/// A pin with a video that is scheduled for `at`.
fn scheduled(at: Timestamp) -> Pin {
    let to = Destination {
        account_id: AccountId::random(&SystemRandom),
        mode: Mode::Live,
        board_id: "1".parse().unwrap(),
        section_id: None,
        board_verified: true,
    };
    let id = PinId::random(&SystemRandom);
    let mut pin = Pin::draft(id, "alice".parse().unwrap(), to, content(video()), NOW);
    pin.schedule(at, NOW).unwrap();
    pin
}

fn edited(pin: &mut Pin, media: Media, time: NewTime, now: Timestamp) {
    let edit =
        Edit { content: content(media), board_id: pin.board_id.clone(), section_id: None, board_verified: true, time };
    pin.edit(edit, now).unwrap();
}

fn due(pin: &Pin) -> Timestamp {
    pin.due.as_ref().unwrap().at
}

fn stage(pin: &Pin) -> &'static str {
    pin.video.as_ref().unwrap().stage.code()
}

type Step = fn(&mut Pin) -> Result<(), IllegalMove>;

fn media_id() -> PinterestMediaId {
    "7".parse().unwrap()
}

#[test]
fn a_video_is_due_an_hour_or_more_before_its_pin_or_at_once() {
    let leads: Vec<_> =
        (0..200).map(|_| (NOW + 48.hours()).duration_since(due(&scheduled(NOW + 48.hours())))).collect();
    let [most, least] = [SignedDuration::from_mins(90), LEAD];
    assert!(leads.iter().all(|lead| (least..most).contains(lead)), "{leads:?}");
    let early = leads.iter().filter(|lead| **lead > SignedDuration::from_mins(75)).count();
    assert!((50..150).contains(&early), "many for one moment are spread: {early}");
    assert_eq!(due(&scheduled(NOW + 20.minutes())), NOW);
    assert_eq!(due(&scheduled(NOW)), NOW);
}

#[test]
fn the_pin_is_due_at_its_own_time_once_its_video_is_ready() {
    let at = NOW + 65.minutes();
    let mut pin = scheduled(at);
    pin.begin_upload(NOW + 4.minutes(), NOW).unwrap();
    assert_eq!((stage(&pin), due(&pin)), ("uploading", NOW + 4.minutes()));
    pin.uploaded(media_id(), NOW + 2.minutes(), NOW + 1.minute()).unwrap();
    assert_eq!((stage(&pin), due(&pin)), ("processing", NOW + 2.minutes()));
    let version = pin.version;
    pin.still_processing(NOW + 3.minutes(), NOW + 2.minutes()).unwrap();
    assert_eq!((due(&pin), pin.version), (NOW + 3.minutes(), version), "nobody sees a difference");
    pin.video_ready(media_id(), NOW + 4.minutes()).unwrap();
    assert_eq!((stage(&pin), due(&pin)), ("ready", at));
    assert_eq!(pin.state, State::Scheduled { setback: None });
}

#[test]
fn a_video_that_is_not_ready_in_time_is_the_reason_that_the_pin_waits() {
    let mut pin = scheduled(NOW + 1.minute());
    pin.uploaded(media_id(), NOW + 3.minutes(), NOW).unwrap();
    assert_eq!(pin.state, State::Scheduled { setback: Some(Setback::VideoNotReady) });
    pin.video_ready(media_id(), NOW + 3.minutes()).unwrap();
    assert_eq!(due(&pin), NOW + 1.minute(), "it goes out as soon as somebody looks");
    assert_eq!(pin.state, State::Scheduled { setback: None });
}

#[test]
fn an_upload_that_came_to_nothing_is_not_begun_before_its_time() {
    let mut pin = scheduled(NOW + 30.minutes());
    pin.upload_failed(NOW + 2.minutes(), NOW).unwrap();
    assert_eq!((due(&pin), pin.video.as_ref().unwrap().failures), (NOW + 2.minutes(), 1));
    pin.put_upload_off(NOW + 5.minutes(), NOW).unwrap();
    assert_eq!((due(&pin), pin.video.as_ref().unwrap().failures), (NOW + 5.minutes(), 1));
}

#[test]
fn a_ready_video_is_kept_for_a_day_and_no_longer() {
    let ready = |moved: Timestamp| {
        let mut pin = scheduled(NOW + 30.minutes());
        pin.video_ready(media_id(), NOW).unwrap();
        let media = pin.content.media().clone();
        edited(&mut pin, media, NewTime::At(moved), NOW);
        (stage(&pin), due(&pin))
    };
    assert_eq!(ready(NOW + 24.hours()), ("ready", NOW + 24.hours()));
    let (stage, due) = ready(NOW + 25.hours());
    assert_eq!(stage, "waiting");
    assert!((NOW + 23.hours()..=NOW + 24.hours()).contains(&due), "{due}");
}

#[test]
fn another_video_is_uploaded_anew_and_another_picture_not_at_all() {
    let at = NOW + 30.minutes();
    let mut pin = scheduled(at);
    pin.video_ready(media_id(), NOW).unwrap();
    let mut words = pin.clone();
    let media = pin.content.media().clone();
    edited(&mut words, Media::Video { id: media.files()[0].clone(), cover: Cover::Second(3) }, NewTime::Same, NOW);
    assert_eq!((stage(&words), due(&words)), ("ready", at), "another cover is no other video");
    edited(&mut pin, video(), NewTime::Same, NOW);
    assert_eq!((stage(&pin), due(&pin)), ("waiting", NOW));
    edited(&mut pin, Media::at("https://example.com/a.jpg"), NewTime::Same, NOW);
    assert_eq!((&pin.video, due(&pin)), (&None, at));
    edited(&mut pin, video(), NewTime::Same, NOW);
    assert_eq!((stage(&pin), due(&pin)), ("waiting", NOW));
}

#[test]
fn a_pin_that_is_tried_again_is_not_tried_before_whatever_its_video_waits_for() {
    let attempt = || crate::domain::AttemptId::random(&SystemRandom);
    let steps: [Step; 4] = [
        |_| Ok(()),
        |pin| pin.begin_upload(NOW, NOW),
        |pin| pin.uploaded(media_id(), NOW, NOW),
        |pin| pin.video_ready(media_id(), NOW),
    ];
    for (index, step) in steps.into_iter().enumerate() {
        let mut pin = scheduled(NOW);
        step(&mut pin).unwrap();
        pin.state = State::Publishing { attempt: attempt(), lease_until: NOW };
        pin.retry(Setback::AwsTrouble, NOW + 30.seconds(), NOW + 1.second()).unwrap();
        assert_eq!(due(&pin), NOW + 30.seconds(), "step {index}");
    }
}

#[test]
fn what_was_left_long_ago_is_begun_anew_where_the_pin_is_planned_for_later() {
    let mut pin = scheduled(NOW + 10.minutes());
    pin.begin_upload(NOW + 4.minutes(), NOW).unwrap();
    let media = pin.content.media().clone();
    edited(&mut pin, media.clone(), NewTime::None, NOW);
    let later = NOW + 10.minutes();
    edited(&mut pin, media, NewTime::At(later + 72.hours()), later);
    assert_eq!(stage(&pin), "waiting");
    assert!(due(&pin) > later + 70.hours());
}

#[test]
fn an_upload_that_nobody_ended_is_counted_as_lost() {
    let mut pin = scheduled(NOW);
    pin.begin_upload(NOW + 4.minutes(), NOW).unwrap();
    assert_eq!(pin.video.as_ref().unwrap().lost, 0);
    pin.begin_upload(NOW + 9.minutes(), NOW + 5.minutes()).unwrap();
    pin.upload_lost(NOW + 8.minutes(), NOW + 7.minutes()).unwrap();
    assert_eq!(pin.video.as_ref().unwrap().lost, 2);
}

#[test]
fn a_warning_stays_while_its_video_is_on_its_way() {
    let mut pin = scheduled(NOW + 30.minutes());
    pin.warn(Some(Warning::WillNeedReconnect));
    pin.put_upload_off(NOW + 5.minutes(), NOW).unwrap();
    assert_eq!(pin.warning, Some(Warning::WillNeedReconnect));
}

#[test]
fn a_refused_video_warns_and_is_tried_anew_when_somebody_asks_for_it() {
    let at = NOW + 30.minutes();
    let mut pin = scheduled(at);
    pin.refuse_video(Failure::VideoRefused, NOW).unwrap();
    assert_eq!((stage(&pin), due(&pin), pin.warning), ("refused", at, Some(Warning::VideoRefused)));
    pin.state = State::Failed { reason: Failure::VideoRefused };
    pin.try_again(NOW + 1.hour(), at).unwrap();
    assert_eq!((stage(&pin), due(&pin), pin.warning), ("waiting", at, None));
    pin.video_ready(media_id(), at).unwrap();
    let attempt = crate::domain::AttemptId::random(&SystemRandom);
    pin.state = State::Publishing { attempt, lease_until: at };
    pin.fail_with_video(Failure::VideoRefused, at).unwrap();
    pin.try_again(at, at).unwrap();
    assert_eq!(stage(&pin), "waiting", "what Pinterest forgot is not posted again");
}

#[test]
fn only_a_scheduled_pin_has_steps() {
    let steps: [Step; 6] = [
        |pin| pin.begin_upload(NOW, NOW),
        |pin| pin.uploaded(media_id(), NOW, NOW),
        |pin| pin.still_processing(NOW, NOW),
        |pin| pin.video_ready(media_id(), NOW),
        |pin| pin.upload_failed(NOW, NOW),
        |pin| pin.refuse_video(Failure::VideoRefused, NOW),
    ];
    for step in steps {
        let mut pin = scheduled(NOW + 1.hour());
        pin.cancel(NOW).unwrap();
        let before = pin.clone();
        assert!(step(&mut pin).is_err());
        assert_eq!(pin, before);
        let mut image = scheduled(NOW + 1.hour());
        edited(&mut image, Media::at("https://example.com/a.jpg"), NewTime::Same, NOW);
        let before = image.clone();
        assert!(step(&mut image).is_err());
        assert_eq!(image, before);
    }
}
