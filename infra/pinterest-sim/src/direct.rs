//! The world by function call, for tests: what people do in a browser, and what was called.

use crate::api;
use crate::draw;
use crate::mode::Mode;
use crate::scope::ScopeSet;
use crate::simulator::{Simulator, World};
use crate::store::{Board, BoardFilter, Call, MediaUpload, Person, Pin, PinFilter, Privacy, Slice};

const READABLE: &str = "the simulator's own database can be read";

/// A person to add.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    /// Their username; nobody else may have it.
    pub username: String,
    /// The name of their business, if their account is one.
    pub business_name: Option<String>,
}

/// A board to add.
#[derive(Clone, Debug)]
pub struct NewBoard {
    /// The host that it is on.
    pub mode: Mode,
    /// The username of its owner.
    pub owner: String,
    /// Its name; the owner may not have another board of this name on the host.
    pub name: String,
    /// Who sees it.
    pub privacy: Privacy,
    /// Usernames of those who may save to it as well.
    pub collaborators: Vec<String>,
}

impl NewBoard {
    /// A public board of one person.
    pub fn public(mode: Mode, owner: impl Into<String>, name: impl Into<String>) -> Self {
        Self { mode, owner: owner.into(), name: name.into(), privacy: Privacy::Public, collaborators: Vec::new() }
    }
}

/// Why the world could not be changed as asked.
#[derive(Debug, thiserror::Error)]
pub enum DirectError {
    /// Nobody has this username.
    #[error("nobody is called {0:?}")]
    NoSuchPerson(String),
    /// Somebody has this username already.
    #[error("somebody is called {0:?} already")]
    UsernameTaken(String),
    /// The owner has a board of this name already.
    #[error("{owner:?} has a board called {name:?} already")]
    BoardNameTaken {
        /// The owner's username.
        owner: String,
        /// The board's name.
        name: String,
    },
    /// There is no such scope.
    #[error("there is no scope {0:?}")]
    UnknownScope(String),
    /// The database could not be used.
    #[error("cannot use the simulator's database")]
    Database(#[from] rusqlite::Error),
}

impl Simulator {
    /// Everybody, in the order in which they were added.
    pub fn people(&self) -> Vec<Person> {
        self.transact(|world| world.people()).expect(READABLE)
    }

    /// Adds somebody without boards; their id.
    pub fn add_person(&self, new: NewPerson) -> Result<String, DirectError> {
        self.transact(|world| {
            if world.find_username(&new.username)?.is_some() {
                return Err(DirectError::UsernameTaken(new.username));
            }
            let person = Person {
                id: draw::id(world.rng),
                username: new.username,
                business_name: new.business_name,
                about: String::new(),
            };
            world.insert_person(&person)?;
            Ok(person.id)
        })
    }

    /// Adds a board; its id.
    pub fn add_board(&self, new: NewBoard) -> Result<String, DirectError> {
        self.transact(|world| {
            let owner = known(world, &new.owner)?;
            if world.has_board_named(new.mode, &owner.id, &new.name, "")? {
                return Err(DirectError::BoardNameTaken { owner: new.owner, name: new.name });
            }
            let id = draw::id(world.rng);
            world.insert_board(&Board {
                seq: 0,
                id: id.clone(),
                mode: new.mode,
                owner_id: owner.id,
                owner: owner.username,
                name: new.name,
                description: String::new(),
                privacy: new.privacy,
                is_ads_only: false,
                collaborators: 0,
                created_at: world.now,
                pins_modified_at: world.now,
            })?;
            for username in &new.collaborators {
                let person = known(world, username)?;
                world.insert_collaborator(&id, &person.id)?;
            }
            Ok(id)
        })
    }

    /// Every board that a person owns or shares on a host, newest first; none for an unknown
    /// username.
    pub fn boards(&self, mode: Mode, username: &str) -> Vec<Board> {
        let boards = self.transact(|world| match world.find_username(username)? {
            Some(person) => world.boards(mode, &person.id, BoardFilter::ALL, Slice::ALL),
            None => Ok(Vec::new()),
        });
        boards.expect(READABLE)
    }

    /// Whether a board with this id exists on either host.
    pub(crate) fn has_board(&self, id: &str) -> bool {
        let found = self.transact(|world| {
            for mode in Mode::ALL {
                if world.find_board(mode, id)?.is_some() {
                    return Ok(true);
                }
            }
            Ok::<_, rusqlite::Error>(false)
        });
        found.expect(READABLE)
    }

    /// Every pin on a board, newest first, those included that no list shows yet.
    pub fn pins(&self, board_id: &str) -> Vec<Pin> {
        let filter = PinFilter { board_id: Some(board_id), ..PinFilter::default() };
        self.transact(|world| world.list_pins(filter, Slice::ALL)).expect(READABLE)
    }

    /// Every pin of a host, newest first, those included that no list shows yet.
    pub fn all_pins(&self, mode: Mode) -> Vec<Pin> {
        let filter = PinFilter { mode: Some(mode), ..PinFilter::default() };
        self.transact(|world| world.list_pins(filter, Slice::ALL)).expect(READABLE)
    }

    /// Every media upload that was registered on either host, in this order, those included that
    /// Pinterest does not know any more.
    pub fn media(&self) -> Vec<MediaUpload> {
        self.transact(|world| world.list_media()).expect(READABLE)
    }

    /// The last 100,000 API calls in the order of their arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.transact(|world| world.calls()).expect(READABLE)
    }

    /// Ends every token of a person on both hosts, as a changed password does; how many.
    pub fn revoke_tokens(&self, username: &str) -> Result<usize, DirectError> {
        self.transact(|world| {
            let person = known(world, username)?;
            Ok(world.revoke_tokens_of(&person.id)?)
        })
    }

    /// Ends the access tokens of a person on both hosts, and not what renews them; how many.
    pub fn revoke_access_tokens(&self, username: &str) -> Result<usize, DirectError> {
        self.transact(|world| {
            let person = known(world, username)?;
            let ended = Mode::ALL.map(|mode| world.revoke_access_tokens(mode, &person.id));
            ended.into_iter().try_fold(0, |sum, count| Ok(sum + count?))
        })
    }

    /// An access token without a refresh token, as the developer pages hand out.
    pub fn issue_token(&self, mode: Mode, username: &str, scopes: &str) -> Result<String, DirectError> {
        let scopes = ScopeSet::parse(scopes).map_err(DirectError::UnknownScope)?;
        self.transact(|world| {
            let person = known(world, username)?;
            Ok(api::issue_access_token(world, mode, &person.id, &scopes)?)
        })
    }
}

fn known(world: &World<'_>, username: &str) -> Result<Person, DirectError> {
    world.find_username(username)?.ok_or_else(|| DirectError::NoSuchPerson(username.to_owned()))
}
