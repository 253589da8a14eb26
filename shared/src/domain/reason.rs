//! Why a pin is not published (yet): stable words for programs, and sentences that say what to do.

use super::attempt::words;

words! {
    /// Why a pin waits for something other than its time.
    Hold {
        /// The module is switched off; derived when a pin is read, never stored.
        Disabled = "pinterest_disabled", "Pinterest is switched off. The pin goes out when an administrator switches it on, unless it is more than a day late by then.";
        /// The pin belongs to the mode that is not in use; derived when a pin is read, never stored.
        OtherMode = "other_mode", "The pin's account belongs to the other mode (live or sandbox). The pin waits until an administrator switches back.";
        /// Pinterest no longer accepts the account's tokens.
        NeedsReconnect = "needs_reconnect", "Pinterest no longer accepts this account's authorization. Reconnect it to release its pins.";
        /// The account was disconnected.
        Disconnected = "account_disconnected", "The account was disconnected. Reconnect the same Pinterest account to release the pin, or cancel the pin.";
        /// Pinterest's rate limit is used up (429 code 8).
        RateLimited = "rate_limited", "Pinterest's request limit for this account is used up. The pin goes out when Pinterest accepts requests again.";
        /// Pinterest blocks the pin's link (429 code 9).
        LinkBlocked = "link_blocked", "Pinterest is blocking this link as possible spam. Change the link, or ask Pinterest to review the domain. Pinwheel tries again twice a day.";
        /// Pinterest does not let the account pin to this board (401 or 403 about one board).
        NotPermitted = "not_permitted", "Pinterest doesn't let this account pin to this board. Ask the board's owner for access, or choose another board. If the account's scopes changed, reconnect it and retry the pin. Pinwheel tries again twice a day.";
        /// Pinterest blocks the account's pins to combat spam (429).
        SpamBlock = "spam_block", "Pinterest is blocking new pins from this account as possible spam. Publish less often. Pinwheel tries again after a pause.";
        /// Pinterest did not answer several times running.
        PinterestDown = "pinterest_down", "Pinterest isn't responding. Pinwheel checks every 30 seconds and publishes the pin when Pinterest is back.";
        /// Earlier pins of the same account go first.
        Queued = "queued", "Earlier pins of this account go first. Pinterest accepts about 80 per minute from one account. The time shown is an estimate.";
        /// More pins of the account are late than go out by themselves in a day.
        DailyLimit = "daily_limit", "This account has more late pins than may go out in one day, because Pinterest may treat many at once as spam. The time shown is an estimate. To publish the pin sooner, reschedule it. An administrator can change the limit (pins_per_day).";
        /// The app has only trial access.
        TrialTier = "trial_tier", "The Pinterest app has only trial access, which can't create pins in live mode. An administrator has to apply for standard access and save the settings again once it is granted, or switch to the sandbox.";
        /// The app is not approved.
        AppNotApproved = "app_not_approved", "Pinterest hasn't approved the app yet. An administrator has to complete its review on developers.pinterest.com and then run the setup check here. The pins go out after that.";
        _ => Other, "The pin is on hold for a reason that another version of Pinwheel recorded. It is tried at its time, and fails if it is more than a day late.";
    }
}

words! {
    /// Why a pin failed for good.
    Failure {
        /// It was due longer ago than the grace period.
        Missed = "missed", "The pin couldn't go out within a day of its time. It wasn't published late without your consent. Reschedule it.";
        /// Transient refusals went on until the grace period ended.
        GaveUp = "gave_up", "Pinterest didn't accept the pin in a day of trying. The attempts show its responses. Reschedule the pin.";
        /// Pinterest takes the link for invalid.
        LinkInvalid = "link_invalid", "Pinterest considers the pin's link invalid. Correct the link and reschedule the pin.";
        /// The site of the link or the image does not allow saving from it.
        SiteForbidsSaving = "site_forbids_saving", "The website of the link or image doesn't allow saving pins. Use another link, or upload the image here, and reschedule the pin.";
        /// Pinterest could not fetch or read the image.
        ImageUnreadable = "image_unreadable", "Pinterest couldn't fetch or read the image. Check that its URL opens in a private window and is a JPEG or PNG.";
        /// The uploaded file is not there any more.
        MediaGone = "media_gone", "The uploaded file was deleted before the pin went out. Upload it again, select it for the pin, and retry the pin.";
        /// Pinterest could not make a video of the file.
        VideoRefused = "video_refused", "Pinterest rejected the video or couldn't process it; the attempts show its response. Export the video as MP4 (H.264 video, AAC sound, fast start), upload it, select it for the pin, and retry the pin.";
        /// The file did not reach Pinterest.
        VideoNotUploaded = "video_not_uploaded", "The video couldn't be sent to Pinterest after several tries; the attempts show why. Retry the pin later. If the file is large, use a smaller one.";
        /// Pinterest finds the image too small.
        ImageTooSmall = "image_too_small", "The image is too small for Pinterest. Use a larger one, ideally 1000 by 1500 pixels.";
        /// The board is gone.
        BoardNotFound = "board_not_found", "The board no longer exists, or doesn't exist in this mode. Choose another board.";
        /// The section is gone.
        SectionNotFound = "section_not_found", "The board section no longer exists. Choose another section or none.";
        /// Pinterest refuses the pin's content for another reason.
        Rejected = "rejected", "Pinterest rejected the pin. The last attempt shows the reason. Change the pin and reschedule it.";
        _ => Other, "The pin failed for a reason that another version of Pinwheel recorded. Reschedule it.";
    }
}

words! {
    /// Why a person has to look.
    Doubt {
        /// The request was sent and no answer came back that says what became of it.
        OutcomeUnknown = "outcome_unknown", "Pinterest's response was lost and the pin wasn't found on its board, so it may or may not be published. Check the board, then select the pin that it is, or publish it again.";
        /// More than one pin on the board may be it, or one that is only similar.
        SeveralOnBoard = "several_on_board", "Pinterest's response was lost, and the board has pins that may or may not be this one. Check the candidates, then select the pin that it is, or publish it again.";
        /// The board could not be read for hours, or what it shows proves nothing.
        BoardUnreadable = "board_unreadable", "Pinterest's response was lost and its board couldn't be checked reliably, so the pin may or may not be published. Check the board, then select the pin that it is, or publish it again.";
        /// Pinterest does not let the app read the board.
        BoardUnverifiable = "board_unverifiable", "Pinterest's response was lost, and Pinterest doesn't let this app read the boards of personal accounts, so the pin may or may not be published. Check the board, then select the pin that it is, or publish it again. To let Pinwheel check by itself, convert the account to a free business account on Pinterest and reconnect it.";
        /// The publisher stopped between claiming the pin and recording what came of it.
        PublisherStopped = "publisher_stopped", "Pinwheel was interrupted while publishing and the pin wasn't found on its board, so it may or may not be published. Check the board, then select the pin that it is, or publish it again.";
        _ => Other, "The pin may or may not be published, for a reason that another version of Pinwheel recorded. Check the board, then select the pin that it is, or publish it again.";
    }
}

words! {
    /// What would keep a pin from going out at its time, seen shortly before it.
    Warning {
        /// Pinterest does not accept the account's tokens, or will not by then.
        WillNeedReconnect = "will_need_reconnect", "Pinterest doesn't accept this account's authorization, or won't at the pin's time. Reconnect the account before then.";
        /// The account was disconnected.
        WillBeDisconnected = "will_be_disconnected", "The account is disconnected. Reconnect it before the pin's time, or cancel the pin.";
        /// The account is held beyond the pin's time.
        WillBeHeld = "will_be_held", "Pinterest won't accept pins from this account until after the pin's time. The pin goes out late.";
        /// The board is gone.
        BoardMissing = "board_missing", "Pinterest can't find the board any more. Choose another board before the pin's time.";
        /// The account may not see the board.
        BoardForbidden = "board_forbidden", "Pinterest no longer lets this account see the board. Choose another board, or reconnect the account, before the pin's time.";
        /// Too many late pins of the account are before it.
        WillBeMissed = "will_be_missed", "Too many late pins of this account go first, so this one won't go out within a day of its time and will fail. Reschedule it before that, or ask an administrator to raise the daily limit (pins_per_day).";
        /// Pinterest has not approved the app.
        AppRefused = "app_refused", "Pinterest is refusing the app. An administrator has to complete its review on developers.pinterest.com before the pin's time.";
        /// Pinterest does not take the video.
        VideoRefused = "video_was_refused", "Pinterest rejected the pin's video; the attempts show why. Select another image or video before the pin's time.";
        /// Pinterest refused the same image a short while ago.
        ImageRefusedBefore = "image_refused_before", "Pinterest recently rejected another pin with this image. Use another image before the pin's time.";
        /// Pinterest refused the same link a short while ago.
        LinkRefusedBefore = "link_refused_before", "Pinterest recently rejected another pin with this link. Change the link before the pin's time.";
        _ => Other, "Another version of Pinwheel found a problem with this pin.";
    }
}

words! {
    /// Why a scheduled pin did not go out at its time and is tried again by itself.
    Setback {
        /// Pinterest answered that it had trouble and created nothing.
        PinterestTrouble = "pinterest_trouble", "Pinterest had a problem and didn't create the pin. Pinwheel will try again.";
        /// Pinterest could not be reached.
        Unreachable = "pinterest_unreachable", "Pinterest couldn't be reached, so nothing was sent. Pinwheel will try again.";
        /// Its answer was lost and it is not on its board.
        NotOnBoard = "not_on_board", "Pinterest's response was lost. Two checks didn't find the pin on its board, so Pinwheel posts it again.";
        /// A pin that looks the same is in doubt.
        TwinInDoubt = "twin_in_doubt", "Pinwheel is checking whether another pin with the same texts was published on this board. This pin goes out after that, so that the two aren't confused.";
        /// Somebody else was writing to the board.
        BoardBusy = "board_busy", "Pinterest was busy with another change to the board. Pinwheel will try again.";
        /// Pinterest could not fetch the image this time.
        ImageUnreachable = "image_unreachable", "Pinterest couldn't fetch the image. Pinwheel will try a few more times.";
        /// Its video is not ready at Pinterest.
        VideoNotReady = "video_not_ready", "Pinterest is still processing the video. The pin goes out as soon as it is ready.";
        /// AWS did not answer between the claim and the post.
        AwsTrouble = "aws_trouble", "The account couldn't be read from AWS, so nothing was sent. Pinwheel will try again.";
        /// A key was taken out of the ring too early.
        TokenKeyMissing = "token_key_missing", "The key that sealed this account's tokens was removed, so nothing was sent. Pinwheel keeps trying; an administrator has to restore the key.";
        /// The access token was refused and is being renewed.
        TokenRefused = "token_refused", "Pinterest refused the access token. Pinwheel is renewing it and will try again.";
        _ => Other, "The pin was delayed for a reason that another version of Pinwheel recorded. Pinwheel will try again.";
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
