//! A listener for keys that a token's header points to: whether a verifier comes and asks.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

/// Answers every request with one key set, on a free port of the loopback interface, and counts.
pub(super) struct KeyServer {
    address: String,
    asked: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl KeyServer {
    /// Starts to listen; it ends with the value.
    pub(super) async fn start(key_set: String) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let asked = Arc::new(AtomicU32::new(0));
        let counted = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n\
                     {key_set}",
                    key_set.len()
                );
                let mut question = [0; 4096];
                // Who hangs up early was here all the same.
                let _ = stream.read(&mut question).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Ok(Self { address, asked, task })
    }

    /// Where it answers.
    pub(super) fn url(&self) -> String {
        format!("http://{}/keys.json", self.address)
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
