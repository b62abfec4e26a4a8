//! What comes next in a text for somebody who goes through it.

/// Where something stands next, for places that only grow: each part of the text is searched once.
pub(super) struct Next<'t> {
    text: &'t str,
    find: fn(&str) -> Option<usize>,
    at: Option<usize>,
}

impl<'t> Next<'t> {
    /// The first that is found in the text.
    pub(super) fn of(text: &'t str, find: fn(&str) -> Option<usize>) -> Self {
        let at = find(text);
        Self { text, find, at }
    }

    /// The first at a place or behind it, which is not in front of any that was asked for.
    pub(super) fn from(&mut self, place: usize) -> Option<usize> {
        if self.at.is_some_and(|at| at < place) {
            self.at = (self.find)(&self.text[place..]).map(|at| place + at);
        }
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::Next;

    #[test]
    fn what_comes_next_is_at_a_place_or_behind_it_until_there_is_none() {
        let mut next = Next::of("a.bc.", |text| text.find('.'));
        let found = [0, 1, 2, 4, 5].map(|place| next.from(place));
        assert_eq!(found, [Some(1), Some(1), Some(4), Some(4), None]);
    }
}
