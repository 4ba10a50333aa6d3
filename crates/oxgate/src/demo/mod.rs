//! The demo: emulator, gateway and a sample application in one process, and a story that shows what they do together.

/// The sample application.
mod application;

/// What everybody counted, and whether it adds up.
mod counts;

/// Messages about invented patients.
mod messages;

/// The gateway's configuration and keys, in a temporary folder.
mod setting;

/// The story, step by step.
mod story;

/// How the story is told.
mod telling;

use crate::exit::{Done, Failure};
use crate::output::{Format, json, print};
use crate::serve::signals;
use redox_emulator::FeedSettings;
use setting::Setting;
use story::Story;
use telling::Telling;

/// Tells the story; then ends, or stays up with a slow feed.
pub(crate) async fn run(exit: bool, format: Format) -> Done {
    let telling = Telling::new(format);
    let setting = Setting::make().await?;
    let story = Story::new(&setting, telling);
    let counts = story.tell().await?;
    match format {
        Format::Json => json(&counts.json())?,
        Format::Text => print(&counts.table())?,
    }
    if !exit {
        stay(&setting, telling).await?;
    }
    setting.end().await;
    if counts.ok() { Ok(()) } else { Err(Failure::failed("the counts are not what they must be")) }
}

/// Keeps everything running with a slow feed, so that a person can look around.
async fn stay(setting: &Setting, telling: Telling) -> Done {
    let feed = FeedSettings {
        is_on: true,
        interval: "3s".parse().map_err(|_| Failure::failed("the feed's interval"))?,
        ..FeedSettings::default()
    };
    setting.redox.control().set_feed(&feed).await.map_err(Failure::failed)?;
    telling.line("");
    telling.line("Everything stays up, with an admission, transfer or discharge every three seconds. Look around:");
    let program = std::env::current_exe().map_or_else(|_| "oxgate".to_owned(), |path| path.display().to_string());
    let config = setting.config_path();
    telling.line(&format!("  {program} events list -c {}", config.display()));
    telling.line(&format!("  {program} lanes list -c {}", config.display()));
    telling.line(&format!("  curl {}/metrics", setting.gateway_url()));
    telling.line(&format!("  curl {}/_emulator/logs", setting.redox.base_url()));
    telling.line("Ctrl-C ends it and removes the temporary folder.");
    signals::asked_to_stop().await;
    Ok(())
}
