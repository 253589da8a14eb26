//! The command line: what can be asked for, and what each does.

mod announcement;
mod log;
mod publisher;
mod serve;
mod stop;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use pinterest_sim::program;
use url::Url;

pub(crate) use stop::Stop;

use crate::access_key::AccessKey;
use crate::demo;
use crate::publishing::TIME_LIMIT;
use crate::stack::{DEFAULT_PORT, Data, Embedded, Options, Pinterest, is_of_this_machine};
use publisher::Hosting;

/// Pinwheel on one machine: every function, its publisher, a database, sign-in and a simulated Pinterest
#[derive(Parser)]
#[command(name = "pinwheel", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(flatten)]
    serve: Serve,
    #[command(subcommand)]
    command: Option<Command>,
    /// What to log on stderr: error, warn, info, debug, or a filter such as publisher=info
    #[arg(long, global = true, default_value = "warn", value_name = "FILTER", value_parser = log::filter)]
    log: String,
}

#[derive(Args)]
struct Serve {
    /// The folder to keep everything in
    #[arg(long, default_value = ".pinwheel", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Keep nothing: use a folder that is removed at the end
    #[arg(long, conflicts_with = "data_dir")]
    ephemeral: bool,
    /// The port on this machine to listen at; 0 for any free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Which Pinterest to talk to
    #[arg(long, value_enum, default_value_t = PinterestChoice::Simulated)]
    pinterest: PinterestChoice,
    /// The address under which people and Pinterest reach this machine
    #[arg(long, value_name = "https://HOST", value_parser = address)]
    public_url: Option<Url>,
    /// Publish nothing here: `pinwheel publisher` does, in processes of its own
    #[arg(long)]
    without_publisher: bool,
    /// Run the functions as on AWS, in processes of their own: the folder with their programs, such as target/lambda
    #[arg(long, value_name = "FOLDER")]
    functions: Option<PathBuf>,
    /// Run at most this many functions at once, as an account of AWS does: 10 in a new one
    #[arg(long, value_name = "NUMBER", value_parser = value_parser!(u16).range(2..))]
    executions: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PinterestChoice {
    Simulated,
    Real,
}

#[derive(Subcommand)]
enum Command {
    /// Do the whole job once, from the settings to published pins, and show what was published when
    Demo {
        /// The port on this machine to listen at; any free one without it
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Run the functions as on AWS, in processes of their own: the folder with their programs, such as target/lambda
        #[arg(long, value_name = "FOLDER")]
        functions: Option<PathBuf>,
        /// Run at most this many functions at once, as an account of AWS does: 10 in a new one
        #[arg(long, value_name = "NUMBER", value_parser = value_parser!(u16).range(2..))]
        executions: Option<u16>,
    },
    /// Publish from a process of its own, on the parts of a running Pinwheel or of the variables
    Publisher(PublisherArguments),
    /// Run only the simulated Pinterest
    Pinterest(program::Arguments),
}

#[derive(Args)]
struct PublisherArguments {
    /// The port of the running Pinwheel
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The data folder of the running Pinwheel, which has the access key to its parts
    #[arg(long, default_value = ".pinwheel", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Which Pinterest to publish to
    #[arg(long, value_enum, default_value_t = PinterestChoice::Simulated)]
    pinterest: PinterestChoice,
    /// After how many seconds an invocation is stopped; in the last 30 of them it claims nothing
    #[arg(long, default_value_t = TIME_LIMIT.as_secs(), value_name = "SECONDS", value_parser = value_parser!(u64).range(40..=900))]
    time_limit: u64,
    /// How many publishers to run side by side, each called every minute, as Lambda may run several at once
    #[arg(long, default_value_t = 1, value_parser = value_parser!(u16).range(1..=100))]
    instances: u16,
    /// A port to be called at by Lambda's `Invoke`, for functions whose `AWS_ENDPOINT_URL_LAMBDA` names it; 0 for any free one
    #[arg(long, value_name = "PORT")]
    listen: Option<u16>,
}

/// Does what the command line asks for.
pub async fn run() -> anyhow::Result<()> {
    let cli: Cli = program::parse()?;
    log::start(&cli.log)?;
    match cli.command {
        None => serve::run(cli.serve.options()).await,
        Some(Command::Demo { port, functions, executions }) => {
            demo::run(port, functions, executions.map(usize::from)).await
        }
        Some(Command::Publisher(arguments)) => publisher::run(arguments.hosting()).await,
        Some(Command::Pinterest(arguments)) => program::serve(arguments).await,
    }
}

impl Serve {
    fn options(self) -> Options {
        Options {
            data: if self.ephemeral { Data::Ephemeral } else { Data::Kept(self.data_dir) },
            port: self.port,
            pinterest: self.pinterest.into(),
            public_url: self.public_url,
            publishes: !self.without_publisher,
            functions: self.functions,
            executions: self.executions.map(usize::from),
        }
    }
}

impl PublisherArguments {
    fn hosting(&self) -> Hosting {
        Hosting {
            embedded: Embedded {
                port: self.port,
                pinterest: self.pinterest.into(),
                key: AccessKey::load(&self.data_dir).unwrap_or_else(AccessKey::local),
            },
            time_limit: Duration::from_secs(self.time_limit),
            instances: self.instances,
            listen: self.listen,
        }
    }
}

impl From<PinterestChoice> for Pinterest {
    fn from(choice: PinterestChoice) -> Self {
        match choice {
            PinterestChoice::Simulated => Self::Simulated,
            PinterestChoice::Real => Self::Real,
        }
    }
}

fn address(text: &str) -> Result<Url, &'static str> {
    Url::parse(text)
        .ok()
        .filter(|url| {
            let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_of_this_machine(url);
            is_safe && url.has_host() && url.path() == "/" && url.query().is_none()
        })
        .ok_or("give an address without a path that begins with https://, such as https://pins.example.com")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use clap::CommandFactory;

    use super::*;

    fn options(arguments: &[&str]) -> Options {
        Cli::try_parse_from([&["pinwheel"], arguments].concat()).unwrap().serve.options()
    }

    #[test]
    fn the_options_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_options_everything_is_kept_here_and_simulated() {
        let options = options(&[]);
        assert_eq!(options.data, Data::Kept(".pinwheel".into()));
        assert_eq!((options.port, options.pinterest, options.public_url), (7878, Pinterest::Simulated, None));
    }

    #[test]
    fn the_real_pinterest_goes_with_a_public_address() {
        let options = options(&["--pinterest", "real", "--public-url", "https://pins.example", "--ephemeral"]);
        assert_eq!((options.pinterest, options.data), (Pinterest::Real, Data::Ephemeral));
        assert_eq!(options.public_url.unwrap().as_str(), "https://pins.example/");
    }

    #[test]
    fn it_publishes_unless_that_is_left_to_others() {
        assert!(options(&[]).publishes);
        assert!(!options(&["--without-publisher"]).publishes);
    }

    #[test]
    fn a_publisher_of_its_own_has_the_templates_time_limit_unless_told_otherwise() {
        let hosting = |arguments: &[&str]| {
            let cli = Cli::try_parse_from([&["pinwheel", "publisher"], arguments].concat()).unwrap();
            let Some(Command::Publisher(arguments)) = cli.command else { panic!("another command") };
            let Hosting { time_limit, instances, .. } = arguments.hosting();
            (time_limit.as_secs(), instances)
        };
        assert_eq!(hosting(&[]), (240, 1));
        assert_eq!(hosting(&["--time-limit", "60", "--instances", "50"]), (60, 50));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            vec!["--ephemeral", "--data-dir", "x"],
            vec!["--public-url", "https://pins.example/path"],
            vec!["--public-url", "pins.example"],
            vec!["--public-url", "http://pins.example"],
            vec!["--port", "70000"],
            vec!["--port", "1", "demo"],
            vec!["--log", "loud=="],
            vec!["publish"],
            vec!["publisher", "--time-limit", "39"],
            vec!["publisher", "--instances", "0"],
        ] {
            assert!(Cli::try_parse_from([&["pinwheel"], &arguments[..]].concat()).is_err(), "{arguments:?}");
        }
    }
}
