//! The routes of `cargo lambda watch` are those of the functions.

use std::collections::BTreeSet;
use std::path::Path;

use tests::World;

#[tokio::test(start_paused = true)]
async fn cargo_lambda_watch_knows_every_route() {
    let manifest = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")).unwrap();
    let section = manifest.split("[workspace.metadata.lambda.watch.router]\n").nth(1).unwrap();
    let lines = section.split("\n[").next().unwrap().lines().filter(|line| !line.is_empty());
    let entry = |line: &str| {
        let (path, function) = line.split_once(" = ").unwrap();
        (path.trim_matches('"').to_owned(), function.trim_matches('"').to_owned())
    };
    let known: BTreeSet<_> = lines.map(entry).collect();
    let routes = World::new().await.routes_by_function();
    let served: BTreeSet<_> =
        routes.into_iter().map(|(function, route)| (route.path.to_owned(), function.to_owned())).collect();
    assert_eq!(known, served);
}
