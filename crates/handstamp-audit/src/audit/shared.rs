//! What one check gathered at some cost and others of the same run use too, such as a sample of tokens.

use std::{
    any::{Any, TypeId},
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Audit;

/// One value of each type.
#[derive(Default)]
pub(super) struct Shared {
    values: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Audit {
    /// What was shared under this type.
    pub(crate) fn shared<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let values = self.shared.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(&TypeId::of::<T>()).cloned()?.downcast().ok()
    }

    /// Shares a value with the checks that follow, in the place of an earlier one of its type.
    pub(crate) fn share<T: Any + Send + Sync>(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let mut values = self.shared.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(TypeId::of::<T>(), value.clone());
        value
    }

    /// How far the recipe's hook has moved the application's clock.
    pub(crate) fn clock_moved(&self) -> Duration {
        self.moved(Duration::ZERO)
    }
}
