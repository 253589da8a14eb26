//! The pages in a real browser against the whole local stack, in real time. Skipped, and said so, where Chromium is not
//! installed.

mod first_start;

use std::path::{Path, PathBuf};

use local::stack::{Data, Options, Pinterest, Stack};
use serde_json::{Value, json};
use tests::chromium::Chromium;
use tokio::sync::{Mutex, MutexGuard};

/// One browser at a time: they are heavier than everything else here.
static TURN: Mutex<()> = Mutex::const_new(());

/// A running installation and somebody in front of it.
struct Visit {
    stack: Stack,
    chromium: Chromium,
    _turn: MutexGuard<'static, ()>,
}

impl Visit {
    /// An installation that nobody has set up; nothing where there is no browser.
    async fn begin() -> Option<Self> {
        let turn = TURN.lock().await;
        let chromium = Chromium::open().await?;
        let options = Options {
            data: Data::Ephemeral,
            port: 0,
            pinterest: Pinterest::Simulated,
            public_url: None,
            publishes: true,
            functions: None,
        };
        let stack = Stack::start(options).await.expect("a stack starts");
        Some(Self { stack, chromium, _turn: turn })
    }

    /// The address of a page.
    fn at(&self, path: &str) -> String {
        let url = self.stack.url().join(path).expect("the paths of the stories are paths");
        url.into()
    }

    /// Signs in under that name, from the welcome page.
    async fn sign_in(&self, name: &str, is_admin: bool) {
        let browser = &self.chromium;
        browser.press("Sign in").await;
        browser.sees("Name").await;
        browser.fill("Name", name).await;
        if is_admin {
            browser.run("document.querySelector('[name=admin]').click()", &[]).await;
        }
        browser.press("Sign in").await;
        browser.sees("Sign out").await;
    }

    /// The app ID and secret that the simulator takes.
    fn app(&self) -> (String, String) {
        let app = self.stack.simulator().expect("Pinterest is simulated").app();
        (app.id.clone(), app.secret.clone())
    }

    /// What the API answers to the person of this window.
    async fn api(&self, path: &str) -> Value {
        let script = "const [path, done] = arguments; \
                      const {access} = JSON.parse(sessionStorage.getItem('pinwheel.session')); \
                      fetch(path, {headers: {authorization: `Bearer ${access}`}}).then((r) => r.json()).then(done)";
        self.chromium.run_async(script, &[json!(path)]).await
    }

    /// Ends; the browser had nothing to complain about.
    async fn end(self) {
        assert_eq!(self.chromium.complaints().await, Vec::<String>::new());
        self.chromium.close().await;
        self.stack.stop().await;
    }
}

/// Where pictures go.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/pictures");
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}
