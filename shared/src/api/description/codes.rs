//! What the codes of problems mean, for the description.

/// When a problem with this code is answered, and what to do; absent for a code that is none.
pub fn meaning(code: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

const MEANINGS: &[(&str, &str)] = &[
    ("account_disconnected", "the account was disconnected in the meantime. Reconnect it."),
    ("account_taken", "another owner has connected this Pinterest account."),
    (
        "admin_required",
        "only members of the group `pinwheel-admin`, and machine clients with the scope `pinwheel/admin`, may do this.",
    ),
    ("ambiguous", "several boards have this name; `detail` lists them with their IDs. Use the ID of one."),
    ("app_not_approved", "Pinterest hasn't approved the app yet."),
    ("board_busy", "Pinterest is busy with another change to this board. Nothing was changed; try again in a moment."),
    ("cancelled", "the pin was cancelled."),
    ("changed_meanwhile", "it changed since you read it. Read it again and repeat the change."),
    ("checking", "Pinwheel is checking whether the pin is on Pinterest. Try again after that."),
    (
        "data_access_denied",
        "Pinterest doesn't let this app read the boards and pins of personal accounts. Convert the account to a \
         business account.",
    ),
    ("draft", "the pin is a draft."),
    ("events_disabled", "events are switched off in the settings."),
    ("failed", "the pin failed; it can be tried again."),
    (
        "gone_from_pinterest",
        "Pinterest no longer has the pin: it was deleted there, by the account or by Pinterest itself.",
    ),
    ("held", "the pin is held for a reason that retrying doesn't fix; its reason says which."),
    ("idempotency_mismatch", "the key was already used for a different request. Use a new key for each."),
    ("importer_unavailable", "the file was accepted, but AWS can't start storing its pins. Send it again."),
    (
        "imported_before",
        "the file was imported more than 30 days ago, and its pins exist. Send another `Idempotency-Key`.",
    ),
    ("internal", "some stored data can't be read by this version; the log of the request has the details."),
    ("invalid", "some fields are invalid; `errors` lists each with what to do. Nothing was saved."),
    (
        "limit_reached",
        "you have as much as an administrator allows: `limit` names the limit and how much you have, `detail` what to do.",
    ),
    ("link_used", "an account is already connected by the link; disconnect the account instead."),
    ("malformed_json", "the body isn't valid JSON."),
    ("malformed_request", "the request couldn't be understood."),
    ("media_in_use", "a waiting pin needs the file. Cancel the pin, or give it another image, first."),
    ("method_not_allowed", "an encoded `#` or `?` in an ID makes this another path, which doesn't support the method."),
    ("needs_reconnect", "Pinterest no longer accepts this account's authorization. Reconnect it."),
    ("needs_review", "the pin may already be on Pinterest; resolve that first."),
    ("not_configured", "the Pinterest app isn't completely set up; an administrator has to do that."),
    ("not_found", "it does not exist, or belongs to another owner."),
    ("not_permitted", "Pinterest doesn't allow this account to do that."),
    ("not_uploaded", "the file hasn't been uploaded. Upload it first, or announce it again if its URL has expired."),
    ("other_mode", "the account belongs to the mode (live or sandbox) that isn't in use."),
    ("outcome_unknown", "Pinterest may or may not have done it. Check before you try again."),
    ("owner_claim_missing", "the token doesn't say whose data it is for."),
    ("owner_invalid", "the header `Pinwheel-Owner` was sent twice, is blank or is longer than 256 bytes."),
    (
        "owner_is_being_erased",
        "an administrator is having everything of this owner erased, which takes up to an hour. After that one can begin anew.",
    ),
    ("owner_not_allowed", "the header `Pinwheel-Owner` is for machine clients only, and this is a person's token."),
    ("owner_required", "a machine client has to name the owner that it acts for in the header `Pinwheel-Owner`."),
    ("pinterest_disabled", "Pinterest is switched off in the settings."),
    (
        "pinterest_rate_limited",
        "Pinterest's request limit is used up. `Retry-After` says how long to wait, if that is known.",
    ),
    ("pinterest_refused", "Pinterest refused it; `detail` quotes the reason."),
    ("pinterest_spam_block", "Pinterest is blocking this account's changes as possible spam. Wait a few hours."),
    ("pinterest_unavailable", "Pinterest isn't responding properly. Try again in a minute."),
    ("precondition_required", "the header `If-Match` is missing."),
    ("public_url_unknown", "the installation doesn't know its own URL; set `PUBLIC_URL`."),
    ("published", "the pin is published."),
    ("publishing", "the pin is being published right now."),
    ("rotated_lately", "the secret was replaced less than a day ago, and both still sign. `detail` says until when."),
    ("sandbox_without_figures", "Pinterest has no figures in its sandbox."),
    ("sandbox_only", "tokens can be pasted only in sandbox mode."),
    ("scheduled", "the pin is waiting for its time."),
    ("scope_required", "the token has a scope that the installation accepts, but not the one that this needs."),
    ("scope_missing", "the account was connected without a scope that this needs. Reconnect it and allow everything."),
    ("secrets_unavailable", "Secrets Manager isn't responding. Nothing is lost; try again in a moment."),
    ("storage_unavailable", "DynamoDB or S3 isn't responding. Nothing is lost; try again in a moment."),
    ("taken_down", "the pin was taken down from Pinterest."),
    ("token_key_missing", "the key that sealed the account's tokens was removed; an administrator has to restore it."),
    ("too_large", "the body is larger than 2 MB."),
    ("too_many_links", "a hundred links are open, or very many were made this week. Revoke one, or wait."),
    ("trial_tier", "the Pinterest app has only trial access, which doesn't include this."),
    ("unauthenticated", "the request has no verified token."),
    ("webhook_disabled", "the webhook is disabled. Enable it first."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_once() {
        for &(code, _) in MEANINGS {
            assert_eq!(MEANINGS.iter().filter(|(other, _)| *other == code).count(), 1, "{code}");
        }
    }
}
