//! The functions behind the stand-in for API Gateway, which checks tokens of the local issuer.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST as HOST_HEADER};
use local::gateway::{Authorizer, Gateway};
use local::issuer::{CLIENT_ID, Issuer, MACHINE_ID, Person, SigningKey, USE_SCOPE};
use local::virtual_world::SeededRandom;
use serde_json::{Value, json};
use shared::api::{ACT_SCOPE, ADMIN_SCOPE, OWNER_HEADER, Route};
use shared::clock::Clock;

use crate::description;
use crate::permissions::in_the_name_of;
use crate::world::HOST;
use crate::{Answer, World};

/// The seed of the issuer's key.
const KEY: u64 = 3;

/// The address of the issuer.
const ISSUER: &str = "https://issuer.example/pool";

/// API Gateway with the functions of a world.
pub struct Front<'a> {
    world: &'a World,
    gateway: Gateway,
    issuer: Issuer,
    owner: Option<String>,
}

impl<'a> Front<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        let clock = Arc::new(world.clock);
        let issuer = Issuer::new(ISSUER, key(KEY), clock.clone(), Arc::new(SeededRandom::new(KEY)));
        let authorizer = Authorizer {
            issuer: ISSUER.to_owned(),
            audiences: [CLIENT_ID, MACHINE_ID].map(str::to_owned).into(),
            scopes: [USE_SCOPE, ACT_SCOPE, ADMIN_SCOPE].map(str::to_owned).into(),
            keys: issuer.keys(),
        };
        let gateway = Gateway::new(authorizer, clock, Arc::new(SeededRandom::new(KEY + 1)));
        let gateway = world
            .functions()
            .fold(gateway, |gateway, (routes, function)| gateway.with_function(routes, function.clone()));
        Self { world, gateway, issuer, owner: None }
    }

    /// The same, where every request names this owner in the header `Pinwheel-Owner`.
    #[must_use]
    pub fn acting_for(mut self, owner: &str) -> Self {
        self.owner = Some(owner.to_owned());
        self
    }

    /// An access token of the issuer.
    pub fn token(&self, name: &str, is_admin: bool) -> String {
        self.issuer.access_token(&Person { name: name.to_owned(), is_admin })
    }

    /// An access token of the issuer's machine client with these scopes.
    pub fn machine_token(&self, scope: &str) -> String {
        self.issuer.machine_token(scope)
    }

    /// An ID token of the issuer.
    pub fn id_token(&self, name: &str) -> String {
        self.issuer.id_token(&Person::admin(name))
    }

    /// The claims of an administrator's access token with `changes`; null takes a claim away.
    pub fn claims(&self, changes: &[(&str, Value)]) -> Value {
        let now = self.world.clock.now().as_second();
        let mut claims = json!({
            "iss": ISSUER, "sub": "alice", "client_id": CLIENT_ID, "scope": USE_SCOPE, "token_use": "access",
            "cognito:groups": [shared::api::ADMIN_GROUP], "iat": now, "exp": now + 3600,
        });
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        if let Some(map) = claims.as_object_mut() {
            map.retain(|_, value| !value.is_null());
        }
        claims
    }

    /// Signs `claims` with the issuer's key.
    pub fn signed(&self, claims: &Value) -> String {
        key(KEY).sign(claims)
    }

    /// Signs `claims` with a key that the issuer never had.
    pub fn forged(&self, claims: &Value) -> String {
        key(KEY + 7).sign(claims)
    }

    /// One request as it reaches API Gateway.
    pub async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(HOST_HEADER, HOST);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(owner) = &self.owner {
            request = request.header(OWNER_HEADER, owner);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request =
            request.body(Bytes::from(body.clone().unwrap_or_default())).expect("the stories write valid requests");
        let function = self.world.function(path.split('?').next().unwrap_or(path)).0;
        let response = in_the_name_of(function, self.gateway.call(request)).await;
        let (parts, answered) = response.into_parts();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, body: answered.to_vec() };
        description::check(method, path, body.as_deref(), &answer);
        answer
    }
}

impl World {
    /// API Gateway with the functions of this world.
    pub fn front(&self) -> Front<'_> {
        Front::new(self)
    }

    /// Every route of every function, from the tables that the functions themselves export.
    pub fn routes(&self) -> Vec<Route> {
        self.functions().flat_map(|(routes, _)| routes.iter().copied()).collect()
    }
}

fn key(seed: u64) -> SigningKey {
    SigningKey::generate(&SeededRandom::new(seed)).expect("the seeds make valid keys")
}
