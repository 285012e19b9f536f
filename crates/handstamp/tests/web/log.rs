//! What was logged, down to TRACE, kept in memory.
//!
//! One subscriber for the whole process: with one for a single thread, events that another thread
//! comes upon first are switched off everywhere, and a test would look at half a log.

use std::{
    cell::RefCell,
    io,
    sync::{Arc, Mutex, Once},
};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

thread_local! {
    static LISTENING: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// Everything that was logged on this thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

/// Ends the listening when it is dropped.
pub struct Listening(());

impl Log {
    /// Listens on this thread from now on.
    pub fn listen(&self) -> Listening {
        static SET_UP: Once = Once::new();
        SET_UP.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(LevelFilter::TRACE)
                .with_span_events(FmtSpan::FULL)
                .with_ansi(false)
                .with_writer(|| Writer)
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("there is no other subscriber");
        });
        LISTENING.set(Some(self.clone()));
        Listening(())
    }

    /// Everything since the last time.
    pub fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().expect("nobody panics"));
        String::from_utf8(bytes).expect("a log is text")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENING.set(None);
    }
}

/// Writes to whoever listens on this thread.
struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LISTENING.with_borrow(|log| {
            if let Some(Log(text)) = log {
                text.lock().expect("nobody panics").extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
