//! Asks a token endpoint for a token, legacy or OAuth, and puts the answer into local time.

use redox_wire::assertion::TokenForm;
use redox_wire::reply::ReplyBody;
use redox_wire::token::{
    AuthenticateRequest, Ends, Grant, RefreshRequest, TokenReply, Unavailable, read_legacy, read_oauth,
};
use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::{Fresh, Shared, TOKEN_CEILING, TokenError};
use crate::chance;
use crate::credentials::{Credentials, LegacyKey, OAuthClient};
use crate::meter::RequestClass;
use crate::transport::{self, Fault, Received};

/// A token reply has a few hundred bytes.
const REPLY_LIMIT: usize = 64 * 1024;

/// A refused assertion is signed again if the refusal itself showed that our clock was off by more than this: an expired
/// assertion is refused in the same words as a forged one.
const SKEW_MATTERS: i64 = 5_000;

/// A reply, and the local time at which it was asked for.
struct Asked {
    at: i64,
    reply: TokenReply,
}

/// One token. Every request passes the meter.
pub(super) async fn fresh(shared: &Shared, refresh: Option<SecretString>) -> Result<Fresh, TokenError> {
    match &shared.credentials {
        Credentials::OAuth(client) => oauth(shared, client).await,
        Credentials::Legacy(key) => legacy(shared, key, refresh).await,
    }
}

async fn oauth(shared: &Shared, client: &OAuthClient) -> Result<Fresh, TokenError> {
    let signed_with = shared.skew.offset();
    let first = ask_oauth(shared, client).await?;
    let was_off = (shared.skew.offset() - signed_with).abs() > SKEW_MATTERS;
    if matches!(first.reply, TokenReply::Refused(_)) && was_off {
        return ask_oauth(shared, client).await?.into_fresh(shared, None);
    }
    first.into_fresh(shared, None)
}

async fn ask_oauth(shared: &Shared, client: &OAuthClient) -> Result<Asked, TokenError> {
    let url = &shared.endpoints.token;
    shared.meter.permit(RequestClass::Token).await;
    let server_now = (shared.clock.now() + shared.skew.offset()).div_euclid(1000);
    let assertion = client.assertion(url.as_str(), server_now, &chance::nonce(&*shared.entropy))?;
    let form = TokenForm::new(&assertion, client.scope.as_deref());
    let (at, received) = exchange(shared, shared.http.post(url.clone()).form(&form)).await?;
    Ok(Asked { at, reply: read_oauth(received.status, &received.headers(), whole(&received)) })
}

/// Renews with the refresh token if there is one. If the endpoint answers that with anything but a token, the key and secret
/// are tried; not after 429, which is about the number of requests.
async fn legacy(shared: &Shared, key: &LegacyKey, refresh: Option<SecretString>) -> Result<Fresh, TokenError> {
    if let Some(refresh) = refresh {
        let body = RefreshRequest { api_key: key.api_key.expose_secret(), refresh_token: refresh.expose_secret() };
        let asked = ask_legacy(shared, &shared.endpoints.refresh, &body).await?;
        let is_paced = matches!(asked.reply, TokenReply::Unavailable(Unavailable { status: 429, .. }));
        if is_paced || matches!(asked.reply, TokenReply::Granted(_)) {
            return asked.into_fresh(shared, Some(refresh));
        }
    }
    let body = AuthenticateRequest { api_key: key.api_key.expose_secret(), secret: key.secret.expose_secret() };
    ask_legacy(shared, &shared.endpoints.authenticate, &body).await?.into_fresh(shared, None)
}

async fn ask_legacy(shared: &Shared, url: &Url, body: &impl Serialize) -> Result<Asked, TokenError> {
    shared.meter.permit(RequestClass::Token).await;
    let (at, received) = exchange(shared, shared.http.post(url.clone()).json(body)).await?;
    Ok(Asked { at, reply: read_legacy(received.status, &received.headers(), whole(&received)) })
}

/// A body cut short has no token in it that could be trusted.
fn whole(received: &Received) -> &[u8] {
    match received.body() {
        ReplyBody::Whole(bytes) => bytes,
        ReplyBody::CutShort(_) | ReplyBody::TooLong => &[],
    }
}

/// Sends, and measures the clock by the reply.
async fn exchange(shared: &Shared, request: RequestBuilder) -> Result<(i64, Received), TokenError> {
    let asked = shared.clock.now();
    let request = request.timeout(TOKEN_CEILING).header("accept", "application/json");
    let received = transport::exchange(request, REPLY_LIMIT).await.map_err(|fault| match fault {
        Fault::NotSent(why) => TokenError::Unreachable(why),
        Fault::Lost(why) => TokenError::NoAnswer(why),
    })?;
    if received.status == 429 {
        shared.meter.refused(received.headers().retry_after());
    }
    shared.skew.observe(asked, shared.clock.now(), &received.headers());
    Ok((asked, received))
}

impl Asked {
    fn into_fresh(self, shared: &Shared, old_refresh: Option<SecretString>) -> Result<Fresh, TokenError> {
        match self.reply {
            TokenReply::Granted(grant) => Ok(local(grant, self.at, shared, old_refresh)),
            TokenReply::Refused(refusal) => Err(TokenError::Refused { status: refusal.status, text: refusal.text }),
            TokenReply::Unavailable(Unavailable { status, why, retry_after, .. }) => {
                Err(TokenError::Unavailable { status, why, retry_after })
            }
        }
    }
}

/// A life in seconds counts from when it was asked for, the earliest moment at which it can have begun; an absolute end is
/// one by the server's clock.
fn local(grant: Grant, asked: i64, shared: &Shared, old_refresh: Option<SecretString>) -> Fresh {
    let ends_at = match grant.ends {
        Ends::After(life) => asked.saturating_add(i64::try_from(life.as_millis()).unwrap_or(i64::MAX)),
        Ends::At(server_ms) => server_ms.saturating_sub(shared.skew.offset()),
    };
    let (access, refresh) = grant.into_tokens();
    Fresh { access: SecretString::from(access), refresh: refresh.map(SecretString::from).or(old_refresh), ends_at }
}
