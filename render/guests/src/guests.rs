//! Kustomize and Helm, each loaded when it is first asked.

#[cfg(feature = "guests")]
use std::sync::{Mutex, OnceLock, PoisonError};

#[cfg(feature = "guests")]
use crate::guest::Guest;
use crate::{Answer, GuestError, Limits, Renderer, Request};

/// Returns what the program makes of the request. The calling thread waits; renders of other threads go on.
///
/// # Errors
/// [`GuestError::Complained`] where the input is at fault; `Time`, `Memory`, `Depth` and `Answer` where it goes beyond
/// the limits; `Forbidden` where it asks for what differs from render to render.
#[cfg(feature = "guests")]
pub fn render(request: &Request<'_>, limits: &Limits) -> Result<Answer, GuestError> {
    guest(request.renderer())?.render(request, limits)
}

/// Returns what the program makes of the request, but for that there is none.
///
/// # Errors
/// [`GuestError::LeftOut`].
#[cfg(not(feature = "guests"))]
pub fn render(request: &Request<'_>, _: &Limits) -> Result<Answer, GuestError> {
    let renderer = request.renderer();
    Err(GuestError::LeftOut { renderer })
}

/// Returns the SHA-256 of the program, the same for each architecture; empty where it is left out.
pub fn digest(renderer: Renderer) -> &'static str {
    #[cfg(feature = "guests")]
    return Guest::digest(renderer);
    #[cfg(not(feature = "guests"))]
    return match renderer {
        Renderer::Kustomize | Renderer::Helm => "",
    };
}

/// Returns the guest. Its code is in one place of the program, so it is loaded once.
#[cfg(feature = "guests")]
fn guest(renderer: Renderer) -> Result<&'static Guest, GuestError> {
    static KUSTOMIZE: OnceLock<Guest> = OnceLock::new();
    static HELM: OnceLock<Guest> = OnceLock::new();
    static LOADING: Mutex<()> = Mutex::new(());
    let place = match renderer {
        Renderer::Kustomize => &KUSTOMIZE,
        Renderer::Helm => &HELM,
    };
    if let Some(guest) = place.get() {
        return Ok(guest);
    }
    let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(guest) = place.get() {
        return Ok(guest);
    }
    let loaded = Guest::load(renderer)?;
    Ok(place.get_or_init(|| loaded))
}
