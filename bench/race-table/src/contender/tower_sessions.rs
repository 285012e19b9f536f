//! tower-sessions 0.15 with its memory store, used as its own documentation shows.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use time::Duration;
use tower_sessions::{
    Expiry, MemoryStore, Session, SessionManagerLayer,
    session::{Id, Record},
    session_store::{self, SessionStore},
};

use super::{ACCOUNT, Contender};
use crate::gate::Gates;

/// The keys under which the application keeps things.
const USER: &str = "user";
const WRITABLE: [&str; 3] = ["slow", "first", "second"];

/// tower-sessions in one of two settings.
pub struct TowerSessions {
    store: CountedStore,
    idle_timeout: bool,
}

impl TowerSessions {
    /// All options as they are: a browser-session cookie, saved only when changed.
    pub fn as_it_comes() -> Self {
        Self { store: CountedStore::default(), idle_timeout: false }
    }

    /// With an idle timeout that reading extends, which its documentation does by saving always.
    pub fn with_idle_timeout() -> Self {
        Self { store: CountedStore::default(), idle_timeout: true }
    }
}

#[async_trait]
impl Contender for TowerSessions {
    fn name(&self) -> String {
        let setting = if self.idle_timeout { "idle timeout" } else { "defaults" };
        format!("tower-sessions 0.15, {setting}")
    }

    fn router(&self, gates: Gates) -> Router {
        let mut layer = SessionManagerLayer::new(self.store.clone());
        if self.idle_timeout {
            layer = layer.with_expiry(Expiry::OnInactivity(Duration::minutes(30))).with_always_save(true);
        }
        Router::new()
            .route("/login", post(login))
            .route("/logout", post(logout))
            .route("/end-others", post(end_others))
            .route("/write/{key}", post(write))
            .route("/read", get(read))
            .with_state(Application { gates, store: self.store.clone(), signed_in: Arc::default() })
            .layer(layer)
    }

    fn store_writes(&self) -> u64 {
        self.store.writes.load(Ordering::SeqCst)
    }
}

#[derive(Clone)]
struct Application {
    gates: Gates,
    store: CountedStore,
    /// The library lists no sessions of an account, so the application keeps their ids.
    signed_in: Arc<Mutex<Vec<Id>>>,
}

type Failure = (StatusCode, String);

async fn login(State(app): State<Application>, session: Session) -> Result<(), Failure> {
    session.cycle_id().await.map_err(failure)?;
    session.insert(USER, ACCOUNT).await.map_err(failure)?;
    session.save().await.map_err(failure)?;
    if let Some(id) = session.id() {
        app.signed_in.lock().unwrap_or_else(PoisonError::into_inner).push(id);
    }
    Ok(())
}

async fn logout(session: Session) -> Result<(), Failure> {
    session.flush().await.map_err(failure)
}

async fn end_others(State(app): State<Application>, session: Session) -> Result<(), Failure> {
    signed_in(&session).await?;
    let others: Vec<Id> = {
        let mut ids = app.signed_in.lock().unwrap_or_else(PoisonError::into_inner);
        ids.extract_if(.., |id| Some(*id) != session.id()).collect()
    };
    for id in others {
        app.store.delete(&id).await.map_err(failure)?;
    }
    Ok(())
}

async fn write(
    State(app): State<Application>,
    Path(key): Path<String>,
    session: Session,
) -> Result<(), Failure> {
    signed_in(&session).await?;
    app.gates.pass(&key).await;
    session.insert(&key, true).await.map_err(failure)
}

async fn read(session: Session) -> Result<Json<Vec<&'static str>>, Failure> {
    signed_in(&session).await?;
    let mut kept = Vec::new();
    for key in WRITABLE {
        if session.get::<bool>(key).await.map_err(failure)?.is_some() {
            kept.push(key);
        }
    }
    Ok(Json(kept))
}

async fn signed_in(session: &Session) -> Result<(), Failure> {
    let user: Option<String> = session.get(USER).await.map_err(failure)?;
    match user {
        Some(_) => Ok(()),
        None => Err((StatusCode::UNAUTHORIZED, "nobody is signed in".to_owned())),
    }
}

fn failure(error: impl std::fmt::Display) -> Failure {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// The library's own memory store, with each write counted.
#[derive(Clone, Debug, Default)]
struct CountedStore {
    inner: MemoryStore,
    writes: Arc<AtomicU64>,
}

impl CountedStore {
    fn count(&self) {
        self.writes.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl SessionStore for CountedStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        self.count();
        self.inner.create(record).await
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        self.count();
        self.inner.save(record).await
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        self.inner.load(id).await
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.count();
        self.inner.delete(id).await
    }
}
