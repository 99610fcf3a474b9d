//! New credentials in the middle of a fetch: got outside a call's time limits, and once more where AWS says that they have
//! expired. All lanes that meet it share one renewal.

use super::credentials::Held;
use super::{CallError, CallErrorKind, CredentialsFailure};

/// Makes an attempt with live credentials; one more with new ones where AWS says that these have expired. `held` are the
/// credentials that the attempt signs with, where they can be renewed.
///
/// # Errors
/// As the last attempt, or why there are no credentials for it.
pub(super) async fn renewing<F, R, T>(held: Option<&Held>, attempt: F) -> Result<T, CallError>
where
    F: FnOnce() -> R + Clone,
    R: Future<Output = Result<T, CallError>>,
{
    let Some(held) = held else { return attempt().await };
    let used = held.get().await.map_err(lacking)?;
    match attempt.clone()().await {
        Err(error) if error.is_expired() => {
            held.replace(&used).await.map_err(lacking)?;
            attempt().await
        }
        answer => answer,
    }
}

fn lacking(failure: CredentialsFailure) -> CallError {
    CallError { kind: CallErrorKind::Credentials, code: None, message: failure.message, status: None }
}
