//! The people and boards of a new world. The real sandbox starts empty; here it starts with the
//! same boards as the live host (under other ids), so that a first user has a board to pick.

use jiff::SignedDuration;

use crate::draw;
use crate::mode::Mode;
use crate::simulator::World;
use crate::store::{Board, Person, Privacy};

const PEOPLE: [(&str, Option<&str>, &str); 3] = [
    ("creator", Some("Creator Studio"), "Has more boards than fit on a page, secret and shared ones too."),
    ("shop", Some("Corner Shop"), "Has a few boards."),
    ("friend", None, "Shares boards with creator."),
];

const STYLES: [&str; 16] = [
    "Quiet", "Bright", "Rustic", "Modern", "Vintage", "Tiny", "Cosy", "Wild", "Simple", "Handmade", "Nordic",
    "Coastal", "Autumn", "Spring", "Budget", "Festive",
];
const TOPICS: [&str; 16] = [
    "kitchens",
    "gardens",
    "balconies",
    "bedrooms",
    "bookshelves",
    "recipes",
    "picnics",
    "outfits",
    "weddings",
    "illustrations",
    "posters",
    "journeys",
    "cabins",
    "ceramics",
    "playrooms",
    "workshops",
];

/// Fills a world that has no people yet.
pub(crate) fn people_and_boards(world: &mut World<'_>) -> rusqlite::Result<()> {
    if !world.people()?.is_empty() {
        return Ok(());
    }
    let mut people = Vec::new();
    for (username, business_name, about) in PEOPLE {
        let person = Person {
            id: draw::id(world.rng),
            username: username.to_owned(),
            business_name: business_name.map(str::to_owned),
            about: about.to_owned(),
        };
        world.insert_person(&person)?;
        people.push(person.id);
    }
    for mode in Mode::ALL {
        boards(world, mode, &people)?;
    }
    Ok(())
}

fn boards(world: &mut World<'_>, mode: Mode, people: &[String]) -> rusqlite::Result<()> {
    let [creator, shop, friend] = people else {
        return Ok(());
    };
    let mut names = Vec::new();
    for style in STYLES {
        names.extend(TOPICS.map(|topic| format!("{style} {topic}")));
    }
    let age = 400 * 24 - i64::try_from(names.len()).unwrap_or_default();
    let mut make = |owner: &str, name: &str, privacy: Privacy, hours_ago: i64| -> rusqlite::Result<String> {
        let created_at = world.now.saturating_sub(SignedDuration::from_hours(hours_ago)).unwrap_or(world.now);
        let id = draw::id(world.rng);
        world.insert_board(&Board {
            seq: 0,
            id: id.clone(),
            mode,
            owner_id: owner.to_owned(),
            owner: String::new(),
            name: name.to_owned(),
            description: format!("{name}, collected by hand"),
            privacy,
            is_ads_only: false,
            collaborators: 0,
            created_at,
            pins_modified_at: created_at,
        })?;
        Ok(id)
    };
    for (position, name) in (0_i64..).zip(&names) {
        make(creator, name, Privacy::Public, age - position)?;
    }
    make(creator, "Surprise party", Privacy::Secret, 200)?;
    make(creator, "Next year's plans", Privacy::Secret, 190)?;
    let shared = [
        make(friend, "House hunting together", Privacy::Public, 180)?,
        make(friend, "Gift ideas for Sam", Privacy::Secret, 170)?,
    ];
    let recipes = make(creator, "Summer recipes", Privacy::Public, 160)?;
    make(shop, "New arrivals", Privacy::Public, 150)?;
    make(shop, "Window displays", Privacy::Public, 140)?;
    make(shop, "Suppliers", Privacy::Secret, 130)?;
    for board in &shared {
        world.insert_collaborator(board, creator)?;
    }
    for name in ["Drinks", "Salads"] {
        let id = draw::id(world.rng);
        world.insert_section(&recipes, &id, name)?;
    }
    Ok(())
}
