//! Rules that no single key can break alone: names are unique and lead somewhere, kinds have what they need.

use super::Config;
use super::error::{Finding, nearest};
use super::local::{Forward, Handler, HandlerKind};
use super::redox::Auth;
use toml::Spanned;

type Checked = Result<(), Finding>;

/// Checks everything; the first finding ends it.
pub(super) fn all(config: &Config) -> Checked {
    unique("account", config.accounts.iter().map(|account| &account.name))?;
    unique("source", config.sources.iter().map(|source| &source.name))?;
    unique("destination", config.destinations.iter().map(|destination| &destination.name))?;
    unique("partner", config.partners.iter().map(|partner| &partner.name))?;
    // Filters, lanes and logs know doors of both kinds by name.
    let doors = config.endpoints.iter().map(|endpoint| &endpoint.name);
    let doors = doors.chain(config.listeners.iter().map(|listener| &listener.name));
    unique("endpoint, mllp or bulk", doors.chain(config.bulk.iter().map(|bulk| &bulk.name)))?;
    unique("expectation", config.expectations.iter().map(|expectation| &expectation.name))?;
    // A forward's events come in by its name, so no export may have it.
    if let Some(bulk) =
        config.bulk.iter().find(|bulk| config.handlers.iter().any(|one| one.name.get_ref() == bulk.name.get_ref()))
    {
        let name = bulk.name.get_ref();
        return Err(found(&bulk.name, format!("a handler is named `{name}` already; names must differ")));
    }
    // Handlers and accounts are targets alike, and lanes are told apart by their target's name.
    let targets = config.handlers.iter().map(|handler| &handler.name);
    unique("handler or account", targets.chain(config.accounts.iter().map(|account| &account.name)))?;
    for account in &config.accounts {
        credentials(account)?;
    }
    references(config)?;
    handlers(config)?;
    listeners(config)?;
    kinds(config)
}

fn found<T>(at: &Spanned<T>, what: String) -> Finding {
    Finding { what, span: at.span() }
}

fn unique<'a>(what: &str, names: impl Iterator<Item = &'a Spanned<String>>) -> Checked {
    let mut seen = std::collections::HashSet::new();
    for name in names {
        legal(what, name)?;
        if !seen.insert(name.get_ref()) {
            return Err(found(name, format!("a second {what} is named `{}`; names must differ", name.get_ref())));
        }
    }
    Ok(())
}

/// Names stand in paths, lane labels and metrics.
fn legal(what: &str, name: &Spanned<String>) -> Checked {
    let text = name.get_ref();
    let fine = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte));
    if text.is_empty() || text.len() > 64 || !fine {
        let rule = "1 to 64 of a-z, 0-9, `-`, `_` and `.`";
        return Err(found(name, format!("`{text}` cannot name a {what}: a name has {rule}")));
    }
    if text == "unrouted" {
        return Err(found(name, "`unrouted` names the built-in target for events that no handler takes".to_owned()));
    }
    Ok(())
}

fn credentials(account: &super::redox::Account) -> Checked {
    let name = account.name.get_ref();
    let needs = |key: &str, auth: &str| {
        Err(found(&account.name, format!("account `{name}` signs in by `{auth}` and needs `{key}`")))
    };
    match account.auth {
        Auth::Oauth if account.client_id.is_none() => needs("client_id", "oauth"),
        Auth::Oauth if account.key.is_none() && account.secret.is_none() => needs("key", "oauth"),
        Auth::Legacy if account.api_key.is_none() => needs("api_key", "legacy"),
        Auth::Legacy if account.secret.is_none() => needs("secret", "legacy"),
        _ => Ok(()),
    }
}

fn references(config: &Config) -> Checked {
    for account in config.sources.iter().filter_map(|source| source.account.as_ref()) {
        named("account", account, config.accounts.iter().map(|account| account.name.get_ref().as_str()))?;
    }
    for destination in config.partners.iter().flat_map(|partner| &partner.destinations) {
        named("destination", destination, config.destinations.iter().map(|known| known.name.get_ref().as_str()))?;
    }
    Ok(())
}

fn named<'a>(what: &str, name: &Spanned<String>, known: impl Iterator<Item = &'a str> + Clone) -> Checked {
    if known.clone().any(|known| known == name.get_ref()) {
        return Ok(());
    }
    let hint = nearest(name.get_ref(), known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(found(name, format!("there is no {what} named `{}`{hint}", name.get_ref())))
}

fn handlers(config: &Config) -> Checked {
    for handler in &config.handlers {
        let name = handler.name.get_ref();
        let kind = *handler.kind.get_ref();
        let has_no_past = matches!(kind, HandlerKind::Ops | HandlerKind::Responder);
        if has_no_past && handler.start_from.get_ref().since().is_some() {
            let what = "`start_from` is for handlers of stored events; this kind takes only what happens from now on";
            return Err(found(&handler.start_from, what.to_owned()));
        }
        rate(handler)?;
        if kind == HandlerKind::Forward {
            forward(config, handler)?;
        }
        if kind == HandlerKind::File && handler.folder.is_none() {
            return Err(found(&handler.kind, format!("handler `{name}` writes files and needs `folder`")));
        }
        if kind.is_without_peer() {
            continue;
        }
        let Some(url) = &handler.url else {
            return Err(found(&handler.kind, format!("handler `{name}` is of a kind that needs `url`")));
        };
        if kind == HandlerKind::Nats {
            nats(handler)?;
            continue;
        }
        if kind == HandlerKind::Mllp {
            if crate::serve::hl7::address(url.get_ref()).is_none() {
                return Err(found(
                    url,
                    "an mllp handler's url is mllp://host:port, or mllps://host:port for TLS".to_owned(),
                ));
            }
            continue;
        }
        if !url.get_ref().starts_with("http://") && !url.get_ref().starts_with("https://") {
            return Err(found(url, "a handler's url starts with http:// or https://".to_owned()));
        }
        if handler.secrets.is_empty() {
            let how = "write one with `oxgate init`, or any 24 to 64 random bytes as `whsec_` and base64";
            return Err(found(&handler.kind, format!("handler `{name}` needs `secrets` to sign with: {how}")));
        }
    }
    Ok(())
}

/// A rate spares whoever is sent to; elsewhere it would only hold up the gateway itself.
fn rate(handler: &Handler) -> Checked {
    let Some(rate) = &handler.rate else { return Ok(()) };
    let why = match handler.kind.get_ref() {
        HandlerKind::Http | HandlerKind::Mllp | HandlerKind::Nats => return Ok(()),
        HandlerKind::Pull => "the consumers of a pull handler set their own pace",
        HandlerKind::Ops => "operational events are few and must not wait",
        HandlerKind::Responder => "Redox waits for a responder's answers",
        HandlerKind::Forward => "a forward writes into the store; what it makes leaves by its own target's rules",
        HandlerKind::File | HandlerKind::Discard => "nothing is sent by this kind",
    };
    Err(found(rate, format!("`rate` is for handlers of kind `http`, `mllp` and `nats`: {why}")))
}

#[cfg(not(feature = "nats"))]
fn nats(handler: &Handler) -> Checked {
    Err(found(&handler.kind, crate::serve::nats::absent(handler)))
}

#[cfg(feature = "nats")]
fn nats(handler: &Handler) -> Checked {
    let Some(subject) = &handler.subject else {
        let name = handler.name.get_ref();
        return Err(found(&handler.kind, format!("handler `{name}` publishes to NATS and needs `subject`")));
    };
    let checked = oxgate_inbound::handle::nats::Subject::new(subject.get_ref());
    checked.map(drop).map_err(|error| Finding { what: error.to_string(), span: subject.span() })
}

fn forward(config: &Config, handler: &Handler) -> Checked {
    let Some(to) = handler.to else {
        let name = handler.name.get_ref();
        return Err(found(&handler.kind, format!("handler `{name}` forwards and needs `to`: `redox` or `handlers`")));
    };
    let addressed = handler.source.iter().chain(&handler.destinations).next();
    if let Some(at) = addressed.filter(|_| to == Forward::Handlers) {
        return Err(found(at, "`source` and `destinations` are for events that go to Redox".to_owned()));
    }
    if let Some(source) = &handler.source {
        named("source", source, config.sources.iter().map(|known| known.name.get_ref().as_str()))?;
    }
    for destination in &handler.destinations {
        named("destination", destination, config.destinations.iter().map(|known| known.name.get_ref().as_str()))?;
    }
    Ok(())
}

fn listeners(config: &Config) -> Checked {
    for listener in &config.listeners {
        match (&listener.cert_file, &listener.client_ca_file) {
            (Some(path), _) if listener.key.is_none() => {
                return Err(found(path, "a certificate needs its `key`".to_owned()));
            }
            (None, Some(path)) => {
                return Err(found(path, "client certificates need TLS: set `cert_file` and `key`".to_owned()));
            }
            _ => {}
        }
        if let Some(charset) =
            listener.charset.as_ref().filter(|name| hl7v2::Charset::from_name(name.get_ref()).is_none())
        {
            return Err(found(
                charset,
                "this charset is not read here: take UTF-8, ISO 8859-x or Windows-1252".to_owned(),
            ));
        }
    }
    Ok(())
}

/// What a destination accepts must exist: a misspelt event type would refuse everything.
fn kinds(config: &Config) -> Checked {
    for pattern in config.destinations.iter().flat_map(|destination| &destination.accepts) {
        let (model, event_type) = pattern.get_ref().split_once('.').unwrap_or((pattern.get_ref(), "*"));
        let same = |left: &str| left.replace(' ', "") == model.replace(' ', "");
        let events: Vec<_> = redox_model::catalogue::events().iter().filter(|info| same(info.data_model)).collect();
        if events.is_empty() {
            let models = redox_model::catalogue::events().iter().map(|info| info.data_model);
            let hint = nearest(model, models).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(found(pattern, format!("Redox has no data model `{model}`{hint}")));
        }
        if event_type != "*" && !events.iter().any(|info| info.event_type == event_type) {
            let hint = nearest(event_type, events.iter().map(|info| info.event_type))
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(found(pattern, format!("the data model `{model}` has no event type `{event_type}`{hint}")));
        }
    }
    Ok(())
}
