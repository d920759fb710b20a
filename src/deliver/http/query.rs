//! The parameters of a request, with refusals that are JSON like every other.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::answer::Failure;
use crate::error::Error;

/// The query as a `T`; what does not fit is `LG_HTTP_ARGUMENT`.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure(Error::HttpArgument { what: rejection.body_text() })),
        }
    }
}
