//! Chromium, driven as a person would: by what is read on labels and buttons.
//!
//! Without Chromium and its driver on this machine there is none, which is said once.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

/// A name that the browser takes for this machine's: pins are not made with addresses of this machine.
pub const PICTURES: &str = "pictures.example";

/// How long anything on a page is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where programs are looked for.
const FOLDERS: [&str; 3] = ["/usr/bin", "/usr/local/bin", "/snap/bin"];

/// A browser window, with its driver.
pub struct Chromium {
    client: Client,
    driver: Child,
}

/// How a window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Whether its person prefers dark colours.
    pub is_dark: bool,
}

/// A command of Chromium's own, by the driver's extension of the protocol.
#[derive(Debug)]
struct Vendor(&'static str, Value);

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

impl Look {
    /// A wide, light window.
    pub const WIDE: Self = Self { width: 1280, height: 900, is_dark: false };

    /// A light phone.
    pub const PHONE: Self = Self { width: 360, height: 780, is_dark: false };

    /// The same in the dark.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self { is_dark: true, ..self }
    }
}

impl Chromium {
    /// Opens a window; nothing where Chromium or its driver is not installed.
    pub async fn open() -> Option<Self> {
        let (Some(browser), Some(driver)) = (program("chromium"), program("chromedriver")) else {
            println!("skipped: chromium and chromedriver are not installed (Debian: chromium, chromium-driver)");
            return None;
        };
        let mut driver = Command::new(driver)
            .arg("--port=0")
            // Where the stories are at home.
            .env("TZ", "UTC")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the driver starts");
        let port = port(&mut driver).await.expect("the driver says its port");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&browser))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the browser starts");
        let window = Self { client, driver };
        window.look(Look::WIDE).await;
        Some(window)
    }

    /// Gives the window that look.
    pub async fn look(&self, look: Look) {
        let scheme = if look.is_dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.cdp("Emulation.setEmulatedMedia", media).await;
        let Look { width, height, .. } = look;
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.cdp("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Goes to an address.
    pub async fn go(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Where the window is.
    pub async fn address(&self) -> Url {
        self.client.current_url().await.expect("the window has an address")
    }

    /// Waits until the window is at an address that begins with `start`.
    pub async fn arrives(&self, start: &str) {
        self.until(&format!("the address {start}"), async || self.address().await.as_str().starts_with(start)).await;
    }

    /// Waits until a person can read `text`.
    pub async fn sees(&self, text: &str) {
        self.until(&format!("the text {text:?}"), async || self.shows(text).await).await;
    }

    /// Waits until nobody can read `text` any more.
    pub async fn sees_no_more(&self, text: &str) {
        self.until(&format!("the end of {text:?}"), async || !self.shows(text).await).await;
    }

    /// Whether a person can read `text` now.
    pub async fn shows(&self, text: &str) -> bool {
        self.text().await.contains(text)
    }

    /// Everything that a person can read.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body ? document.body.innerText : ''", &[]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Presses the button, link, tab or option that reads `name`, or is named so for screen readers.
    pub async fn press(&self, name: &str) {
        let quoted = quoted(name);
        let path = format!(
            "//*[self::button or self::a or self::summary or self::label or @role='button' or @role='tab']\
             [normalize-space(.)={quoted} or @aria-label={quoted}]"
        );
        // The page may draw itself anew between the look and the press.
        self.until(&format!("a press on {name:?}"), async || self.element(&path).await.click().await.is_ok()).await;
    }

    /// Types `text` into the control that is labelled `label`, in place of what it has.
    pub async fn fill(&self, label: &str, text: &str) {
        let control = self.control(label).await;
        // All of it is marked and typed over: what the protocol's own clearing does, a page is not told of.
        let keys = format!("{}a{}{}{text}", char::from(Key::Control), char::from(Key::Null), char::from(Key::Delete));
        control.send_keys(&keys).await.unwrap_or_else(|error| panic!("{label}: {error}"));
    }

    /// Chooses the file at `path` in the control that is labelled `label`.
    pub async fn attach(&self, label: &str, path: &Path) {
        self.attach_all(label, &[path]).await;
    }

    /// Chooses several files at once.
    pub async fn attach_all(&self, label: &str, paths: &[impl AsRef<Path>]) {
        let control = self.control(label).await;
        let paths = paths.iter().map(|path| path.as_ref().canonicalize().expect("the file is there"));
        let paths: Vec<_> =
            paths.map(|path| path.to_str().expect("the paths of the stories are text").to_owned()).collect();
        control.send_keys(&paths.join("\n")).await.unwrap_or_else(|error| panic!("{label}: {error}"));
    }

    /// Ticks the box beside `label`, or takes the tick away.
    pub async fn tick(&self, label: &str) {
        let control = self.control(label).await;
        control.click().await.unwrap_or_else(|error| panic!("{label}: {error}"));
    }

    /// Drags what reads `name` to the place that the selector `to` finds, with the mouse.
    pub async fn drag(&self, name: &str, to: &str) {
        let named = quoted(name);
        let from = self.element(&format!("//*[@draggable='true'][contains(., {named})]")).await;
        let to = self.client.find(Locator::Css(to)).await.unwrap_or_else(|error| panic!("{to}: {error}"));
        let at = |x, y| PointerAction::MoveToElement {
            element: to.clone(),
            duration: Some(Duration::from_millis(50)),
            x,
            y,
        };
        let press = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveToElement { element: from, duration: None, x: 0.0, y: 0.0 })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        let moves = press
            .then(at(-3.0, 0.0))
            .then(at(0.0, 0.0))
            .then(at(3.0, 3.0))
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(moves).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Gives the control that is labelled `label` a value as a person picks one, where typing depends on the locale.
    pub async fn choose(&self, label: &str, value: &str) {
        let control = self.control(label).await;
        let script = "const [control, value] = arguments; \
                      const kind = Object.getPrototypeOf(control); \
                      Object.getOwnPropertyDescriptor(kind, 'value').set.call(control, value); \
                      for (const name of ['input', 'change']) control.dispatchEvent(new Event(name, {bubbles: true}));";
        let control = serde_json::to_value(control).expect("an element has an id");
        self.run(script, &[control, json!(value)]).await;
    }

    /// What the control that is labelled `label` has.
    pub async fn value(&self, label: &str) -> String {
        let control = self.control(label).await;
        control.prop("value").await.expect("a control has a value").unwrap_or_default()
    }

    /// Runs a script of the story; what it returns comes back.
    pub async fn run(&self, script: &str, given: &[Value]) -> Value {
        self.client.execute(script, given.to_vec()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The same for a script that calls its last argument with what is to come back.
    pub async fn run_async(&self, script: &str, given: &[Value]) -> Value {
        self.client.execute_async(script, given.to_vec()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Opens another tab beside this one and goes on there; answers the one that was left.
    pub async fn another_tab(&self) -> WindowHandle {
        let left = self.client.window().await.expect("there is a window");
        let opened = self.client.new_window(true).await;
        self.client.switch_to_window(opened.expect("a tab opens").handle).await.expect("the tab is there");
        left
    }

    /// Goes on in that tab; answers the one that was left.
    pub async fn turn_to(&self, tab: WindowHandle) -> WindowHandle {
        let left = self.client.window().await.expect("there is a window");
        self.client.switch_to_window(tab).await.expect("the tab is there");
        left
    }

    /// A picture of the whole page.
    pub async fn picture(&self, file: &Path) {
        let size = self.run("return [innerWidth, Math.min(document.documentElement.scrollHeight, 4000)]", &[]).await;
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let taken = self.cdp("Page.captureScreenshot", json!({"clip": clip, "captureBeyondViewport": true})).await;
        let bytes = data_encoding::BASE64.decode(taken["data"].as_str().unwrap_or_default().as_bytes());
        std::fs::write(file, bytes.expect("a picture is base64")).expect("the folder of pictures is there");
    }

    /// What the browser has complained about since this was asked last, but for answers and pictures that did not come:
    /// these are what some stories are about.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.vendor("se/log", json!({"type": "browser"})).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        let severe = entries.into_iter().filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network");
        severe.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Closes the window.
    pub async fn close(mut self) {
        let _ = self.client.close().await;
        let _ = self.driver.kill().await;
    }

    /// A command of the devtools protocol.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Value {
        self.vendor("goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    async fn vendor(&self, endpoint: &'static str, body: Value) -> Value {
        let answer = self.client.issue_cmd(Vendor(endpoint, body)).await;
        answer.unwrap_or_else(|error| panic!("{endpoint}: {error}"))
    }

    async fn control(&self, label: &str) -> Element {
        let quoted = quoted(label);
        let path = format!(
            "//*[@id=(//label[starts-with(normalize-space(.), {quoted})]/@for)] \
             | //*[self::input or self::textarea or self::select][@aria-label={quoted}] \
             | //label[starts-with(normalize-space(.), {quoted})]//*[self::input or self::textarea or self::select]"
        );
        self.element(&path).await
    }

    /// Waits for it; a page that is being left answers with an error, and the next one with what is looked for.
    async fn element(&self, path: &str) -> Element {
        let looking = async {
            loop {
                if let Ok(element) = self.client.find(Locator::XPath(path)).await {
                    return element;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let Ok(element) = tokio::time::timeout(PATIENCE, looking).await else {
            panic!("{path} did not come; at {}:\n{}", self.address().await, self.text().await)
        };
        element
    }

    async fn until(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let waiting = async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let Ok(()) = tokio::time::timeout(PATIENCE, waiting).await else {
            panic!("{what} did not come; at {}:\n{}", self.address().await, self.text().await)
        };
    }
}

/// The driver says its port in a line; what it says afterwards is read and dropped.
async fn port(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take()?).lines();
    while let Some(line) = lines.next_line().await.ok()? {
        if let Some((_, rest)) = line.split_once("started successfully on port ") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return rest.trim_end_matches('.').parse().ok();
        }
    }
    None
}

fn capabilities(browser: &Path) -> Capabilities {
    let here = format!("--host-resolver-rules=MAP {PICTURES} 127.0.0.1");
    let arguments =
        ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en-GB", &here];
    // As people's browsers do, it lets a site keep cookies only where it is the one that they look at.
    let preferences = json!({"profile.block_third_party_cookies": true, "profile.cookie_controls_mode": 1});
    let options = json!({"binary": browser, "args": arguments, "prefs": preferences});
    let logs = json!({"browser": "ALL"});
    let wanted =
        [("goog:chromeOptions", options), ("goog:loggingPrefs", logs), ("unhandledPromptBehavior", json!("accept"))];
    wanted.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn program(name: &str) -> Option<PathBuf> {
    FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file())
}

/// A text as `XPath` has it.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
