//! A planner that is a page of another site, in a browser that gives other sites no cookies.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::chromium::PICTURES;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::Visit;

/// A page of another site: it leads to `start`, and says whether a frame of Pinwheel's site can keep a cookie in it.
fn page(start: &str, port: u16) -> String {
    format!(
        "<!doctype html><title>Planner</title><h1>Another planner</h1>
        <a href='{start}'>Connect Pinterest</a> <p id=said></p>
        <script>onmessage = (told) => {{ said.textContent = `Cookies are ${{told.data}}.` }}</script>
        <iframe src='http://localhost:{port}/frame'></iframe>"
    )
}

/// A frame that tries to keep a cookie, as a site that people have open elsewhere would.
const FRAME: &str = "<!doctype html><script>
    document.cookie = 'probe=kept; SameSite=None; Secure'
    parent.postMessage(document.cookie.includes('probe') ? 'kept' : 'blocked', '*')
</script>";

/// Serves the planner; answers its address.
async fn planner(start: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let planner = Arc::new(page(start, port));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let planner = planner.clone();
            tokio::spawn(async move { answer(stream, &planner).await });
        }
    });
    format!("http://{PICTURES}:{port}/")
}

/// Answers one request; nobody minds one that breaks off.
async fn answer(stream: TcpStream, planner: &str) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut asked = String::new();
    stream.read_line(&mut asked).await?;
    let page = match asked.split(' ').nth(1) {
        Some("/") => planner,
        Some("/frame") => FRAME,
        _ => "",
    };
    let length = page.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{page}").as_bytes()).await?;
    stream.shutdown().await?;
    // A connection that is dropped with something unread in it is reset, and the page lost.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(())
}

/// The usernames of Ann's accounts.
async fn connected(visit: &Visit) -> Vec<Value> {
    let accounts = visit.api("/v1/accounts").await;
    accounts["items"].as_array().unwrap().iter().map(|account| account["username"].clone()).collect()
}

#[tokio::test]
async fn a_planner_on_another_site_connects_an_account_without_its_cookies() {
    let Some(visit) = Visit::set_up().await else { return };
    let browser = &visit.chromium;
    let (status, _, started) = visit.send("POST", "/v1/accounts/connect", Some(&json!({})), None).await;
    assert_eq!(status, 200, "{started}");
    let planner = planner(started["start_url"].as_str().unwrap()).await;

    browser.go(&planner).await;
    browser.sees("Cookies are blocked.").await;
    browser.press("Connect Pinterest").await;
    browser.sees("ann asks for this").await;
    browser.press("Continue to Pinterest").await;
    browser.press("Allow").await;
    browser.press("Save boards").await;
    browser.sees("You can close this page").await;
    assert_eq!(connected(&visit).await.len(), 1);

    browser.go(&planner).await;
    browser.press("Connect Pinterest").await;
    browser.sees("already connected").await;
    assert_eq!(connected(&visit).await.len(), 1, "the address works once");
    visit.end().await;
}
