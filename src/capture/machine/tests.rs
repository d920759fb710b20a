use super::*;
use crate::sys::child::Exit;

const ROOM: Room = Room { available: 1 << 30, limit: 2 << 30, container: true };
const NEED: Need = Need { least: 1 << 29, likely: 1 << 29 };

fn ready(plan: Plan) -> (Machine, Instant) {
    let now = Instant::now();
    let mut machine = Machine::new(plan, now);
    machine.preflight(NEED, ROOM, 0).unwrap();
    (machine, now)
}

#[test]
fn goes_straight_through() {
    let (mut machine, now) = ready(Plan::default());
    assert_eq!(machine.moment(), Moment::Quiet);
    machine.fork().unwrap();
    let outcome = Outcome { bytes: 7, ..Outcome::default() };
    assert!(matches!(machine.ended(End::Done(outcome), now), Next::Done(Outcome { bytes: 7, .. })));
    assert_eq!(machine.forks(), 1);
    assert!(machine.fork().is_err(), "it is over");
}

#[test]
fn refuses_with_the_figures() {
    let mut machine = Machine::new(Plan::default(), Instant::now());
    let error = machine.preflight(NEED, ROOM, 600 << 20).unwrap_err();
    assert_eq!(error.code(), "LG_CAPTURE_MEMORY");
    assert_eq!(
        error.to_string(),
        "not enough memory for a capture: 1113 MB needed, 1024 MB of 2048 MB left in the container"
    );
    assert!(machine.fork().is_err());
}

#[test]
fn forks_again_after_a_hang_at_a_better_moment_and_with_more_patience() {
    let (mut machine, now) = ready(Plan::default());
    machine.fork().unwrap();
    let first = machine.patience();
    assert!(matches!(machine.ended(End::Stuck, now), Next::Retry));
    assert_eq!(machine.moment(), Moment::AfterMajorGc);
    machine.fork().unwrap();
    assert_eq!(machine.patience(), first * 2);
}

#[test]
fn gives_up_after_so_many_hangs() {
    let (mut machine, now) = ready(Plan { attempts: 3, ..Plan::default() });
    for _ in 0..2 {
        machine.fork().unwrap();
        assert!(matches!(machine.ended(End::Stuck, now), Next::Retry));
    }
    machine.fork().unwrap();
    let Next::Failed(error) = machine.ended(End::Stuck, now) else { panic!("not over") };
    assert_eq!(error.code(), "LG_CAPTURE_STUCK");
}

#[test]
fn gives_up_in_time() {
    let (mut machine, now) = ready(Plan { allowed: Duration::from_secs(5), ..Plan::default() });
    machine.fork().unwrap();
    let Next::Failed(error) = machine.ended(End::Stuck, now + Duration::from_secs(6)) else {
        panic!("not over")
    };
    assert_eq!(error.code(), "LG_CAPTURE_TIMEOUT");
}

#[test]
fn one_crash_may_be_an_accident() {
    let (mut machine, now) = ready(Plan::default());
    machine.fork().unwrap();
    assert!(matches!(machine.ended(End::Crashed(Exit::Signal(11)), now), Next::Retry));
    machine.fork().unwrap();
    let Next::Failed(error) = machine.ended(End::Crashed(Exit::Signal(11)), now) else { panic!("not over") };
    assert_eq!(error.code(), "LG_CAPTURE_FAILED");
}

#[test]
fn a_failure_is_final() {
    let (mut machine, now) = ready(Plan::default());
    machine.fork().unwrap();
    assert!(matches!(machine.ended(End::Failed(Error::Cancelled), now), Next::Failed(Error::Cancelled)));
    assert!(machine.fork().is_err());
}
