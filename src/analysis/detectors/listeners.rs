//! Listeners that are added again and again: EventEmitter's `_events`, EventTarget's `kEvents`.

use super::{Clues, Words};
use crate::analysis::path::Link;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    emitter(clues).or_else(|| event_target(clues))
}

fn emitter(clues: &Clues<'_>) -> Option<Words> {
    let at = clues.property_above("_events", 3)?;
    let above = clues.above();
    let event = above.get(at + 1).and_then(|step| match &step.link {
        Link::Property(name) => Some(name.clone()),
        _ => None,
    });
    let emitter = at.checked_sub(1).map(|i| clues.places.name(above[i].node)).unwrap_or_default();
    let event = event.map_or_else(|| "event".to_owned(), |name| format!("`{name}`"));
    Some(Words {
        category: "event-listeners",
        what: Some(format!("{event} listeners")),
        code: None,
        place: Some(format!("on one {emitter}{}", named(clues, at))),
        hint: format!(
            "Each {event} listener is added and never removed. Add it once, outside the repeated work, or \
             remove it when done (`removeListener`, `once`, or an AbortSignal)."
        ),
    })
}

/// ` (`bus`)` when the emitter has a name.
fn named(clues: &Clues<'_>, events_at: usize) -> String {
    clues
        .places
        .expression(&clues.above()[..events_at])
        .map_or_else(String::new, |name| format!(" (`{name}`)"))
}

fn event_target(clues: &Clues<'_>) -> Option<Words> {
    let in_target = clues.steps.iter().rposition(
        |step| matches!(&step.link, Link::Property(name) if name.contains("kEvents") || name.contains("events")),
    )?;
    let target = clues.places.name(clues.steps[in_target.checked_sub(1)?].node);
    let listener = clues.classes.iter().any(|class| class.contains("Listener"))
        || clues.steps[in_target..].iter().any(|step| clues.node_name(step.node).contains("Listener"));
    listener.then(|| Words {
        category: "event-listeners",
        what: Some("event listeners".to_owned()),
        code: None,
        place: Some(format!("on one {target}{}", named(clues, in_target))),
        hint: format!(
            "Listeners are added to one long-lived {target} and never removed. Remove each when its work is \
             done, or pass `{{ once: true }}` or a signal of its own."
        ),
    })
}
