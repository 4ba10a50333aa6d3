//! `oxgate emulator`: Redox in a box, offline.

use super::Shared;
use crate::exit::{Done, Failure};
use crate::output::{Format, print};
use clap::{Args, ValueEnum};
use redox_emulator::{Control, Observed, SystemClock};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::sync::broadcast::error::RecvError;

/// Port unless another is wanted.
const PORT: u16 = 8700;

/// Longest text of a message that is printed whole; files are longer.
const TEXT_MAX: usize = 120;

/// Run Redox in a box: tokens, routing, delivery, a simulated EHR, faults. Prints what happens, and the messages that it
/// receives, until interrupted.
#[derive(Debug, Args)]
pub(crate) struct Emulator {
    /// Where to listen, 127.0.0.1:8700 unless the settings say otherwise; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Refuse what Redox may refuse, where usually what real clients send is accepted.
    #[arg(long)]
    strict: bool,
    /// Its organisation, limits, switches, EHR, feed and faults as JSON or TOML (by the file's ending), in the shape that
    /// `--print-settings` prints; what is left out keeps its default.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Print the settings and end.
    #[arg(long)]
    print_settings: bool,
    /// Factor on every wait: 0.01 makes a minute of retries 0.6 s.
    #[arg(long, value_name = "FACTOR")]
    time_scale: Option<f64>,
    /// Seed of everything that is left to chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What to print while it runs.
    #[arg(long, value_enum, default_value_t)]
    show: Show,
}

/// What a running emulator prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Show {
    /// A line for each thing that happens, and below it the message that was received.
    #[default]
    Messages,
    /// The lines only.
    Lines,
    /// Nothing.
    Nothing,
}

impl Emulator {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let config = self.config()?;
        if self.print_settings {
            return crate::output::json(
                &serde_json::to_value(&config).map_err(|error| Failure::failed(error.to_string()))?,
            );
        }
        let listen = config.listen;
        let running = redox_emulator::start(config, SystemClock, self.seed)
            .await
            .map_err(|error| Failure::failed(format!("cannot start the emulator on {listen}: {error}")))?;
        let base = running.base_url();
        eprintln!("Redox emulator on {base}; everything about it: {base}/_emulator");
        eprintln!("Connect a gateway: oxgate init my-gateway --emulator {base}");
        let control = running.control();
        let mut seen = running.observe();
        loop {
            tokio::select! {
                happened = seen.recv() => match happened {
                    Ok(happened) if self.show != Show::Nothing => self.tell(&happened, &control, shared.format).await?,
                    Ok(_) => {}
                    Err(RecvError::Lagged(missed)) => eprintln!("… {missed} more"),
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = crate::serve::signals::asked_to_stop() => break,
            }
        }
        running.shutdown().await;
        Ok(())
    }

    /// One line, and below it the message if one was received.
    async fn tell(&self, happened: &Observed, control: &Control, format: Format) -> Done {
        match format {
            Format::Text => print(&happened.to_string())?,
            Format::Json => {
                return print(&serde_json::to_string(happened).map_err(|error| Failure::failed(error.to_string()))?);
            }
        }
        let Some(number) = happened.received.filter(|_| self.show == Show::Messages) else { return Ok(()) };
        let query = format!("after={}&limit=1", number - 1);
        let mut body = match control.received(&query).await {
            Ok(list) => list["received"][0]["body"].clone(),
            Err(_) => Value::Null,
        };
        if body.is_null() {
            return Ok(());
        }
        shorten(&mut body);
        let text = serde_json::to_string_pretty(&body).map_err(|error| Failure::failed(error.to_string()))?;
        print(&text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n"))
    }

    fn config(&self) -> Result<redox_emulator::Config, Failure> {
        let mut config = match &self.settings {
            None => redox_emulator::Config::default(),
            Some(path) => {
                let text = super::read_input(path)?;
                let invalid = |error: String| Failure::invalid(format!("{}: {error}", path.display()));
                if path.extension().is_some_and(|ending| ending == "toml") {
                    let text = std::str::from_utf8(&text).map_err(|error| invalid(error.to_string()))?;
                    toml::from_str(text).map_err(|error| invalid(error.to_string()))?
                } else {
                    serde_json::from_slice(&text).map_err(|error| invalid(error.to_string()))?
                }
            }
        };
        if let Some(listen) = self.listen {
            config.listen = listen;
        } else if config.listen.port() == 0 {
            config.listen.set_port(PORT);
        }
        config.strict |= self.strict;
        config.time_scale = self.time_scale.unwrap_or(config.time_scale);
        Ok(config)
    }
}

/// Long texts, such as files in base64, become their beginning and their length.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > TEXT_MAX => {
            let beginning: String = text.chars().take(TEXT_MAX / 2).collect();
            *value = json!(format!("{beginning}… ({} characters)", text.chars().count()));
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::shorten;
    use serde_json::json;

    #[test]
    fn only_long_texts_are_shortened() {
        let mut message = json!({"Note": {"FileContents": "é".repeat(500)}, "Lines": ["short"], "N": 7});
        shorten(&mut message);
        let text = message["Note"]["FileContents"].as_str().unwrap();
        assert!(text.starts_with("éé") && text.ends_with("… (500 characters)"), "{text}");
        assert_eq!((&message["Lines"][0], &message["N"]), (&json!("short"), &json!(7)));
    }
}
