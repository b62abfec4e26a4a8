//! Whether a program changed nothing but the fields that rules let it change.

use std::sync::Arc;

use signet_api::FieldPointer;

use super::votes::Under;
use super::{Case, Stop};
use crate::authority::{Breach, Denial};
use crate::fields;
use crate::tree::Change;

impl Under<'_> {
    /// Whether the change of that number keeps to what each rule that names the path says of the fields that its signer may
    /// change, or the rule of this number alone.
    pub(super) fn keeps_to_fields(
        self,
        index: usize,
        rule: Option<usize>,
    ) -> Result<Result<(), Denial>, Stop> {
        let change = &self.case.changes[index];
        for (pattern, limit) in self.authority.limits(&change.path, self.signer) {
            if rule.is_some_and(|rule| rule != limit.rule) {
                continue;
            }
            if let Some(why) = self.case.beyond(change, &limit.fields)? {
                return Ok(Err(Denial::Beyond(Breach {
                    pattern: pattern.to_string(),
                    program: self.signer.principal.clone(),
                    limit: Arc::clone(limit),
                    why,
                })));
            }
        }
        Ok(Ok(()))
    }
}

impl Case<'_> {
    /// What a change does besides changing these fields; `None` where it does nothing else.
    fn beyond(&self, change: &Change, pointers: &[FieldPointer]) -> Result<Option<String>, Stop> {
        let (old, new, form) = match fields::contents(&change.path, change.old, change.new) {
            Ok(contents) => contents,
            Err(why) => return Ok(Some(why)),
        };
        if let Some(why) = self.account.ended() {
            return Ok(Some(why.to_owned()));
        }
        let comparisons = self.context.comparisons;
        let compared = comparisons.of(&**self.context.objects, old, new, form)?;
        self.account.charge(compared.work(pointers.len()));
        Ok(compared.beyond(pointers))
    }
}
