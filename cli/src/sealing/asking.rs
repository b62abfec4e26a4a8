//! Who answers for what is sealed already: versions that are known, else the person.

use crate::consent::Consent;
use crate::failure::Result;
use crate::output::visible::lines_of;
use crate::random::from_system;
use crate::remedy;
use crate::vouchers::Known;
use signet_api::RepoPath;
use signet_seal::{Altered, Random, SealError, SealRequest, Voucher};

/// Versions of a file as those that answer for it.
pub(super) fn voucher(known: &Known) -> Voucher<'_> {
    match (&known.ours[..], &known.theirs[..]) {
        ([], _) => Voucher::Nobody,
        (ours, []) => Voucher::Earlier(ours),
        (ours, theirs) => Voucher::Merge { ours, theirs },
    }
}

/// Carries out the work; where the file comes from another place, or nothing vouches for what is sealed already, only once the
/// person agreed to it.
pub(super) fn or_ask(
    mut request: SealRequest,
    consent: Consent,
    work: impl Fn(&SealRequest, &mut dyn Random) -> std::result::Result<String, SealError>,
) -> Result<String> {
    let mut done = work(&request, &mut from_system);
    if let Err(error @ SealError::Moved(moved)) = &done
        && let Some(place) = &mut request.place
    {
        consent.to(&coming(error, &moved.joins))?;
        place.takes_moved = true;
        done = work(&request, &mut from_system);
    }
    match done {
        Err(SealError::Altered { path, parts }) => {
            consent.to(&altered(&path, &parts))?;
            let accepted = SealRequest {
                vouched_by: Voucher::Person,
                ..request
            };
            work(&accepted, &mut from_system).map_err(remedy::of_sealing)
        }
        done => done.map_err(remedy::of_sealing),
    }
}

/// Whether there is something that a person can be asked for the work to be done. About a file that comes from elsewhere, only
/// who named it by itself.
pub(crate) fn can_be_asked(error: &SealError, is_named: bool) -> bool {
    match error {
        SealError::Altered { .. } => true,
        SealError::Moved(moved) => is_named || moved.path == moved.from,
        _ => false,
    }
}

fn coming(error: &SealError, joins: &[String]) -> String {
    let joins = match joins {
        [] => String::new(),
        joins => format!(" These come to open it:{}", lines_of(joins)),
    };
    format!(
        "{error}.{joins}\nWhoever cannot open it could have put it there, for others to read. Seal it for its new place, under a \
         new data key?"
    )
}

fn altered(path: &RepoPath, parts: &[Altered]) -> String {
    let parts = parts.iter().map(ToString::to_string);
    format!(
        "in {path}, this is as in no version that is known to be right:{}\n\
         Whoever cannot open the file could have put it there. Seal it as it stands?",
        lines_of(parts)
    )
}
