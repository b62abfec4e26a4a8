//! Who answers for what is sealed already: versions that are known, else the person.

use crate::consent::{Consent, TakeIn};
use crate::failure::Result;
use crate::output::visible::lines_of;
use crate::random::from_system;
use crate::remedy;
use crate::vouchers::Known;
use signet_api::RepoPath;
use signet_seal::{Altered, Incoming, Random, SealError, SealRequest, Voucher};

/// Versions of a file as those that answer for it.
pub(super) fn voucher(known: &Known) -> Voucher<'_> {
    match (&known.ours[..], &known.theirs[..]) {
        ([], _) => Voucher::Nobody,
        (ours, []) => Voucher::Earlier(ours),
        (ours, theirs) => Voucher::Merge { ours, theirs },
    }
}

/// Carries out the work; where no seal shows the file to be of its place, or nothing vouches for what is sealed already, only
/// once the person agreed to it; about the former nobody is asked by a command that does not take anything in.
pub(super) fn or_ask(
    mut request: SealRequest,
    consent: Consent,
    take_in: Option<TakeIn>,
    work: impl Fn(&SealRequest, &mut dyn Random) -> std::result::Result<String, SealError>,
) -> Result<String> {
    let done = match (work(&request, &mut from_system), take_in) {
        (Err(SealError::Incoming(incoming)), Some(take_in)) => {
            taken_in(&incoming, take_in, &mut request, &work)?
        }
        (done, _) => done,
    };
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

/// What comes of the work on a file that is taken in. It gets a new key in any case, so one question is about both where it comes from
/// and what it holds.
fn taken_in(
    incoming: &Incoming,
    take_in: TakeIn,
    request: &mut SealRequest,
    work: impl Fn(&SealRequest, &mut dyn Random) -> std::result::Result<String, SealError>,
) -> Result<std::result::Result<String, SealError>> {
    if let Some(place) = &mut request.place {
        place.takes_incoming = true;
    }
    let question = coming(incoming);
    let done = work(request, &mut from_system);
    match &done {
        Ok(_) => take_in.to(&question)?,
        Err(SealError::Altered { parts, .. }) => {
            take_in.to(&format!("{}{question}", unknown(incoming, parts)))?;
            request.vouched_by = Voucher::Person;
            return Ok(work(request, &mut from_system));
        }
        Err(_) => {}
    }
    Ok(done)
}

/// Whether there is something that a person can be asked for the work to be done. About a file that comes from elsewhere, only
/// who named it by itself.
pub(crate) fn can_be_asked(error: &SealError, is_named: bool) -> bool {
    match error {
        SealError::Altered { .. } => true,
        SealError::Incoming(_) => is_named,
        _ => false,
    }
}

fn coming(incoming: &Incoming) -> String {
    let joins = match &incoming.joins[..] {
        [] => String::new(),
        joins => format!(" These will open it:{}", lines_of(joins)),
    };
    let leaves = match &incoming.leaves[..] {
        [] => String::new(),
        leaves => format!("\nIt will no longer be sealed for:{}", lines_of(leaves)),
    };
    format!(
        "{incoming}.{joins}{leaves}\nWhoever cannot open it could have put it there, for others to read. Seal it for this place, under a \
         new data key?"
    )
}

/// What nobody answers for of a file that comes from another place; of one without a seal that is all.
fn unknown(incoming: &Incoming, parts: &[Altered]) -> String {
    if incoming.from.is_none() {
        return String::new();
    }
    let parts = parts.iter().map(ToString::to_string);
    format!(
        "in {}, this is as in no version that is known to be right:{}\n",
        incoming.path,
        lines_of(parts)
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
