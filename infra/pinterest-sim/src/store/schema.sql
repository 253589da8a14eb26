CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    business_name TEXT,
    about TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS approval (
    person_id TEXT NOT NULL, app_id TEXT NOT NULL, scope TEXT NOT NULL,
    PRIMARY KEY (person_id, app_id, scope)
) STRICT;

CREATE TABLE IF NOT EXISTS code (
    code TEXT PRIMARY KEY, app_id TEXT NOT NULL, person_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL, expires_at INTEGER NOT NULL, used INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS token (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, mode TEXT NOT NULL, app_id TEXT NOT NULL,
    person_id TEXT NOT NULL, scopes TEXT NOT NULL, expires_at INTEGER NOT NULL, revoked INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS board (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, mode TEXT NOT NULL, owner_id TEXT NOT NULL, name TEXT NOT NULL,
    description TEXT NOT NULL, privacy TEXT NOT NULL, is_ads_only INTEGER NOT NULL,
    created_at INTEGER NOT NULL, pins_modified_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS board_of_owner ON board (owner_id, mode);

CREATE TABLE IF NOT EXISTS collaborator (
    board_id TEXT NOT NULL, person_id TEXT NOT NULL, PRIMARY KEY (board_id, person_id)
) STRICT;
CREATE INDEX IF NOT EXISTS board_of_collaborator ON collaborator (person_id);

CREATE TABLE IF NOT EXISTS section (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, board_id TEXT NOT NULL, name TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS section_of_board ON section (board_id);

CREATE TABLE IF NOT EXISTS pin (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, mode TEXT NOT NULL, board_id TEXT NOT NULL, section_id TEXT,
    owner_id TEXT NOT NULL, created_at INTEGER NOT NULL, visible_at INTEGER NOT NULL, content TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS pin_on_board ON pin (board_id);
CREATE INDEX IF NOT EXISTS pin_of_owner ON pin (owner_id);

CREATE TABLE IF NOT EXISTS picture (id TEXT PRIMARY KEY, content_type TEXT NOT NULL, data BLOB NOT NULL) STRICT;

-- A file may be there without processed_at: then its processing never ends.
CREATE TABLE IF NOT EXISTS media (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, mode TEXT NOT NULL, owner_id TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
    parameters TEXT NOT NULL, registered_at INTEGER NOT NULL,
    size INTEGER, sha256 TEXT, processed_at INTEGER, succeeds INTEGER, expires_at INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS quota (
    bucket TEXT PRIMARY KEY, window_start INTEGER NOT NULL, used INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS call (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, mode TEXT NOT NULL,
    operation TEXT NOT NULL, person TEXT, status INTEGER, request_id TEXT NOT NULL
) STRICT;
