//! Timers that are started and never cleared: Node keeps them in lists by duration.

use super::{Clues, Words};
use crate::report::GrowthKind;

pub fn words(clues: &Clues<'_>) -> Option<Words> {
    let is_timer = |class: &String| class == "Timeout" || class == "Immediate";
    let in_list = clues.kind == GrowthKind::Timers || clues.class_name == "TimersList";
    if !in_list && !is_timer(&clues.class_name.to_owned()) {
        return None;
    }
    // Under a timer list of its own the timer is one step further.
    let timer = match clues.class_name {
        "TimersList" => clues.property(clues.site.member, "_idleNext"),
        _ => Some(clues.site.member),
    };
    let code = timer.and_then(|timer| {
        clues.property(timer, "_onTimeout").or_else(|| clues.property(timer, "_onImmediate"))
    });
    Some(Words {
        category: "timers",
        what: if clues.classes.iter().any(is_timer) {
            Some("pending timers (`Timeout`)".to_owned())
        } else if clues.class_name == "TimersList" {
            Some("pending timers, each of another duration,".to_owned())
        } else {
            None
        },
        place: None,
        code,
        hint:
            "Each unit of work starts a timer (`setInterval`, or a long `setTimeout`) that stays pending and \
               keeps what its callback refers to. Keep what it returns and clear it when the work is done."
                .to_owned(),
    })
}
