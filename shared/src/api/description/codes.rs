//! What the codes of problems mean, for the description.

/// When a problem with this code is answered, and what to do; absent for a code that is none.
pub fn meaning(code: &str) -> Option<&'static str> {
    MEANINGS.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning)
}

const MEANINGS: &[(&str, &str)] = &[
    ("account_disconnected", "the account was disconnected meanwhile. Connect it again."),
    ("account_taken", "another owner has connected this Pinterest account."),
    ("admin_required", "only members of the group `pinwheel-admin` may do this."),
    ("ambiguous", "several boards are called so; `detail` names them with their ids. Give the id of one."),
    ("app_not_approved", "Pinterest has not approved the app yet."),
    ("board_busy", "Pinterest was busy with another change of the board; nothing was done. Try again in a moment."),
    ("cancelled", "the pin was called off."),
    ("changed_meanwhile", "it changed since it was read. Read it again and repeat the change."),
    ("checking", "it is being found out whether the pin is on Pinterest. Try again when that is settled."),
    (
        "data_access_denied",
        "Pinterest does not let this app read the boards and pins of personal accounts. Convert the account to a business account.",
    ),
    ("draft", "the pin is a draft."),
    ("failed", "the pin failed; it can be tried again."),
    ("held", "the pin is held for something that another try does not mend; its reason says for what."),
    ("idempotency_mismatch", "the key was used for another request. Use a new key for each."),
    ("importer_unavailable", "the rows are kept, but AWS did not take the work of storing them. Repeat the request."),
    (
        "imported_before",
        "the file was imported more than 30 days ago, and its pins exist. Send another `Idempotency-Key`.",
    ),
    ("internal", "something stored cannot be read by this version; the log of the request says what."),
    ("invalid", "fields are wrong; `errors` names every one of them, with what to do. Nothing was stored."),
    ("malformed_json", "the body is not JSON."),
    ("malformed_request", "the request cannot be understood."),
    ("media_in_use", "a pin is still to go out with the file. Cancel it, or give it another picture, first."),
    ("method_not_allowed", "an encoded `#` or `?` in an id makes it another path, which has no such method."),
    ("needs_reconnect", "Pinterest no longer accepts this account's permission. Connect the account again."),
    ("needs_review", "the pin may be on Pinterest already; settle that first."),
    ("not_configured", "the Pinterest app is not set up completely; an administrator has to do that."),
    ("not_found", "it does not exist, or belongs to another owner."),
    ("not_permitted", "Pinterest does not permit this to the account."),
    (
        "not_uploaded",
        "the file was not uploaded yet. Upload it first, or announce it again where its address has expired.",
    ),
    ("other_mode", "the account belongs to the mode, live or sandbox, that is not in use."),
    ("outcome_unknown", "Pinterest may or may not have done it. Look before it is done again."),
    ("owner_claim_missing", "the token does not say whose data it is for."),
    ("pinterest_disabled", "Pinterest is switched off in the settings."),
    (
        "pinterest_rate_limited",
        "Pinterest's request limit is used up; `Retry-After` says for how long, where that is known.",
    ),
    ("pinterest_refused", "Pinterest refused it in its own words, which `detail` repeats."),
    ("pinterest_spam_block", "Pinterest blocks the account's changes to combat spam. Wait some hours."),
    ("pinterest_unavailable", "Pinterest did not answer as it should. Try again in a minute."),
    ("precondition_required", "the header `If-Match` is missing."),
    ("public_url_unknown", "the installation does not know its own address; set `PUBLIC_URL`."),
    ("published", "the pin is published."),
    ("publishing", "the pin is being published at this moment."),
    ("sandbox_only", "tokens can be pasted in sandbox mode only."),
    ("scheduled", "the pin waits for its time."),
    ("scope_missing", "the account was connected without a scope that this needs. Connect it again and allow it."),
    ("secrets_unavailable", "Secrets Manager did not answer. Nothing is lost; try again in a moment."),
    ("storage_unavailable", "DynamoDB or S3 did not answer. Nothing is lost; try again in a moment."),
    (
        "token_key_missing",
        "the key that sealed the account's tokens was taken away; an administrator has to put it back.",
    ),
    ("too_large", "the body is longer than 2 MB."),
    ("trial_tier", "the Pinterest app has only trial access, which does not include this."),
    ("unauthenticated", "no verified token came with the request."),
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
