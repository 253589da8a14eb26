//! A browser: it keeps cookies and follows the consent to Pinterest and back.

use std::collections::BTreeMap;
use std::sync::Mutex;

use pinterest_sim::Decision;
use serde_json::json;
use url::Url;

use crate::world::HOST;
use crate::{Answer, World};

/// A browser with its cookies.
pub struct Browser<'a> {
    world: &'a World,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        Self { world, cookies: Mutex::default() }
    }

    /// Starts a consent for `owner`; answers the address of Pinterest's consent page.
    pub async fn start(&self, owner: &str) -> String {
        self.start_returning(owner, None).await
    }

    /// Starts a consent for `owner`; nothing where that is refused.
    pub async fn try_start(&self, owner: &str) -> Option<String> {
        let caller = self.world.user(owner).with("cookie", self.cookie_header());
        let answer = caller.post("/v1/accounts/connect", &json!({})).await;
        self.keep(&answer);
        answer.json()["authorize_url"].as_str().map(str::to_owned)
    }

    /// Starts a consent that ends at `return_to`.
    pub async fn start_returning(&self, owner: &str, return_to: Option<&str>) -> String {
        let body = return_to.map_or_else(|| json!({}), |address| json!({"return_to": address}));
        let answer =
            self.world.user(owner).with("cookie", self.cookie_header()).post("/v1/accounts/connect", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.keep(&answer);
        answer.json()["authorize_url"].as_str().expect("an address comes back").to_owned()
    }

    /// Answers the consent page; answers the path and query that Pinterest sends the browser to.
    pub fn consent(&self, authorize_url: &str, username: &str, decision: Decision) -> String {
        let address = self.world.simulator.answer_consent(authorize_url, username, decision);
        let address = Url::parse(&address.expect("the consent is answered")).expect("it is an address");
        assert_eq!(address.host_str(), Some(HOST));
        format!("{}?{}", address.path(), address.query().unwrap_or_default())
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Answer {
        let answer = self.world.anybody().with("cookie", self.cookie_header()).get(path).await;
        self.keep(&answer);
        answer
    }

    /// Sends a form of this origin.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let caller =
            self.world.anybody().with("cookie", self.cookie_header()).with("origin", format!("https://{HOST}"));
        let caller = caller.with("content-type", "application/x-www-form-urlencoded");
        let answer = caller.send("POST", path, Some(form)).await;
        self.keep(&answer);
        answer
    }

    /// Connects `username` for `owner` and picks no boards; answers the account's id.
    pub async fn connect(&self, owner: &str, username: &str) -> String {
        let page = self.consent(&self.start(owner).await, username, Decision::Allow);
        let answer = self.open(&page).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let accounts = self.world.user(owner).get("/v1/accounts").await.json();
        let accounts = accounts["items"].as_array().cloned().unwrap_or_default();
        let account =
            accounts.iter().find(|account| account["username"] == username && account["state"] == "connected");
        account.and_then(|account| account["id"].as_str()).expect("the account is listed").to_owned()
    }

    /// Takes over the cookies of an answer that something else received.
    pub fn take_cookies(&self, answer: &Answer) {
        self.keep(answer);
    }

    /// Forgets all cookies, as another browser would.
    pub fn forget_cookies(&self) {
        self.cookies().clear();
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().get(name).cloned()
    }

    fn keep(&self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let text = cookie.to_str().expect("cookies are text");
            let (name, value) = text.split(';').next().and_then(|pair| pair.split_once('=')).expect("name=value");
            if text.contains("Max-Age=0") || value.is_empty() {
                self.cookies().remove(name);
            } else {
                self.cookies().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn cookie_header(&self) -> String {
        self.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn cookies(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().expect("nothing panics while it holds this lock")
    }
}
