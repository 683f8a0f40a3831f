//! The paths of the sign-in.

/// The form.
pub(super) const SIGN_IN: &str = "/sign-in";
/// Ends a session.
pub(super) const SIGN_OUT: &str = "/sign-out";
