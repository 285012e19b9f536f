//! A cap that is checked before the write instead of with it: whoever comes in between is not counted.

use std::sync::Arc;

use handstamp::{
    Actor, Cap, CapRule, EndReason, Ending, forward_store,
    store::{
        AccountKey, Admission, Admit, Condition, Durability, End, List, Store, StoreError, StoreFuture,
        Target,
    },
    testing::StoreCall,
};

/// Counts, gives way to the others, and writes.
pub struct CapCheckedBefore(Arc<dyn Store>);

impl CapCheckedBefore {
    /// Around a store without this bug.
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }

    fn around<'a, T: Send + 'a>(
        &'a self,
        _: StoreCall,
        operation: impl FnOnce(&'a dyn Store) -> StoreFuture<'a, T> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        operation(&*self.0)
    }

    async fn admit_counted(&self, admit: Admit) -> Result<Admission, StoreError> {
        let (key, at) = (admit.session.key.clone(), admit.session.created_at);
        let Some(id) = admit.session.account.clone() else { return self.0.admit(admit).await };
        let account = AccountKey { realm: key.realm.clone(), id, cell: key.cell() };
        let page = self.0.list(List { account, after: None, limit: usize::MAX }).await?;
        let replaced = admit.replaced.map(|replaced| replaced.id);
        let mut alive: Vec<_> = page
            .sessions
            .iter()
            .filter(|other| other.is_alive(&page.account, &page.cell, &admit.clocks, at))
            .filter(|other| Some(other.key.id) != replaced && other.key != key)
            .map(|other| (other.proven_at, other.key.clone()))
            .collect();
        alive.sort_unstable();
        let above = (alive.len() + 1).saturating_sub(admit.cap.sessions as usize);
        if above > 0 && admit.cap.rule == CapRule::Refuse {
            return Ok(Admission::Full);
        }
        tokio::task::yield_now().await;
        let admission = self.0.admit(Admit { cap: Cap::keep_newest(u32::MAX), ..admit }).await?;
        if admission != (Admission::Admitted { ended: Vec::new() }) {
            return Ok(admission);
        }
        let mut ended = Vec::new();
        for (_, oldest) in alive.into_iter().take(above) {
            ended.push(oldest.id);
            let ending = Ending::new(EndReason::Limit, Actor::System, at);
            self.0.end(End { target: Target::One(oldest, Condition::Always), ending }).await?;
        }
        Ok(Admission::Admitted { ended })
    }
}

impl Store for CapCheckedBefore {
    fn durability(&self) -> Durability {
        self.0.durability()
    }

    fn admit(&self, admit: Admit) -> StoreFuture<'_, Admission> {
        Box::pin(self.admit_counted(admit))
    }

    forward_store!(every read);
    forward_store!(create commit renew touch end account sweep put_control import);
}
