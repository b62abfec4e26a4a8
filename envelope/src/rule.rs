//! Which leaves of a file are sealed: SOPS' six selection rules.

mod pattern;
pub use pattern::{Pattern, PatternError};

/// The selection rule of a file, evaluated for each leaf over all keys on its way; lists add none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Clear if any key ends with it. `_unencrypted` where a file names no rule.
    UnencryptedSuffix(String),
    /// Sealed if any key ends with it.
    EncryptedSuffix(String),
    /// Clear if any key matches.
    UnencryptedRegex(Pattern),
    /// Sealed if any key matches.
    EncryptedRegex(Pattern),
    /// Clear if a comment that is in force matches.
    UnencryptedCommentRegex(Pattern),
    /// Sealed if a comment that is in force matches, that comment itself apart.
    EncryptedCommentRegex(Pattern),
}

impl Default for Rule {
    fn default() -> Self {
        Self::UnencryptedSuffix("_unencrypted".to_owned())
    }
}

impl Rule {
    /// The rule under its name in the metadata; nothing for other names.
    ///
    /// # Errors
    /// [`PatternError`] if the value has to be a regular expression and is none. SOPS ignores this; we do not.
    pub fn named(name: &str, value: &str) -> Result<Option<Self>, PatternError> {
        let text = || value.to_owned();
        Ok(Some(match name {
            "unencrypted_suffix" => Self::UnencryptedSuffix(text()),
            "encrypted_suffix" => Self::EncryptedSuffix(text()),
            "unencrypted_regex" => Self::UnencryptedRegex(Pattern::new(value)?),
            "encrypted_regex" => Self::EncryptedRegex(Pattern::new(value)?),
            "unencrypted_comment_regex" => Self::UnencryptedCommentRegex(Pattern::new(value)?),
            "encrypted_comment_regex" => Self::EncryptedCommentRegex(Pattern::new(value)?),
            _ => return Ok(None),
        }))
    }

    /// The name in the metadata.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnencryptedSuffix(_) => "unencrypted_suffix",
            Self::EncryptedSuffix(_) => "encrypted_suffix",
            Self::UnencryptedRegex(_) => "unencrypted_regex",
            Self::EncryptedRegex(_) => "encrypted_regex",
            Self::UnencryptedCommentRegex(_) => "unencrypted_comment_regex",
            Self::EncryptedCommentRegex(_) => "encrypted_comment_regex",
        }
    }

    /// The suffix or the source of the regular expression.
    pub fn value(&self) -> &str {
        match self {
            Self::UnencryptedSuffix(suffix) | Self::EncryptedSuffix(suffix) => suffix,
            Self::UnencryptedRegex(pattern)
            | Self::EncryptedRegex(pattern)
            | Self::UnencryptedCommentRegex(pattern)
            | Self::EncryptedCommentRegex(pattern) => pattern.as_str(),
        }
    }

    /// Whether comments decide, which a sealed file must not leave to them.
    pub fn is_comment_rule(&self) -> bool {
        matches!(
            self,
            Self::UnencryptedCommentRegex(_) | Self::EncryptedCommentRegex(_)
        )
    }

    /// Whether a value below these keys is sealed.
    ///
    /// `comments` are those in force: since the last value in this container and in each one around it.
    pub fn selects(&self, keys: &[&str], comments: &[&str]) -> bool {
        let any_key = |test: &dyn Fn(&str) -> bool| keys.iter().any(|key| test(key));
        let any_comment =
            |pattern: &Pattern| comments.iter().any(|comment| pattern.matches(comment));
        match self {
            Self::UnencryptedSuffix(suffix) => !any_key(&|key| key.ends_with(suffix.as_str())),
            Self::EncryptedSuffix(suffix) => any_key(&|key| key.ends_with(suffix.as_str())),
            Self::UnencryptedRegex(pattern) => !any_key(&|key| pattern.matches(key)),
            Self::EncryptedRegex(pattern) => any_key(&|key| pattern.matches(key)),
            Self::UnencryptedCommentRegex(pattern) => !any_comment(pattern),
            Self::EncryptedCommentRegex(pattern) => any_comment(pattern),
        }
    }

    /// Whether a comment below these keys is sealed. It is the last of `comments`.
    pub fn selects_comment(&self, keys: &[&str], comments: &[&str]) -> bool {
        let others = match self {
            Self::EncryptedCommentRegex(_) => {
                comments.split_last().map_or(comments, |(_, others)| others)
            }
            _ => comments,
        };
        self.selects(keys, others)
    }

    /// Whether comments decide and this one does.
    pub fn goes_by(&self, comment: &str) -> bool {
        match self {
            Self::UnencryptedCommentRegex(pattern) | Self::EncryptedCommentRegex(pattern) => {
                pattern.matches(comment)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
