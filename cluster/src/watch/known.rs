//! What one watch has seen, so that it yields changes and not events.

use std::collections::{BTreeMap, BTreeSet};

use kube::runtime::watcher::Event;

/// The objects that a watch has seen, each by what of it matters.
pub(super) struct Known<K, V> {
    objects: BTreeMap<K, V>,
    /// Those not listed yet, while the watch begins anew.
    missing: BTreeSet<K>,
}

/// What became of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News<K, N> {
    /// It came, or what matters of it is another than it was.
    Present(K, N),
    /// It is gone.
    Gone(K),
}

impl<K: Ord + Clone, V: PartialEq> Known<K, V> {
    pub(super) fn new() -> Self {
        Self {
            objects: BTreeMap::new(),
            missing: BTreeSet::new(),
        }
    }

    /// The news that an event amounts to. `describe` tells an object's name, what of it matters, and what is handed on.
    pub(super) fn take<T, N>(
        &mut self,
        event: Event<T>,
        describe: impl Fn(T) -> (K, V, N),
    ) -> Vec<News<K, N>> {
        match event {
            Event::Init => {
                self.missing = self.objects.keys().cloned().collect();
                Vec::new()
            }
            Event::InitApply(found) | Event::Apply(found) => {
                let (name, matter, news) = describe(found);
                Vec::from_iter(self.seen(name, matter, news))
            }
            Event::Delete(found) => {
                let (name, ..) = describe(found);
                Vec::from_iter(self.gone(name))
            }
            Event::InitDone => {
                let missing = std::mem::take(&mut self.missing);
                missing
                    .into_iter()
                    .filter_map(|name| self.gone(name))
                    .collect()
            }
        }
    }

    fn seen<N>(&mut self, name: K, matter: V, news: N) -> Option<News<K, N>> {
        self.missing.remove(&name);
        if self.objects.get(&name) == Some(&matter) {
            return None;
        }
        self.objects.insert(name.clone(), matter);
        Some(News::Present(name, news))
    }

    fn gone<N>(&mut self, name: K) -> Option<News<K, N>> {
        self.objects.remove(&name)?;
        Some(News::Gone(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Object = (&'static str, u8);

    /// What a watch that saw these events one after the other says of the last.
    fn last_news(
        events: impl IntoIterator<Item = Event<Object>>,
    ) -> Vec<News<&'static str, Object>> {
        let mut known = Known::new();
        let news = events
            .into_iter()
            .map(|event| known.take(event, |object: Object| (object.0, object.1, object)));
        news.last().unwrap_or_default()
    }

    #[test]
    fn what_is_there_at_first_is_news() {
        let news = last_news([Event::Init, Event::InitApply(("a", 1))]);
        assert_eq!(news, [News::Present("a", ("a", 1))]);
    }

    #[test]
    fn what_is_as_it_was_is_no_news() {
        assert!(last_news([Event::Apply(("a", 1)), Event::Apply(("a", 1))]).is_empty());
        let news = last_news([Event::Apply(("a", 1)), Event::Apply(("a", 2))]);
        assert_eq!(news, [News::Present("a", ("a", 2))]);
    }

    #[test]
    fn what_vanished_while_the_watch_was_away_is_gone() {
        let news = last_news([
            Event::InitApply(("a", 1)),
            Event::InitApply(("b", 2)),
            Event::InitDone,
            Event::Init,
            Event::InitApply(("b", 2)),
            Event::InitDone,
        ]);
        assert_eq!(news, [News::Gone("a")]);
    }

    #[test]
    fn a_list_that_broke_off_makes_nothing_gone() {
        let news = last_news([
            Event::Apply(("a", 1)),
            Event::Apply(("b", 1)),
            Event::Init,
            Event::InitApply(("b", 1)),
            Event::Init,
            Event::InitApply(("a", 1)),
            Event::InitApply(("b", 1)),
            Event::InitDone,
        ]);
        assert!(news.is_empty(), "{news:?}");
    }

    #[test]
    fn what_is_gone_is_gone_once_and_news_when_it_comes_again() {
        let gone = [Event::Apply(("a", 1)), Event::Delete(("a", 1))];
        assert_eq!(last_news(gone.clone()), [News::Gone("a")]);
        let twice = gone.clone().into_iter().chain([Event::Delete(("a", 1))]);
        assert!(last_news(twice).is_empty());
        let again = gone.into_iter().chain([Event::Apply(("a", 1))]);
        assert_eq!(last_news(again), [News::Present("a", ("a", 1))]);
    }
}
