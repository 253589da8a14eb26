//! What this function says of itself as OpenAPI.

use shared::api::Reason;
use shared::api::description::{complete, words};
use shared::domain::{Hold, ReconnectReason};
use shared::problems;
use utoipa::openapi::OneOfBuilder;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::{OpenApi, ToSchema};

use crate::{ROUTES, boards, channels, create_board, create_section, disconnect, list, paste, plan, sections, show};

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    show::show,
    disconnect::disconnect,
    paste::paste,
    channels::choose,
    boards::boards,
    create_board::create,
    plan::show,
    plan::save,
    sections::sections,
    create_section::create
))]
struct Description;

/// The description of this function.
pub fn description() -> utoipa::openapi::OpenApi {
    complete(Description::openapi(), ROUTES)
}

/// A token from Pinterest's developer pages.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`paste` reads it without ever repeating it")]
pub struct PastedToken {
    /// Of the sandbox, with all scopes.
    #[schema(min_length = 1, max_length = 2048, write_only)]
    access_token: String,
}

/// A board to create.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`create_board` reads its fields one by one, to name every wrong one")]
pub struct NewBoard {
    #[schema(min_length = 1)]
    name: String,
    description: Option<String>,
    /// `PUBLIC` where it is not given; capitals do not matter.
    #[schema(schema_with = privacies)]
    privacy: Option<String>,
}

/// A section to create.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`create_section` reads it, to name everything that is wrong")]
pub struct NewSection {
    /// At most 180 characters, without the blanks around them.
    #[schema(min_length = 1)]
    name: String,
}

problems!(
    /// Why accounts are not listed.
    ListAccounts: USER QUERY
);
problems!(
    /// Why an account is not shown.
    OneAccount: USER PATH
);
problems!(
    /// Why an account is not disconnected.
    Disconnect: USER CHANGE PATH, 409: "changed_meanwhile"
);
problems!(
    /// Why no account is connected by a token.
    Paste: USER CHANGE BODY PINTEREST, 409: "sandbox_only" "not_configured" "account_taken" "changed_meanwhile"
        "limit_reached"
);
problems!(
    /// Why boards are not chosen.
    ChooseChannels: USER CHANGE PATH BODY PINTEREST, 409: "account_disconnected" "changed_meanwhile" "board_busy"
);
problems!(
    /// Why boards are not listed.
    ListBoards: USER PATH QUERY PINTEREST, 409: "board_busy"
);
problems!(
    /// Why a board is not created.
    CreateBoard: USER CHANGE PATH BODY PINTEREST, 409: "board_busy", 502: "outcome_unknown"
);
problems!(
    /// Why sections are not listed.
    ListSections: USER PATH QUERY PINTEREST, 409: "board_busy" "ambiguous"
);
problems!(
    /// Why a section is not created.
    CreateSection: USER CHANGE PATH BODY PINTEREST, 409: "board_busy" "ambiguous", 502: "outcome_unknown"
);

problems!(
    /// Why a plan is not shown.
    ShowPlan: USER PATH
);
problems!(
    /// Why a plan is not saved.
    SavePlan: USER CHANGE PATH BODY, 409: "changed_meanwhile", 412: "changed_meanwhile"
);

/// A plan; what is not given is as in an account without one.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`plan::form` reads its fields one by one, to name every wrong one")]
pub struct NewPlan {
    /// The IANA name of a time zone, such as `Europe/Berlin`.
    time_zone: String,
    #[schema(max_items = 168)]
    slots: Option<Vec<NewSlot>>,
    #[schema(minimum = 1, maximum = 500)]
    pins_per_day: Option<u16>,
    #[schema(nullable = false)]
    quiet_hours: Option<NewQuietHours>,
    /// 48 where it is not given.
    #[schema(minimum = 0, maximum = 2160)]
    same_link_hours: Option<u32>,
    /// 48 where it is not given.
    #[schema(minimum = 0, maximum = 2160)]
    same_image_hours: Option<u32>,
    /// 0 where it is not given.
    #[schema(minimum = 0, maximum = 900)]
    spread_seconds: Option<u32>,
}

/// A time of the week, in the zone of the plan.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`plan::form` reads it")]
pub struct NewSlot {
    /// The English name of the day.
    day: String,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    time: String,
}

/// Hours of every day in which nothing is planned; they may go past midnight.
#[derive(ToSchema)]
#[expect(dead_code, reason = "`plan::form` reads it")]
pub struct NewQuietHours {
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    from: String,
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    to: String,
}

/// The days of the week.
pub fn days() -> ObjectBuilder {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(days))
}

/// How an account stands.
pub fn states() -> ObjectBuilder {
    words([
        ("connected", "its pins go out."),
        ("needs_reconnect", "its pins wait, or will soon, until you reconnect it; `reason` says why."),
        ("disconnected", "its tokens are erased, and its pins are held."),
    ])
}

/// Why an account has to be connected again.
pub fn reconnect_reason() -> OneOfBuilder {
    Reason::described(ReconnectReason::table())
}

/// What keeps an account from posting.
pub fn account_holds() -> ObjectBuilder {
    words(Hold::table())
}

/// What there can be to know about a list of boards.
pub fn board_notes() -> ObjectBuilder {
    words([(
        "secret_boards_unseen",
        "the account was connected without `boards:read_secret`, so no secret board is in the list.",
    )])
}

fn privacies() -> OneOfBuilder {
    let words = words([
        ("PUBLIC", "everyone can see it."),
        ("PROTECTED", "everyone who has its URL can see it."),
        ("SECRET", "only invited people can see it."),
    ]);
    OneOfBuilder::new().item(ObjectBuilder::new().schema_type(SchemaType::new(Type::Null))).item(words)
}
