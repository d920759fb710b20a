//! The end of a path as the program would write it: `app.state.items`.

use crate::analysis::label::clip;
use crate::analysis::path::{Link, Step};
use crate::ids::NodeIdx;

/// By this property Node's handles refer to the objects they serve.
pub const OWNER: &str = "<symbol owner_symbol>";

/// From the last variable on, or from the global object. What begins at an object without a name, begins with the name
/// that `class` gives that object: `Server[Symbol(contexts)]`.
pub fn expression(steps: &[Step], class: impl Fn(NodeIdx) -> Option<String>) -> Option<String> {
    let (from, text) = written(steps)?;
    let before = from.checked_sub(1).and_then(|at| steps.get(at)).map(|step| step.node);
    let class = before
        .filter(|_| !matches!(steps[from].link, Link::Variable(_)))
        .and_then(class)
        .filter(|name| is_identifier(name));
    Some(shortened(match class {
        Some(class) if text.starts_with('[') => format!("{class}{text}"),
        Some(class) => format!("{class}.{text}"),
        None => text,
    }))
}

/// The names, and the step they begin with.
fn written(steps: &[Step]) -> Option<(usize, String)> {
    let named = |step: &Step| matches!(step.link, Link::Property(_) | Link::Element(_) | Link::Entry(_));
    let mut from = match steps.iter().rposition(|step| matches!(step.link, Link::Variable(_))) {
        Some(at) => at,
        None => steps.iter().rposition(|step| !named(step)).map_or(0, |at| at + 1),
    };
    let mut text = String::new();
    for (at, step) in steps.iter().enumerate().skip(from) {
        if text.is_empty() {
            from = at;
        }
        match &step.link {
            Link::Variable(name) => text.clone_from(name),
            Link::Property(name) if name == "__proto__" => return None,
            // From a handle of Node's to the object it serves: no name that the program wrote.
            Link::Property(name) if name == OWNER => text.clear(),
            Link::Property(name) if name.starts_with("<symbol ") => {
                text.push_str(&format!("[Symbol({})]", clip(&name["<symbol ".len()..].replace('>', ""))));
            }
            Link::Property(name) if is_identifier(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Link::Property(name) | Link::Entry(name) => text.push_str(&format!("['{}']", clip(name))),
            Link::Element(Some(index)) => text.push_str(&format!("[{index}]")),
            // One of many that have no name.
            Link::Element(None) if text.is_empty() => {}
            Link::Element(None) => text.push_str("[…]"),
            // What the expression said so far was about another object.
            Link::Internal(_) | Link::Via | Link::Root => text.clear(),
        }
    }
    (!text.is_empty()).then_some((from, text))
}

/// The end says most.
fn shortened(text: String) -> String {
    match text.chars().count() {
        0..=70 => text,
        count => format!("…{}", text.chars().skip(count - 60).collect::<String>()),
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$' || c == '#')
}
