//! Asking the real Kustomize and Helm.

use signet_guests::{Document, GuestError, Limits, Request};

use crate::{Options, RenderError};

/// The longest complaint that is passed on, in bytes: a template may fail with any text.
const LONGEST: usize = 4096;

fn shorten(error: &mut GuestError) {
    if let GuestError::Complained { complaint, .. } = error
        && complaint.message.len() > LONGEST
    {
        let end = complaint.message.floor_char_boundary(LONGEST);
        complaint.message.truncate(end);
        complaint.message.push_str(" …");
    }
}

/// What the guest makes of the request.
///
/// # Errors
/// [`RenderError::Guest`]
pub(crate) fn documents(
    options: &Options,
    request: &Request<'_>,
) -> Result<Vec<Document>, RenderError> {
    match signet_guests::render(request, &Limits::default()) {
        Ok(answer) => Ok(answer.documents),
        Err(mut source) => {
            shorten(&mut source);
            Err(RenderError::Guest {
                path: options.path.clone(),
                source: Box::new(source),
            })
        }
    }
}
