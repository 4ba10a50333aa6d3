//! Brings one file home: streamed to disk while it is checked and hashed, begun again when it breaks off, put in place whole.

use crate::access::{Access, Origin};
use crate::exporter::{CountRule, Limits};
use crate::folder::{Folder, FolderError};
use crate::http::{Answer, Call, CallError, Http, NetworkError, Verb, network};
use crate::job::{Done, Entry, Page, Part, Planned};
use crate::lines::{Bounds, Expect, LineCheck, LineError};
use crate::links::{Links, RenewError};
use crate::names::Section;
use crate::pace::{Asked, retry_after};
use crate::sink::{Checks, Growing, Sink, Spoilt};
use crate::watch::{Event, Watch};
use reqwest::Url;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes between two reports of progress.
const REPORT_BYTES: u64 = 256 * 1024;

/// Why a file is not there.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It came, and is not what was announced.
    #[error("{name}: {source}; what came is kept as {}", aside.display())]
    Rejected {
        /// Its name.
        name: String,
        /// What is wrong.
        source: ContentError,
        /// Where it is kept.
        aside: PathBuf,
    },
    /// It did not come.
    #[error("{name}: {source}")]
    Missing {
        /// Its name.
        name: String,
        /// Why.
        source: FetchError,
    },
}

/// What is wrong with the content of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// A line.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Fewer lines than announced.
    #[error("it has {found} resources, but {announced} were announced")]
    Count {
        /// How many there are.
        found: u64,
        /// How many there should be.
        announced: u64,
    },
    /// More bytes than announced.
    #[error("it is larger than the {0} bytes that were announced")]
    TooLarge(u64),
}

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No request was possible.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It broke off too often.
    #[error("it broke off {times} times, the last time because {source}")]
    BrokeOff {
        /// How often.
        times: u32,
        /// The last reason.
        source: NetworkError,
    },
    /// The server kept refusing.
    #[error("the server refused it {times} times, the last time with status {status}")]
    Refused {
        /// How often.
        times: u32,
        /// The last status.
        status: u16,
    },
    /// The token did not help.
    #[error("the server answered {status}{}", if *.with_token { " to our token" } else { "; no token is sent to this host (see the trusted hosts)" })]
    Unauthorized {
        /// 401 or 403.
        status: u16,
        /// Whether a token was sent.
        with_token: bool,
    },
    /// Its link is of no use.
    #[error(transparent)]
    Renew(#[from] RenewError),
    /// The address of the manifest is none.
    #[error("its link is no address")]
    Link,
}

/// One way an attempt can end without a file.
enum Miss {
    /// The connection broke: again, and the rest of it where the server can.
    Broken(NetworkError),
    /// The server refuses for now.
    Later(u16, Asked),
    /// The link may have expired.
    Expired(u16),
    /// What came is wrong.
    Wrong(ContentError),
    /// No use in trying.
    Never(FetchError),
    /// Our own disk: no use in trying other files either.
    Disk(FolderError),
}

impl From<FolderError> for Miss {
    fn from(error: FolderError) -> Self {
        Self::Disk(error)
    }
}

impl From<Spoilt> for Miss {
    fn from(spoilt: Spoilt) -> Self {
        match spoilt {
            Spoilt::Content(error) => Self::Wrong(error),
            Spoilt::Disk(error) => Self::Disk(error),
        }
    }
}

/// What a file is fetched with.
pub(crate) struct Fetch<'a> {
    pub(crate) http: &'a Http,
    pub(crate) access: &'a Access,
    pub(crate) folder: &'a Arc<Folder>,
    pub(crate) links: &'a Links<'a>,
    pub(crate) limits: &'a Limits,
    pub(crate) watch: &'a dyn Watch,
    /// A permit for each file whose bytes are coming. One that is being synced, or waits for another try, has none.
    pub(crate) streams: &'a Semaphore,
}

impl Fetch<'_> {
    /// Fetches a file and puts it in place; names it with what came of it. The outer error is our own disk.
    pub(crate) async fn file<'a>(
        &self,
        page: &Page,
        file: &'a Planned,
        part: Option<String>,
    ) -> (&'a Planned, Result<Result<Done, FileError>, FolderError>) {
        (file, self.tries(page, file, part).await)
    }

    /// Attempts until it is there, or has failed too often.
    async fn tries(
        &self,
        page: &Page,
        file: &Planned,
        part: Option<String>,
    ) -> Result<Result<Done, FileError>, FolderError> {
        let mut validator = part;
        let (mut broken, mut busy, mut wrong, mut renewals) = (0, 0, 0, 0);
        let missing = |source| Ok(Err(FileError::Missing { name: file.name(), source }));
        loop {
            let link = self.links.current(page, file).await;
            let miss = match self.attempt(page, file, &link, &mut validator).await {
                Ok(done) => {
                    self.watch.saw(&Event::FileDone { file, bytes: done.bytes, lines: done.tally.lines });
                    self.folder.place(&file.name(), done.clone()).await?;
                    return Ok(Ok(done));
                }
                Err(miss) => miss,
            };
            let (wait, why) = match miss {
                Miss::Broken(source) => {
                    broken += 1;
                    if broken >= self.limits.attempts {
                        return missing(FetchError::BrokeOff { times: broken, source });
                    }
                    (self.limits.pace.wait(Asked::Nothing, broken - 1), source.to_string())
                }
                Miss::Later(status, asked) => {
                    busy += 1;
                    if busy >= self.limits.refusals {
                        return missing(FetchError::Refused { times: busy, status });
                    }
                    (self.limits.pace.wait(asked, busy - 1), format!("the server answered {status}"))
                }
                Miss::Expired(status) => {
                    renewals += 1;
                    if renewals >= self.limits.attempts {
                        return missing(FetchError::Renew(RenewError::Same(status)));
                    }
                    match self.links.renew(page, file, &link, status).await {
                        Ok(_) => (Duration::ZERO, format!("its link had expired (status {status})")),
                        Err(RenewError::Same(status @ (401 | 403))) => {
                            return missing(FetchError::Unauthorized { status, with_token: false });
                        }
                        Err(error) => return missing(error.into()),
                    }
                }
                Miss::Wrong(source) => {
                    wrong += 1;
                    validator = None;
                    // Once more: bytes lost on the way look the same as a bad file.
                    if wrong > 1 {
                        let aside = self.folder.put_aside(&file.name()).await?;
                        return Ok(Err(FileError::Rejected { name: file.name(), source, aside }));
                    }
                    (self.limits.pace.wait(Asked::Nothing, 0), source.to_string())
                }
                Miss::Never(error) => return missing(error),
                Miss::Disk(error) => return Err(error),
            };
            self.watch.saw(&Event::FileRetry { file, why, wait });
            if !wait.is_zero() {
                self.http.time.sleep(wait).await;
            }
        }
    }

    /// One request for a file, or for the rest of it.
    async fn attempt(
        &self,
        page: &Page,
        file: &Planned,
        link: &str,
        validator: &mut Option<String>,
    ) -> Result<Done, Miss> {
        let url = Url::parse(link).map_err(|_| Miss::Never(FetchError::Link))?;
        let mut growing = match validator.as_deref() {
            Some(_) => {
                let path = self.folder.part(&file.name());
                Growing::taken_up(path, self.checks(page, file), Arc::clone(self.folder)).await?
            }
            None => None,
        };
        // Never closed, so there always is a permit in the end.
        let permit = self.streams.acquire().await.ok();
        let rest = growing.as_ref().map(Growing::bytes).zip(validator.as_deref());
        let call = Call {
            verb: Verb::Get,
            url: &url,
            accept: "application/fhir+ndjson",
            prefer: None,
            // Unsaid is taken for yes: the token then goes to trusted hosts only, as always.
            with_token: page.requires_access_token.unwrap_or(true),
            rest,
            timeout: None,
        };
        let answer = match self.http.send(self.access, call).await {
            Ok(answer) => answer,
            Err(CallError::Network(error)) => return Err(Miss::Broken(error)),
            Err(error) => return Err(Miss::Never(error.into())),
        };
        let status = answer.status().as_u16();
        let is_rest = status == 206 && rest.is_some_and(|(from, _)| continues(&answer, from));
        match status {
            200 => growing = None,
            206 if is_rest => {}
            206 | 416 => {
                // Not the rest that was asked for: begin again.
                *validator = None;
                return Err(Miss::Later(status, Asked::After(Duration::ZERO)));
            }
            401 if answer.sent_token => {
                return Err(Miss::Never(FetchError::Unauthorized { status, with_token: true }));
            }
            401 | 403 | 404 | 410 => return Err(Miss::Expired(status)),
            408 | 425 | 429 | 500..=599 => {
                let asked = retry_after(answer.header("retry-after"), self.http.time.now());
                return Err(Miss::Later(status, asked));
            }
            _ => return Err(Miss::Never(FetchError::Refused { times: 1, status })),
        }
        *validator =
            if is_rest { validator.take() } else { self.note_ranges(file, &answer, validator.is_some()).await? };
        let length = answer.header("content-length").and_then(|length| length.parse::<u64>().ok());
        let have = growing.as_ref().map_or(0, Growing::bytes);
        self.watch.saw(&Event::FileStarted { file, total: file.bytes.or(length.map(|length| length + have)) });
        let growing = match growing {
            Some(growing) => growing,
            None => Growing::fresh(self.folder.fresh_part(&file.name()).await?, self.checks(page, file)),
        };
        self.stream(file, answer, growing, permit).await
    }

    /// Writes down by what a broken file may be continued: only its plain bytes, and only if a strong validator names them.
    async fn note_ranges(&self, file: &Planned, answer: &Answer, is_noted: bool) -> Result<Option<String>, Miss> {
        let offers = answer.header("accept-ranges").is_some_and(|unit| unit.trim() == "bytes");
        // A length that survived decoding is that of the plain bytes.
        let is_plain = answer.header("content-length").is_some();
        let tag = answer.header("etag").filter(|tag| tag.starts_with('"'));
        let validator = tag.filter(|_| offers && is_plain).map(str::to_owned);
        if validator.is_some() || is_noted {
            self.folder.append(Entry::Part(Part { id: file.id, validator: validator.clone() })).await?;
        }
        Ok(validator)
    }

    fn checks(&self, page: &Page, file: &Planned) -> Checks {
        let verify = self.limits.verify;
        let expect = match &file.kind {
            _ if !verify => Expect::Unchecked,
            Some(kind) if !page.is_organized => Expect::Only(kind.clone()),
            _ => Expect::Any,
        };
        let bounds = Bounds { line_bytes: self.limits.line_bytes, lines: self.announced(file) };
        let bytes_max = file.bytes.filter(|_| verify);
        Checks { lines: LineCheck::new(expect, bounds), is_hashed: verify, bytes_max }
    }

    /// The number of lines that is insisted on. Servers put other numbers beside error files.
    fn announced(&self, file: &Planned) -> Option<u64> {
        let insists =
            self.limits.counts == CountRule::Reject && file.id.section != Section::Error && self.limits.verify;
        file.count.filter(|_| insists)
    }

    async fn stream(
        &self,
        file: &Planned,
        answer: Answer,
        growing: Growing,
        permit: Option<SemaphorePermit<'_>>,
    ) -> Result<Done, Miss> {
        let mut response = answer.response;
        let url = response.url().clone();
        let (mut bytes, mut reported) = (growing.bytes(), growing.bytes());
        let sink = Sink::open(growing, self.folder.part(&file.name()), Arc::clone(self.folder));
        let broken = loop {
            let chunk = match response.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break None,
                Err(error) => break Some(network(&error, &url)),
            };
            bytes += chunk.len() as u64;
            if !sink.take(chunk).await {
                break None;
            }
            if bytes - reported >= REPORT_BYTES {
                reported = bytes;
                self.watch.saw(&Event::FileBytes { file, bytes, lines: sink.lines() });
            }
        };
        // The disk may take its time; the network goes on with the next file.
        drop(permit);
        let Some(landed) = sink.end(broken.is_none()).await? else {
            let stopped =
                || NetworkError::Broken { origin: Origin::of(&url).to_string(), reason: "it stopped".to_owned() };
            return Err(Miss::Broken(broken.unwrap_or_else(stopped)));
        };
        let lines = landed.tally.lines;
        if let Some(announced) = self.announced(file).filter(|announced| *announced != lines) {
            return Err(Miss::Wrong(ContentError::Count { found: lines, announced }));
        }
        if let Some(announced) = file.count.filter(|announced| *announced != lines) {
            let text = format!("{} has {lines} lines, but {announced} were announced", file.name());
            self.watch.saw(&Event::Warning(text));
        }
        Ok(Done { id: file.id, bytes: landed.bytes, sha256: landed.sha256, tally: landed.tally })
    }
}

/// Whether a `206` starts where we are.
fn continues(answer: &Answer, from: u64) -> bool {
    let range = answer.header("content-range").and_then(|range| range.strip_prefix("bytes "));
    range.and_then(|range| range.split_once('-')).is_some_and(|(start, _)| start.parse() == Ok(from))
}
