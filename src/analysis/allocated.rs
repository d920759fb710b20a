//! Joins what grows with who allocates: `allocatedAt` of the suspects of a diagnosis.

use crate::analysis::allocation::{Code, Growing, Profile, Sites};
use crate::analysis::evidence::round;
use crate::analysis::locator::Locator;
use crate::analysis::places::ANONYMOUS;
use crate::analysis::scripts::ScriptTable;
use crate::analysis::suspect::{BACKLOG, NOISE};
use crate::report::{AllocatedAt, Diagnosis, Place, Role, StackFrame, Suspect};

/// Callers listed.
const MOST_FRAMES: usize = 16;

/// `profiles` has one entry per round. Suspects of which the samples say nothing clear stay as they are.
pub fn attribute(diagnosis: &mut Diagnosis, profiles: &[Option<&Profile>], scripts: &ScriptTable) {
    let mut real: Vec<&mut Suspect> =
        diagnosis.suspects.iter_mut().filter(|s| s.category != NOISE && s.category != BACKLOG).collect();
    if real.is_empty() {
        return;
    }
    let Some(sites) = Sites::new(profiles, &diagnosis.rounds) else { return };
    let growing: Vec<Growing> = real
        .iter()
        .map(|suspect| Growing {
            bytes_per_iteration: suspect.bytes_per_iteration,
            constructor: constructor(suspect),
        })
        .collect();
    let locator = Locator::new(scripts);
    for (suspect, site) in real.iter_mut().zip(sites.of(&growing)) {
        let Some(site) = site else { continue };
        let frame = |function: &str, (script, line, column): Code| StackFrame {
            function_name: if function.is_empty() { ANONYMOUS.to_owned() } else { function.to_owned() },
            place: locator.place(script, line, column),
        };
        let mut stack = vec![frame(&site.function, site.code)];
        stack.extend(site.callers.iter().take(MOST_FRAMES).map(|(function, code)| frame(function, *code)));
        suspect.allocated_at = Some(AllocatedAt {
            function_name: stack[0].function_name.clone(),
            place: stack[0].place.clone(),
            bytes_per_iteration: round(site.bytes_per_iteration),
            stack,
        });
    }
}

/// The code of the constructor of what piles up; a closure is not made by the code it has.
fn constructor(suspect: &Suspect) -> Option<Code> {
    let leaked = suspect.path.iter().find(|hop| hop.role == Some(Role::Leaked))?;
    let place = leaked.location.as_ref().filter(|_| leaked.kind == "object")?;
    let Place { script_id: Some(script), line: Some(line), column: Some(column), .. } = place else {
        return None;
    };
    let (line, column) =
        place.generated.as_ref().map_or((*line, *column), |generated| (generated.line, generated.column));
    Some((*script, line.checked_sub(1)?, column.checked_sub(1)?))
}
