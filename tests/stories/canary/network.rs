//! The libraries that speak HTTP log at DEBUG what they do on a real socket; the secrets are not in it.

use shared::config::Config;
use shared::domain::{AppId, Mode};
use shared::platform::{Platform, World as Outside};
use shared::vault::{AccessToken, AppCredentials, AppSecret, AuthorizationCode, RefreshToken};
use tests::{APP_SECRET, AWS_SECRET, Log, Secrets, TOKEN_KEY};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::logging;

/// Answers every request with 401 for Pinterest, and with the token keys for Secrets Manager.
async fn serve(listener: TcpListener) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        let request = String::from_utf8_lossy(&request).to_lowercase();
        let ring = serde_json::json!({"generated": TOKEN_KEY}).to_string();
        let (status, body) = if request.contains("x-amz-target: secretsmanager") {
            let answer = serde_json::json!({"Name": "keys", "VersionId": "0".repeat(36), "SecretString": ring});
            ("200 OK", answer.to_string())
        } else {
            ("401 Unauthorized", r#"{"code":2,"message":"Authentication failed."}"#.to_owned())
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}", body.len());
        stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{body}").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn no_secret_is_in_what_the_libraries_log_of_real_requests() {
    let log = Log::default();
    let _guard = logging(&log);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let config = Config::read(&|name| {
        Some(match name {
            "AWS_REGION" => "eu-central-1".to_owned(),
            "AWS_ACCESS_KEY_ID" => "canary".to_owned(),
            "AWS_SECRET_ACCESS_KEY" => AWS_SECRET.to_owned(),
            "AWS_SESSION_TOKEN" => format!("session-{AWS_SECRET}"),
            "TABLE_NAME" | "APP_SECRET_ID" | "TOKEN_KEYS_SECRET_ID" | "MEDIA_BUCKET" => "keys".to_owned(),
            "AWS_ENDPOINT_URL_SECRETS_MANAGER" => address.clone(),
            "PINTEREST_API_LIVE" | "PINTEREST_API_SANDBOX" => format!("{address}/v5"),
            _ => return None,
        })
    });
    let platform = Platform::new(config.unwrap(), Outside::real());
    let mut secrets = Secrets::default();
    let (access, refresh, code) = ("pina_canary_0123456789", "pinr_canary_0123456789", "code_canary_0123456789");
    for secret in [APP_SECRET, AWS_SECRET, TOKEN_KEY, access, refresh, code] {
        secrets.add(secret, secret);
    }
    let app = AppCredentials { app_id: "1485555".parse::<AppId>().unwrap(), secret: AppSecret::new(APP_SECRET) };
    let calls = async {
        let pinterest = &platform.pinterest;
        let _ = pinterest.exchange_code(Mode::Live, &app, &AuthorizationCode::new(code), "https://x.example/").await;
        let _ = pinterest.refresh(Mode::Live, &app, &RefreshToken::new(refresh)).await;
        pinterest.boards(Mode::Live, &AccessToken::new(access), None, 25).await.unwrap_err();
        platform.tokens.check().await.unwrap();
    };
    tokio::select! {
        () = calls => {}
        () = serve(listener) => {}
    }
    let text = log.text();
    for library in ["hyper", "aws"] {
        assert!(text.contains(library), "{library} does log: {text}");
    }
    secrets.assert_absent("the log", &text);
}
