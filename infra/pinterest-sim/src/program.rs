//! The simulator as a program: its options, its listener, its end.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::{App, Clock, Options, Simulator, Storage, Tier};

/// A Pinterest to develop against.
#[derive(Parser)]
#[command(version, about)]
pub struct Arguments {
    /// The port on this machine to listen at; 0 for any free one
    #[arg(long, default_value_t = 7879)]
    port: u16,
    /// Where to keep people, boards, pins and tokens; without it they are gone at the end
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// The app ID to accept
    #[arg(long, default_value = "1485555")]
    app_id: String,
    /// The app secret to accept
    #[arg(long, default_value = "simulated-app-secret")]
    app_secret: String,
    /// A redirect URI to accept; may be given several times
    #[arg(long = "redirect-uri", default_value = "http://localhost:7878/app/pinterest/board")]
    redirect_uris: Vec<String>,
    /// The app's access tier
    #[arg(long, value_enum, default_value_t = TierChoice::Standard)]
    tier: TierChoice,
    /// Where ids and tokens are drawn from: the same seed and calls give the same answers
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum TierChoice {
    Unapproved,
    Trial,
    Standard,
}

/// Serves until Ctrl-C or SIGTERM.
pub async fn serve(arguments: Arguments) -> anyhow::Result<()> {
    let simulator = open(&arguments)?;
    let listener = listen(arguments.port).await?;
    announce(&simulator, listener.local_addr()?, arguments.data_dir.is_some());
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    // Calls that a fault makes hang are not waited for.
    tokio::select! {
        served = axum::serve(listener, simulator.router()) => served.context("cannot serve"),
        stopped = tokio::signal::ctrl_c() => stopped.context("cannot wait for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
    }
}

/// The options of a program; what is wrong with them is said in one line.
pub fn parse<Options: Parser>() -> anyhow::Result<Options> {
    Options::try_parse().map_err(|error| {
        if !error.use_stderr() {
            error.exit();
        }
        let text = error.render().to_string();
        let lines: Vec<_> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
        let problem = lines.join(" ");
        anyhow::anyhow!("{}; see --help", problem.trim_start_matches("error: "))
    })
}

fn open(arguments: &Arguments) -> anyhow::Result<Simulator> {
    let storage = arguments.data_dir.clone().map_or(Storage::Memory, Storage::Folder);
    let app = App {
        id: arguments.app_id.clone(),
        secret: arguments.app_secret.clone(),
        redirect_uris: arguments.redirect_uris.clone(),
        tier: match arguments.tier {
            TierChoice::Unapproved => Tier::Unapproved,
            TierChoice::Trial => Tier::Trial,
            TierChoice::Standard => Tier::Standard,
        },
    };
    let options = Options { storage, clock: system_clock(), base_path: String::new(), app, seed: arguments.seed };
    Ok(Simulator::open(options)?)
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            anyhow::bail!("port {port} is in use by another program; choose another one with --port")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen at {address}")),
    }
}

fn announce(simulator: &Simulator, address: SocketAddr, is_kept: bool) {
    let app = simulator.app();
    println!("Simulated Pinterest at http://{address}/");
    println!("  app ID        {}", app.id);
    println!("  app secret    {}", app.secret);
    println!("  redirect URI  {}", app.redirect_uris.join(", "));
    println!("  consent page  http://{address}/oauth/");
    println!("  API           http://{address}/live/v5  http://{address}/sandbox/v5");
    if !is_kept {
        println!("  nothing is kept: give --data-dir to keep boards and pins");
    }
}

fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one system clock of the program")]
    let now = || jiff::Timestamp::now();
    Arc::new(now)
}
