//! Keeping the last revision in force where a newer one is refused before anything of it is planned.

use std::sync::Arc;

use crate::{
    error::ReconcileError,
    source::{definition::Definition, job::Job},
    verdict::{self, Course},
};

/// Whether an error is about a revision's content: it says nothing against the one before.
pub(crate) fn is_refusal(error: &ReconcileError) -> bool {
    let is_about_content = matches!(
        error,
        ReconcileError::Render(_)
            | ReconcileError::Refused(_)
            | ReconcileError::Open(_)
            | ReconcileError::Missing(_)
    );
    is_about_content && verdict::of(error).course == Course::Wait
}

impl Job {
    /// The source at the revision of which something was written last, if that is another one and the tenant has the same
    /// rights under both.
    ///
    /// # Errors
    /// [`ReconcileError::History`], [`ReconcileError::Fleet`].
    pub(crate) async fn last(&self) -> Result<Option<Self>, ReconcileError> {
        let id = &self.definition.id;
        let latest = self.shared.ledger.read(|kept| kept.attempts(id).latest());
        let Some(revision) = latest.filter(|revision| *revision != self.commit()) else {
            return Ok(None);
        };
        let job = self.clone();
        let look = move || {
            let tree = job.orders.believed.verdict.past(revision)?;
            let fleet = Arc::new(tree.fleet()?);
            let then = Definition::find(&fleet, &job.orders.cluster, &job.definition.id);
            let definition = then.and_then(|then| then.under(&job.definition));
            Ok(definition.map(|definition| Self {
                definition: Arc::new(definition),
                tree,
                fleet,
                ..job
            }))
        };
        self.shared.compute(look).await
    }
}
