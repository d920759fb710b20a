//! A diagnosis, as JSON, laid out for people.

use napi::Env;
use napi_derive::napi;

use crate::error::Error;
use crate::node::error;
use crate::report::{Diagnosis, text};

/// How to lay it out.
#[napi(object)]
pub struct RenderStyle {
    /// Columns of the terminal.
    pub width: u32,
    /// ANSI colours.
    pub color: bool,
    /// Whether a leak is certain; without it, it is called growth (default: true).
    pub confirmed: Option<bool>,
}

/// A diagnosis as text for a terminal.
#[napi(catch_unwind)]
pub fn render_diagnosis(env: Env, json: String, style: RenderStyle) -> napi::Result<String> {
    let diagnosis: Diagnosis = serde_json::from_str(&json).map_err(|failure| {
        error::to_js(env, &Error::Internal { at: "rendering a diagnosis", what: failure.to_string() })
    })?;
    let style = text::Style {
        width: style.width as usize,
        color: style.color,
        confirmed: style.confirmed.unwrap_or(true),
        ..text::Style::default()
    };
    Ok(text::render(&diagnosis, &style))
}
