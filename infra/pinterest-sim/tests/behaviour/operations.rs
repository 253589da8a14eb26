//! Every operation can be struck by a fault.

use http::Method;
use pinterest_sim::{Fault, FaultAnswer, Mode, Operation};

use crate::world::World;

/// Operation, method, path on the host, and the form of a grant.
const CALLS: [(&str, Method, &str, &str); 27] = [
    ("exchange_code", Method::POST, "/v5/oauth/token", "grant_type=authorization_code"),
    ("refresh_token", Method::POST, "/v5/oauth/token", "grant_type=refresh_token"),
    ("client_credentials", Method::POST, "/v5/oauth/token", "grant_type=client_credentials"),
    ("revoke_token", Method::POST, "/v5/oauth/token/revoke", "token=x"),
    ("get_user_account", Method::GET, "/v5/user_account", ""),
    ("list_boards", Method::GET, "/v5/boards", ""),
    ("create_board", Method::POST, "/v5/boards", ""),
    ("get_board", Method::GET, "/v5/boards/1", ""),
    ("update_board", Method::PATCH, "/v5/boards/1", ""),
    ("delete_board", Method::DELETE, "/v5/boards/1", ""),
    ("list_board_pins", Method::GET, "/v5/boards/1/pins", ""),
    ("list_sections", Method::GET, "/v5/boards/1/sections", ""),
    ("create_section", Method::POST, "/v5/boards/1/sections", ""),
    ("list_section_pins", Method::GET, "/v5/boards/1/sections/2/pins", ""),
    ("create_pin", Method::POST, "/v5/pins", ""),
    ("list_pins", Method::GET, "/v5/pins", ""),
    ("get_pin", Method::GET, "/v5/pins/1", ""),
    ("update_pin", Method::PATCH, "/v5/pins/1", ""),
    ("delete_pin", Method::DELETE, "/v5/pins/1", ""),
    ("save_pin", Method::POST, "/v5/pins/1/save", ""),
    ("register_media", Method::POST, "/v5/media", ""),
    ("get_media", Method::GET, "/v5/media/1", ""),
    ("upload_media", Method::POST, "/media-upload/", ""),
    ("get_pin_analytics", Method::GET, "/v5/pins/1/analytics", ""),
    ("get_user_analytics", Method::GET, "/v5/user_account/analytics", ""),
    ("get_pins_analytics", Method::GET, "/v5/pins/analytics", ""),
    ("get_top_pins", Method::GET, "/v5/user_account/analytics/top_pins", ""),
];

async fn call(world: &World, (_, method, path, form): &(&str, Method, &str, &str)) -> u16 {
    if form.is_empty() {
        return world.call(method.clone(), &format!("/sandbox{path}"), "wrong", None).await.status.as_u16();
    }
    let fields: Vec<_> = form.split('&').filter_map(|pair| pair.split_once('=')).collect();
    world.form(Mode::Sandbox, path.trim_start_matches("/v5"), ("1", "wrong"), &fields).await.status.as_u16()
}

#[tokio::test]
async fn a_fault_on_an_operation_strikes_it_and_no_other() {
    let called: Vec<_> = CALLS.iter().map(|call| call.0).collect();
    let missing: Vec<_> = Operation::all().map(Operation::as_str).filter(|name| !called.contains(name)).collect();
    assert_eq!(missing, ["any", "token"], "these two stand for others");
    for struck in &CALLS {
        let world = World::new();
        let operation = Operation::parse(struck.0).unwrap();
        world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(599)), ..Fault::on(operation) });
        for other in &CALLS {
            assert_eq!(call(&world, other).await == 599, struck.0 == other.0, "{} struck by {}", other.0, struck.0);
            world.pass_seconds(1);
        }
    }
}

#[tokio::test]
async fn any_strikes_all_of_them() {
    let world = World::new();
    world.simulator.set_fault(Fault { answer: Some(FaultAnswer::status(599)), ..Fault::on(Operation::Any) });
    for each in &CALLS {
        assert_eq!(call(&world, each).await, 599, "{}", each.0);
    }
}
