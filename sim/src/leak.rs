//! Listens to the log: nothing that marks a patient may stand in it.

use crate::world::MARK;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;

/// The first line that names a patient.
#[derive(Clone, Default)]
pub(crate) struct Leak(Arc<Mutex<Option<String>>>);

impl Leak {
    /// A subscriber that hands every line to this.
    pub(crate) fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(self.clone())
            .finish()
    }

    /// What was found.
    pub(crate) fn found(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Leak {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if memchr::memmem::find(line, MARK.as_bytes()).is_some() {
            let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            found.get_or_insert_with(|| String::from_utf8_lossy(line).into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Leak {
    type Writer = Self;

    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}
