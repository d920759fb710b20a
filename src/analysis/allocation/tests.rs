//! Call trees made by hand, with the numbers that V8's sampling gives.

use super::{Code, Frame, Growing, MOST, Profile, Site, Sites};
use crate::report::Round;

const ROUNDS: [u64; 4] = [100, 1000, 1000, 1000];
const HANDLER: Code = (9, 10, 0);
const MAKE: Code = (9, 20, 0);
const THING: Code = (9, 30, 0);
const OTHER: Code = (9, 40, 0);

/// A function below another, with the kilobytes it allocated itself at each capture; a sample per kilobyte.
struct Function(i32, &'static str, Code, [f64; 4]);

fn rounds() -> Vec<Round> {
    ROUNDS.iter().map(|&iterations| Round { iterations, ..Round::default() }).collect()
}

fn profiles(functions: &[Function]) -> Vec<Profile> {
    (0..ROUNDS.len())
        .map(|capture| {
            let root = Frame(-1, String::new(), 0, 0, 0, 0.0, 0.0);
            let frames = functions.iter().map(|Function(parent, name, (script, line, column), kilobytes)| {
                let kilobytes = kilobytes[capture];
                Frame(*parent, (*name).to_owned(), *script, *line, *column, kilobytes * 1e3, kilobytes)
            });
            Profile(std::iter::once(root).chain(frames).collect())
        })
        .collect()
}

fn found(functions: &[Function], suspects: &[Growing]) -> Vec<Option<String>> {
    sites(functions).of(suspects).into_iter().map(|site| site.map(|Site { function, .. }| function)).collect()
}

fn sites(functions: &[Function]) -> Sites {
    let profiles = profiles(functions);
    let profiles: Vec<Option<&Profile>> = profiles.iter().map(Some).collect();
    Sites::new(&profiles, &rounds()).unwrap()
}

fn growing(rate: f64) -> Growing {
    Growing { bytes_per_iteration: rate, constructor: None }
}

fn line(per_round: f64) -> [f64; 4] {
    [0.0, per_round, per_round * 2.0, per_round * 3.0]
}

#[test]
fn the_innermost_function_with_most_of_the_growth_made_it() {
    let tree = [
        Function(0, "handler", HANDLER, line(5.0)),
        Function(1, "make", MAKE, line(30.0)),
        Function(2, "Thing", THING, line(30.0)),
        Function(1, "parse", OTHER, [50.0, 50.0, 50.0, 50.0]),
    ];
    let [Some(site)] = &sites(&tree).of(&[growing(65.0)])[..] else { panic!("one site") };
    assert_eq!(site.function, "make");
    assert_eq!(site.bytes_per_iteration, 60.0);
    assert_eq!(site.callers, [("handler".to_owned(), HANDLER)]);
}

#[test]
fn what_is_not_of_the_program_has_no_site() {
    // No function of the program was on the stack when the root's own were made.
    let own = |per_round: f64| {
        let mut profiles = profiles(&[Function(0, "handler", HANDLER, line(20.0))]);
        for (profile, kilobytes) in profiles.iter_mut().zip(line(per_round)) {
            profile.0[0].5 = kilobytes * 1e3;
            profile.0[0].6 = kilobytes;
        }
        let profiles: Vec<Option<&Profile>> = profiles.iter().map(Some).collect();
        Sites::new(&profiles, &rounds()).unwrap().of(&[growing(20.0)]).remove(0).map(|site| site.function)
    };
    assert_eq!(own(60.0), None);
    assert_eq!(own(15.0), Some("handler".to_owned()), "Node allocates too, in a short series as much");
}

#[test]
fn few_samples_bursts_and_what_went_away_say_nothing() {
    for kilobytes in [line(2.0), [0.0, 90.0, 90.0, 90.0], [0.0, 40.0, 80.0, 20.0], [30.0; 4], [0.0; 4]] {
        let tree = [Function(0, "handler", HANDLER, kilobytes)];
        assert_eq!(found(&tree, &[growing(40.0)]), [None], "{kilobytes:?}");
    }
}

#[test]
fn of_two_leaks_each_has_its_own_function_or_none() {
    let tree = [
        Function(0, "handler", HANDLER, line(0.0)),
        Function(1, "make", MAKE, line(20.0)),
        Function(2, "Thing", THING, line(20.0)),
        Function(1, "log", OTHER, line(100.0)),
    ];
    // By rate.
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(found(&tree, &[growing(105.0), growing(38.0)]), [some("log"), some("make")]);
    // A buffer's bytes are outside V8's heap: no function has that rate.
    assert_eq!(found(&tree, &[growing(65_000.0), growing(38.0)]), [None, some("make")]);
    // Two of one rate cannot be told apart, unless a constructor does.
    assert_eq!(found(&tree, &[growing(41.0), growing(39.0)]), [None, None]);
    let thing = Growing { bytes_per_iteration: 41.0, constructor: Some(THING) };
    assert_eq!(found(&tree, &[thing, growing(41.0)]), [some("make"), None]);
}

#[test]
fn a_constructor_called_from_two_places_has_no_one_caller() {
    let tree = [
        Function(0, "one", HANDLER, line(0.0)),
        Function(1, "Thing", THING, line(20.0)),
        Function(0, "two", OTHER, line(0.0)),
        Function(3, "Thing", THING, line(30.0)),
    ];
    let thing = Growing { bytes_per_iteration: 50.0, constructor: Some(THING) };
    assert_eq!(found(&tree, &[thing, growing(50.0)]), [None, None]);
}

#[test]
fn a_gap_in_the_profiles_or_too_few_are_no_evidence() {
    let profiles = profiles(&[Function(0, "handler", HANDLER, line(50.0))]);
    let some: Vec<Option<&Profile>> = profiles.iter().map(Some).collect();
    assert!(Sites::new(&[some[0], None, some[2], some[3]], &rounds()).is_none());
    assert!(Sites::new(&some[..2], &rounds()[..2]).is_none());
    assert!(Sites::new(&some, &rounds()[..3]).is_none());
}

#[test]
fn only_a_tree_is_read() {
    assert!(Profile::parse(r#"[[-1,"",0,0,0,0,0],[0,"f",3,1,2,64,1]]"#).is_some());
    for json in ["", "null", "[]", "{}", r#"[[0,"",0,0,0,0,0]]"#, r#"[[-1,"",0,0,0,0,0],[1,"f",3,1,2,64,1]]"#]
    {
        assert!(Profile::parse(json).is_none(), "{json}");
    }
}

#[test]
fn a_large_profile_is_cut_to_what_is_large() {
    let root = Frame(-1, String::new(), 0, 0, 0, 0.0, 0.0);
    let chain = (0..2 * MOST as i32).map(|at| Frame(at, "f".to_owned(), 1, at as u32, 0, 8.0, 1.0));
    let profile = Profile(std::iter::once(root).chain(chain).collect());
    let json = serde_json::to_string(&profile).unwrap();
    let cut = Profile::parse(&json).unwrap();
    assert_eq!(cut.0.len(), MOST);
    assert_eq!(cut.0.iter().map(|frame| frame.5).sum::<f64>(), 16.0 * MOST as f64);
    assert!(cut.0.iter().enumerate().all(|(at, frame)| frame.0 < at as i32));
}
