//! What is kept in a folder.

use http::StatusCode;
use pinterest_sim::{Mode, NewPerson, OpenError, Options, Simulator, Storage, Tier};
use serde_json::json;

use crate::film::processed;
use crate::world::{SCOPES, World, image};

#[tokio::test]
async fn a_reopened_folder_has_everything_and_draws_new_ids() {
    let folder = tempfile::tempdir().unwrap();
    let open = || World::with(Storage::Folder(folder.path().join("deep/er")), Tier::Standard);
    let world = open();
    let code = world.code("shop", SCOPES);
    let tokens = world.exchange(Mode::Live, &code).await;
    let token = tokens.body["access_token"].as_str().unwrap().to_owned();
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "title": "Kept", "media_source": image() });
    let first = world.post(Mode::Live, "/pins", &token, &pin).await;
    let unused = world.code("shop", SCOPES);
    let (boards, calls) = (world.simulator.boards(Mode::Live, "creator"), world.simulator.calls());
    drop(world);

    let world = open();
    assert_eq!(world.simulator.boards(Mode::Live, "creator"), boards);
    assert_eq!(world.simulator.calls(), calls);
    let newcomer = NewPerson { username: "newcomer".to_owned(), business_name: None };
    world.simulator.add_person(newcomer).expect("the first id drawn is not the first one of the first opening");
    let listed = world.get(Mode::Live, &format!("/boards/{board}/pins"), &token).await;
    assert_eq!(listed.body["items"], json!([first.body]));
    assert_eq!(world.exchange(Mode::Live, &code).await.status, StatusCode::UNAUTHORIZED, "a used code stays used");
    assert_eq!(world.exchange(Mode::Live, &unused).await.status, StatusCode::OK);
    let second = world.post(Mode::Live, "/pins", &token, &pin).await;
    assert_eq!(second.status, StatusCode::CREATED, "{}", second.text);
    assert_ne!(second.body["id"], first.body["id"]);
    assert_eq!(world.simulator.pins(&board).len(), 2);
}

#[tokio::test]
async fn a_folder_from_before_there_were_videos_opens_and_takes_them() {
    let folder = tempfile::tempdir().unwrap();
    let open = || World::with(Storage::Folder(folder.path().to_owned()), Tier::Standard);
    let world = open();
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "title": "Old", "media_source": image() });
    let old = world.post(Mode::Live, "/pins", &token, &pin).await;
    drop(world);
    let database = rusqlite::Connection::open(folder.path().join("pinterest.sqlite")).unwrap();
    database.execute_batch("DROP TABLE media").unwrap();
    drop(database);

    let world = open();
    let film = processed(&world, Mode::Live, &token).await;
    let source = json!({ "source_type": "video_id", "media_id": film.id, "cover_image_key_frame_time": 0 });
    let new = world.post(Mode::Live, "/pins", &token, &json!({ "board_id": board, "media_source": source })).await;
    let listed = world.get(Mode::Live, &format!("/boards/{board}/pins"), &token).await;
    assert_eq!(listed.body["items"], json!([new.body, old.body]));
}

#[tokio::test]
async fn what_is_answered_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with(Storage::Folder(folder.path().to_owned()), Tier::Standard);
    let token = world.connect(Mode::Live, "shop").await;
    let board = world.board(Mode::Live, "shop", "New arrivals");
    let pin = json!({ "board_id": board, "media_source": image() });
    world.post(Mode::Live, "/pins", &token, &pin).await;
    // A second reader of the same file stands for the process that comes after a kill.
    let other = World::with(Storage::Folder(folder.path().to_owned()), Tier::Standard);
    assert_eq!(other.simulator.pins(&board).len(), 1);
    assert_eq!(other.get(Mode::Live, "/boards", &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().join("below a file");
    let options = Options {
        storage: Storage::Folder(path.clone()),
        clock: std::sync::Arc::new(|| jiff::Timestamp::UNIX_EPOCH),
        base_path: String::new(),
        app: World::new().simulator.app().clone(),
        seed: 1,
    };
    match Simulator::open(options) {
        Err(OpenError::Folder { path: named, .. }) => assert_eq!(named, path),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it opened"),
    }
}
