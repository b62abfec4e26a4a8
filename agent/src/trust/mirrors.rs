//! Whether the repository's URLs show one history: what each showed, since when, and what follows from that.

use std::time::Duration;

use jiff::Timestamp;
use signet_provenance::{ObjectId, Relation};

use crate::reason::Reason;

/// What a URL showed when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Where its ref stands.
    Tip(ObjectId),
    /// Nothing, and why.
    Nothing(String),
}

/// Where the tip of a URL stands to what was verified last, and to the tip of the URL that is followed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) to_verified: Relation,
    pub(crate) to_followed: Relation,
}

/// What a URL is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It shows what was verified last, or what the followed one shows beyond that.
    Agrees,
    /// It lacks what others have.
    Behind,
    /// It has more than the others, and that is not believed.
    Ahead,
    /// It shows another history.
    Apart,
    /// It names a commit that could not be had of it.
    Withheld,
    /// It does not answer.
    Silent,
}

/// What is known of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    shown: Shown,
    standing: Standing,
    /// Since when it agrees or does not, in whatever way: one that lags and is silent by turns is out of step all the time.
    since: Timestamp,
    /// Whether that was seen to come about: otherwise it was so already when the agent began to look.
    seen_to_begin: bool,
    /// The tip that this one is held against.
    against: ObjectId,
    /// What went wrong with it.
    why: String,
}

/// Whether the URLs show one history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Agreement {
    /// They were not all asked yet, or one lags since before that: an agent that starts anew says no more than the last one.
    Unknown,
    /// They do, or one of them has lagged for no longer than it may.
    Agreed,
    /// They do not.
    Broken {
        /// The word for what is worst.
        reason: Reason,
        /// What is wrong with which of them.
        told: String,
    },
}

impl Place {
    /// What a URL is to the others whose tip stands here.
    pub(crate) const fn standing(self) -> Standing {
        use Relation::{Ahead, Apart, Behind, Same};
        match (self.to_verified, self.to_followed) {
            (Same, _) | (Ahead, Same) => Standing::Agrees,
            (Behind, _) | (Ahead, Behind) => Standing::Behind,
            (Ahead, Ahead) => Standing::Ahead,
            (Apart, _) | (Ahead, Apart) => Standing::Apart,
        }
    }

    /// Whether the tip may be the news that the followed URL lacks: it goes on from what was verified, and was not judged in
    /// this round.
    pub(crate) const fn is_news(self) -> bool {
        use Relation::{Ahead, Same};
        matches!(self.to_verified, Ahead) && !matches!(self.to_followed, Same)
    }

    /// Whether the URL has all that was verified.
    pub(crate) const fn is_level(self) -> bool {
        matches!(self.to_verified, Relation::Same | Relation::Ahead)
    }

    /// The one of the two tips that this one is held against.
    const fn against(self, verified: ObjectId, followed: ObjectId) -> ObjectId {
        match self.to_verified {
            Relation::Ahead => followed,
            _ => verified,
        }
    }
}

/// The URL to begin the next round with: the first in the operator's order that has all that was verified. Where none is known
/// to, it stays the one that it is.
pub(crate) fn leader(places: &[Option<Place>], now: usize) -> usize {
    let is_level = |place: &Option<Place>| place.is_some_and(Place::is_level);
    places.iter().position(is_level).unwrap_or(now)
}

impl Sighting {
    /// What is known of a URL after it showed this; `place` is nothing where the store does not have the tip, and `refused` says
    /// why what it had to offer last was not taken. That it is out of step is as old as it lasts, and a lag as old as the tip.
    pub(crate) fn after(
        before: Option<&Self>,
        shown: Shown,
        place: Option<Place>,
        [verified, followed]: [ObjectId; 2],
        refused: &str,
        now: Timestamp,
    ) -> Self {
        let (standing, against, why) = match (&shown, place) {
            (Shown::Nothing(error), _) => (Standing::Silent, verified, error.clone()),
            (Shown::Tip(_), None) => (Standing::Withheld, verified, refused.to_owned()),
            (Shown::Tip(_), Some(place)) => {
                let against = place.against(verified, followed);
                (place.standing(), against, refused.to_owned())
            }
        };
        let anew = Self {
            shown,
            standing,
            since: now,
            seen_to_begin: before.is_some(),
            against,
            why,
        };
        match before {
            Some(before) if before.standing == standing => anew.lasting(before),
            Some(before) if before.is_out_of_step() && anew.is_out_of_step() => anew.since(before),
            _ => anew,
        }
    }

    /// The same standing as before. What may differ from round to round, and is no news, stays as it was told first.
    fn lasting(self, before: &Self) -> Self {
        let is_same_tip = self.shown == before.shown;
        match self.standing {
            Standing::Behind if !is_same_tip => self,
            Standing::Apart if !is_same_tip => self.since(before),
            Standing::Silent | Standing::Behind | Standing::Apart => before.clone(),
            Standing::Agrees | Standing::Ahead | Standing::Withheld => Self {
                against: if is_same_tip {
                    before.against
                } else {
                    self.against
                },
                ..self.since(before)
            },
        }
    }

    /// The same, for as long as what was known before.
    fn since(self, before: &Self) -> Self {
        Self {
            since: before.since,
            seen_to_begin: before.seen_to_begin,
            ..self
        }
    }

    /// Whether the URL is not as it should be.
    const fn is_out_of_step(&self) -> bool {
        !matches!(self.standing, Standing::Agrees)
    }

    /// What the URL is to the others.
    pub(crate) const fn standing(&self) -> Standing {
        self.standing
    }

    /// The tip, where it showed one.
    pub(crate) fn tip(&self) -> Option<ObjectId> {
        match self.shown {
            Shown::Tip(tip) => Some(tip),
            Shown::Nothing(_) => None,
        }
    }

    /// Whether the URL is not as it should be, and may have been so for longer than is known.
    const fn may_last(&self) -> bool {
        !self.seen_to_begin && self.is_out_of_step()
    }

    /// What is wrong with a URL, for people, once it lasted longer than it may.
    fn trouble(&self, url: &str, grace: Duration, now: Timestamp) -> Option<(Reason, String)> {
        let lasts = now > self.since && now.duration_since(self.since).unsigned_abs() > grace;
        let Self {
            since,
            against,
            why,
            ..
        } = self;
        let tip = self.tip().map(|tip| tip.to_string()).unwrap_or_default();
        let told = match self.standing {
            Standing::Agrees => return None,
            Standing::Apart => format!(
                "{url} names {tip}, and neither that nor {against} goes on from the other: a history was rewritten, or shown to \
                 this cluster alone"
            ),
            _ if !lasts => return None,
            Standing::Ahead => format!(
                "{url} is out of step since {since}: it is ahead of {against}, and {tip} is not believed: {why}"
            ),
            Standing::Behind => format!(
                "{url} is out of step since {since}: it is at {tip}, and lacks what others have; it is not kept up, or withholds commits"
            ),
            Standing::Withheld => {
                format!(
                    "{url} is out of step since {since}: it names what could not be had of it, now {tip}: {why}"
                )
            }
            Standing::Silent => {
                format!("{url} is out of step since {since}: it does not show its ref: {why}")
            }
        };
        Some((self.reason(), told))
    }

    const fn reason(&self) -> Reason {
        match self.standing {
            Standing::Agrees => Reason::Verified,
            Standing::Apart => Reason::MirrorDiverged,
            Standing::Ahead => Reason::MirrorAhead,
            Standing::Behind => Reason::MirrorBehind,
            Standing::Withheld | Standing::Silent => Reason::MirrorFailed,
        }
    }
}

/// How bad a reason is, the worst first.
const WORST: [Reason; 4] = [
    Reason::MirrorDiverged,
    Reason::MirrorAhead,
    Reason::MirrorBehind,
    Reason::MirrorFailed,
];

/// Whether these URLs show one history, where each may lag, or be silent, for so long.
pub(crate) fn agreement(
    urls: &[(String, Option<Sighting>)],
    grace: Duration,
    now: Timestamp,
) -> Agreement {
    if urls.iter().any(|(_, sighting)| sighting.is_none()) {
        return Agreement::Unknown;
    }
    let sightings = urls
        .iter()
        .filter_map(|(url, sighting)| Some((url, sighting.as_ref()?)));
    let troubles: Vec<_> = sightings
        .filter_map(|(url, sighting)| sighting.trouble(url, grace, now))
        .collect();
    let worst = WORST
        .into_iter()
        .find(|reason| troubles.iter().any(|(one, _)| one == reason));
    let may_last = |(_, sighting): &(String, Option<Sighting>)| {
        sighting.as_ref().is_some_and(Sighting::may_last)
    };
    match worst {
        None if urls.iter().any(may_last) => Agreement::Unknown,
        None => Agreement::Agreed,
        Some(reason) => {
            let told: Vec<_> = troubles.into_iter().map(|(_, told)| told).collect();
            Agreement::Broken {
                reason,
                told: told.join("; "),
            }
        }
    }
}

#[cfg(test)]
mod tests;
