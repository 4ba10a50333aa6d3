//! What the acknowledgement of a stream is worth, as far as a client can see.
//!
//! A stream in memory has nothing on disk. One in files acknowledges when its leader, or a majority of its replicas, has
//! the message in the page cache; the sync comes later, every two minutes unless the server is told `sync_interval: always`
//! (NATS docs, "JetStream", "Syncing data to disk"; the option came with nats-server 2.10). That setting stands in no answer
//! to an ordinary client, only on the server's monitoring port, so it cannot be seen from here.

use super::{NO_STREAM, Subject};
use async_nats::jetstream::Context;
use async_nats::jetstream::stream::StorageType;
use oxgate_core::Reason;
use std::fmt;

/// How a stream keeps what it has acknowledged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Durability {
    /// The stream's name.
    pub stream: String,
    /// Nothing of it is on disk.
    pub in_memory: bool,
    /// Servers that have it.
    pub replicas: usize,
    /// The server's version.
    pub server: String,
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, in_memory, replicas, server } = self;
        let kept = if *in_memory {
            "in memory: a stop of its servers loses what it has acknowledged"
        } else {
            "in files, which its server syncs after it has acknowledged unless told `sync_interval: always`"
        };
        write!(f, "stream {stream} (nats-server {server}, replicas: {replicas}) keeps messages {kept}")
    }
}

pub(super) async fn look(context: &Context, subject: &Subject) -> Result<Durability, Reason> {
    let server = context.client().server_info().version;
    let stream = context.stream_by_subject(subject.any()).await.map_err(|_| NO_STREAM)?;
    let stream = context.get_stream(&stream).await.map_err(|_| NO_STREAM)?;
    let config = &stream.cached_info().config;
    Ok(Durability {
        stream: config.name.clone(),
        in_memory: config.storage == StorageType::Memory,
        replicas: config.num_replicas,
        server,
    })
}
