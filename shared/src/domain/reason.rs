//! Why a pin is not published (yet): stable words for programs, and sentences that say what to do.

use super::attempt::words;

words! {
    /// Why a pin waits for something other than its time.
    Hold {
        /// The module is switched off; derived when a pin is read, never stored.
        Disabled = "pinterest_disabled", "Pinterest is switched off. The pin goes out when an administrator enables it, unless it is more than a day late by then.";
        /// The pin belongs to the mode that is not in use; derived when a pin is read, never stored.
        OtherMode = "other_mode", "The pin belongs to an account of the other mode (live or sandbox). It waits until an administrator switches back.";
        /// Pinterest no longer accepts the account's tokens.
        NeedsReconnect = "needs_reconnect", "Pinterest no longer accepts this account's permission. Reconnect the account; its pins are then released.";
        /// The account was disconnected.
        Disconnected = "account_disconnected", "The account was disconnected. Connect the same Pinterest account again to release the pin, or cancel it.";
        /// Pinterest's rate limit is used up (429 code 8).
        RateLimited = "rate_limited", "Pinterest's request limit for this account is used up. The pin goes out when Pinterest opens it again.";
        /// Pinterest blocks the pin's link (429 code 9).
        LinkBlocked = "link_blocked", "Pinterest blocks this link because it may lead to spam. Change the link, or ask Pinterest to review the domain; it is tried again twice a day.";
        /// Pinterest does not let the account pin to this board (401 or 403 about one board).
        NotPermitted = "not_permitted", "Pinterest does not let this account pin to this board. Ask the board's owner for access, or choose another board; if the account's scopes changed, reconnect it and try the pin again. It is tried again twice a day.";
        /// Pinterest blocks the account's pins to combat spam (429).
        SpamBlock = "spam_block", "Pinterest blocks new pins of this account to combat spam. Publish less often; it is tried again after a pause.";
        /// Pinterest did not answer several times running.
        PinterestDown = "pinterest_down", "Pinterest does not answer at present. It is asked every half minute, and the pin goes out when it answers again.";
        /// Earlier pins of the same account go first.
        Queued = "queued", "Earlier pins of this account go first: Pinterest takes about 80 a minute from one account. The time is about when this pin's turn comes.";
        /// More pins of the account are late than go out by themselves in a day.
        DailyLimit = "daily_limit", "More pins of this account are late than go out by themselves in one day, since Pinterest takes many at once for spam. An administrator sets how many these are (pins_per_day). The time is about when this pin's turn comes; to have it out sooner, give it a new time.";
        /// The app has only trial access.
        TrialTier = "trial_tier", "The Pinterest app has only trial access, which may not create pins in live mode. An administrator has to apply for standard access and, when it is granted, save the settings once more; or switch to the sandbox.";
        /// The app is not approved.
        AppNotApproved = "app_not_approved", "Pinterest has not approved the app yet. An administrator has to finish its review on developers.pinterest.com and check the set-up here; the pins then go out.";
        _ => Other, "The pin waits for a reason that another version of this program stored. It is tried again at its time, or fails when it is more than a day late.";
    }
}

words! {
    /// Why a pin failed for good.
    Failure {
        /// It was due longer ago than the grace period.
        Missed = "missed", "The pin could not go out within a day of its time, so it was not published late without asking. Schedule it again.";
        /// Transient refusals went on until the grace period ended.
        GaveUp = "gave_up", "Pinterest did not take the pin in a day of trying. The attempts say what it answered. Schedule it again.";
        /// Pinterest takes the link for invalid.
        LinkInvalid = "link_invalid", "Pinterest takes the pin's link for invalid. Correct the link and schedule the pin again.";
        /// The site of the link or the image does not allow saving from it.
        SiteForbidsSaving = "site_forbids_saving", "The site that the link leads to, or that the image comes from, does not allow saving pins from it. Use another link, or upload the image here, and schedule the pin again.";
        /// Pinterest could not fetch or read the image.
        ImageUnreadable = "image_unreadable", "Pinterest could not fetch or read the image. Check that its address opens in a private window and is a JPEG or PNG.";
        /// The uploaded file is not there any more.
        MediaGone = "media_gone", "The uploaded file was deleted before the pin went out. Upload it again, change the pin's media to it, and try the pin again.";
        /// Pinterest could not make a video of the file.
        VideoRefused = "video_refused", "Pinterest does not take the video, or could not make a pin's video of it; the attempts say what it answered. Export it as MP4 with H.264 video and AAC sound, fast start, upload that, change the pin's media to it, and try the pin again.";
        /// The file did not reach Pinterest.
        VideoNotUploaded = "video_not_uploaded", "The video could not be sent to Pinterest, in many tries; the attempts say why. Try the pin again later, with a smaller file where it is a large one.";
        /// Pinterest finds the image too small.
        ImageTooSmall = "image_too_small", "Pinterest finds the image too small. Use a larger one, best 1000 by 1500 pixels.";
        /// The board is gone.
        BoardNotFound = "board_not_found", "The board does not exist any more, or not in this mode. Choose another board.";
        /// The section is gone.
        SectionNotFound = "section_not_found", "The board section does not exist any more. Choose another section or none.";
        /// Pinterest refuses the pin's content for another reason.
        Rejected = "rejected", "Pinterest refuses the pin. The last attempt has its own words; change the pin by them and schedule it again.";
        _ => Other, "The pin failed for a reason that another version of this program stored. Schedule it again.";
    }
}

words! {
    /// Why a person has to look.
    Doubt {
        /// The request was sent and no answer came back that says what became of it.
        OutcomeUnknown = "outcome_unknown", "Pinterest may or may not have published this pin: its answer was lost, and the pin was not found on its board. Look at the board, then say which pin it is, or have it published again.";
        /// More than one pin on the board may be it, or one that is only similar.
        SeveralOnBoard = "several_on_board", "Pinterest may or may not have published this pin: its answer was lost, and what is on the board may be this pin or another one. Look at the candidates, then say which pin it is, or have it published again.";
        /// The board could not be read for hours, or what it shows proves nothing.
        BoardUnreadable = "board_unreadable", "Pinterest may or may not have published this pin: its answer was lost, and its board could not be read, or its list of pins proved nothing. Look at the board, then say which pin it is, or have it published again.";
        /// Pinterest does not let the app read the board.
        BoardUnverifiable = "board_unverifiable", "Pinterest may or may not have published this pin: its answer was lost, and Pinterest does not let this app read the boards of personal accounts. Look at the board, then say which pin it is, or have it published again. Pins of a business account can be looked up: on Pinterest, convert the account to a business account, which is free, and reconnect it.";
        /// The publisher stopped between claiming the pin and recording what came of it.
        PublisherStopped = "publisher_stopped", "Pinterest may or may not have published this pin: the publisher stopped in the middle, and the pin was not found on its board. Look at the board, then say which pin it is, or have it published again.";
        _ => Other, "Pinterest may or may not have published this pin, for a reason that another version of this program stored. Look at the board, then say which pin it is, or have it published again.";
    }
}

words! {
    /// What would keep a pin from going out at its time, seen shortly before it.
    Warning {
        /// Pinterest does not accept the account's tokens, or will not by then.
        WillNeedReconnect = "will_need_reconnect", "Pinterest does not accept this account's permission, or will not at the pin's time. Reconnect the account before then.";
        /// The account was disconnected.
        WillBeDisconnected = "will_be_disconnected", "The account is disconnected. Connect it again before the pin's time, or cancel the pin.";
        /// The account is held beyond the pin's time.
        WillBeHeld = "will_be_held", "Pinterest does not take pins of this account until after the pin's time. The pin goes out when it does again.";
        /// The board is gone.
        BoardMissing = "board_missing", "Pinterest does not find the board any more. Choose another board before the pin's time.";
        /// The account may not see the board.
        BoardForbidden = "board_forbidden", "Pinterest does not let this account see the board any more. Choose another board, or reconnect the account, before the pin's time.";
        /// Too many late pins of the account are before it.
        WillBeMissed = "will_be_missed", "More late pins of this account go first than go out by themselves in a day, so this one will not go out within a day of its time: it fails then. Give it a new time before that, or have an administrator raise pins_per_day.";
        /// Pinterest has not approved the app.
        AppRefused = "app_refused", "Pinterest refuses the app. An administrator has to finish its review on developers.pinterest.com before the pin's time.";
        /// Pinterest does not take the video.
        VideoRefused = "video_was_refused", "Pinterest does not take the pin's video; the attempts say why. Change the pin's media to another one before its time.";
        /// Pinterest refused the same image a short while ago.
        ImageRefusedBefore = "image_refused_before", "Pinterest refused another pin with this image a short while ago. Use another image before the pin's time.";
        /// Pinterest refused the same link a short while ago.
        LinkRefusedBefore = "link_refused_before", "Pinterest refused another pin with this link a short while ago. Change the link before the pin's time.";
        _ => Other, "Another version of this program saw something in the way of this pin.";
    }
}

words! {
    /// Why a scheduled pin did not go out at its time and is tried again by itself.
    Setback {
        /// Pinterest answered that it had trouble and created nothing.
        PinterestTrouble = "pinterest_trouble", "Pinterest had trouble and did not create the pin. It is tried again.";
        /// Pinterest could not be reached.
        Unreachable = "pinterest_unreachable", "Pinterest could not be reached, so nothing was sent. It is tried again.";
        /// Its answer was lost and it is not on its board.
        NotOnBoard = "not_on_board", "Pinterest's answer was lost. The pin was looked for on its board twice and is not there, so it is posted once more.";
        /// A pin that looks the same is in doubt.
        TwinInDoubt = "twin_in_doubt", "A pin with the same words on the same board is being looked for, since Pinterest's answer was lost. This one goes out when that is settled, so that the two are not taken for each other.";
        /// Somebody else was writing to the board.
        BoardBusy = "board_busy", "Pinterest was busy with another change of the board. It is tried again.";
        /// Pinterest could not fetch the image this time.
        ImageUnreachable = "image_unreachable", "Pinterest could not fetch the image. It is tried again a few times.";
        /// Its video is not ready at Pinterest.
        VideoNotReady = "video_not_ready", "Pinterest does not have the pin's video ready yet. The pin goes out as soon as it has.";
        /// AWS did not answer between the claim and the post.
        AwsTrouble = "aws_trouble", "The account could not be read from AWS, so nothing was sent. It is tried again.";
        /// A key was taken out of the ring too early.
        TokenKeyMissing = "token_key_missing", "The key that sealed this account's tokens was taken out of the token keys, so nothing was sent. It is tried again; an administrator has to put the key back.";
        /// The access token was refused and is being renewed.
        TokenRefused = "token_refused", "Pinterest refused the access token, which is being renewed. It is tried again.";
        _ => Other, "The pin was set back for a reason that another version of this program stored. It is tried again.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_and_no_two_are_alike() {
        let mut codes = std::collections::BTreeSet::new();
        for code in (Hold::ALL.iter().map(|r| r.code()))
            .chain(Failure::ALL.iter().map(|r| r.code()))
            .chain(Doubt::ALL.iter().map(|r| r.code()))
            .chain(Setback::ALL.iter().map(|r| r.code()))
            .chain(Warning::ALL.iter().map(|r| r.code()))
        {
            assert!(codes.insert(code), "{code}");
        }
        for hold in Hold::ALL {
            assert_eq!(Hold::from_code(hold.code()), Some(*hold));
        }
        assert_eq!(Hold::from_code("missed"), None);
    }
}
