//! Where files are now: links that have expired are asked for again, once for all who need them.

use crate::access::Access;
use crate::http::{Call, CallError, Http, Verb};
use crate::job::{Page, Planned};
use crate::plan::{Plan, PlanError};
use crate::status::{self, Step};
use crate::watch::{Event, Watch};
use reqwest::Url;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Mutex;

/// Why no fresh link was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenewError {
    /// No answer.
    #[error("the manifest could not be read again: {0}")]
    Call(#[from] CallError),
    /// The manifest is not there any more.
    #[error("the link has expired and the server has no manifest any more (status {0}); start a new export")]
    Gone(u16),
    /// It has changed.
    #[error(transparent)]
    Changed(#[from] PlanError),
    /// It brings the same link.
    #[error("the link is refused with status {0}, and the manifest still names it")]
    Same(u16),
}

/// Fresh links by page.
pub(crate) struct Links<'a> {
    http: &'a Http,
    access: &'a Access,
    watch: &'a dyn Watch,
    manifest_bytes: usize,
    plan: &'a Plan,
    renewed: Mutex<BTreeMap<u32, Page>>,
}

pub(crate) const MANIFEST_TIMEOUT: Duration = Duration::from_mins(5);

impl<'a> Links<'a> {
    pub(crate) fn new(
        http: &'a Http,
        access: &'a Access,
        watch: &'a dyn Watch,
        manifest_bytes: usize,
        plan: &'a Plan,
    ) -> Self {
        Self { http, access, watch, manifest_bytes, plan, renewed: Mutex::default() }
    }

    /// Where the file is, as far as is known.
    pub(crate) async fn current(&self, page: &Page, file: &Planned) -> String {
        let renewed = self.renewed.lock().await;
        let fresh = renewed.get(&page.number).and_then(|page| page.files.iter().find(|now| now.id == file.id));
        fresh.unwrap_or(file).url.clone()
    }

    /// A link other than `refused`, which was answered with `status`.
    pub(crate) async fn renew(
        &self,
        page: &Page,
        file: &Planned,
        refused: &str,
        status: u16,
    ) -> Result<String, RenewError> {
        let mut renewed = self.renewed.lock().await;
        let of = |page: &Page| page.files.iter().find(|now| now.id == file.id).map(|now| now.url.clone());
        // Another download may have asked while this one waited for the lock.
        if let Some(url) = renewed.get(&page.number).and_then(of)
            && url != refused
        {
            return Ok(url);
        }
        let fresh = self.read_page(page).await?;
        let url = of(&fresh).filter(|url| url != refused).ok_or(RenewError::Same(status))?;
        renewed.insert(page.number, fresh);
        self.watch.saw(&Event::LinksRenewed);
        Ok(url)
    }

    async fn read_page(&self, page: &Page) -> Result<Page, RenewError> {
        let url = Url::parse(&page.url).map_err(|_| RenewError::Gone(404))?;
        let call = Call {
            verb: Verb::Get,
            url: &url,
            accept: "application/json",
            prefer: None,
            with_token: true,
            rest: None,
            timeout: Some(MANIFEST_TIMEOUT),
        };
        let mut times = 0;
        loop {
            let answer = self.http.short(self.access, call, self.manifest_bytes).await?;
            match status::read(&answer, &url, self.http.time.now()) {
                Step::Done(manifest) | Step::Running { partial: Some(manifest), .. } => {
                    return Ok(self.plan.page(page.number, &page.url, &manifest)?);
                }
                Step::Again { asked, why, .. } if times < 10 => {
                    let wait = crate::pace::Pace::default().wait(asked, times);
                    self.watch.saw(&Event::Hiccup { why, wait });
                    self.http.time.sleep(wait).await;
                    times += 1;
                }
                _ => return Err(RenewError::Gone(answer.status.as_u16())),
            }
        }
    }
}
